/** A scheduler that is down now and then, and whether every due time is accounted for: a row of its own, or counted in one. */
import { seededRandom } from '../../src/core/index.ts';
import { parseCron } from '../../src/scheduler/cron/index.ts';
import { Scheduler } from '../../src/scheduler/index.ts';
import { ManualClock } from './clock.ts';
import { dueByWalking } from './cron-oracle.ts';
import type { TestDatabase } from './database.ts';
import { eventually } from './jobs.ts';
import { composeScheduler, createJob, runsOf } from './scheduler.ts';

/** What is tried. */
export interface Outages {
  readonly count: number;
  readonly seed: string;
}

/** What came of it. */
export interface OutageOutcome {
  /** Due times, found by walking through the minutes. */
  readonly due: number;
  /** Σ `count` of the rows. */
  readonly accounted: number;
  /** The same by status and reason. */
  readonly byReason: Readonly<Record<string, number>>;
}

const START = '2026-02-20T00:00:00Z';

/** Jobs whose clocks change, whose market closes, with each policy. */
const JOBS = [
  { schedule: '*/20 * * * *', timezone: 'America/New_York', catchupPolicy: 'run_all', catchupWindowSeconds: 7200 },
  { schedule: '30 2 * * *', timezone: 'America/New_York', catchupPolicy: 'run_once', catchupWindowSeconds: 86_400 },
  { schedule: '15 * * * *', timezone: 'Australia/Lord_Howe', catchupPolicy: 'skip', catchupWindowSeconds: 3600 },
  { schedule: '0 10 * * 1-5', timezone: 'America/New_York', calendar: 'XNYS', catchupPolicy: 'run_once' },
] as const;

/** Lets the scheduler be down for up to a day each time, and up for a moment in between. */
export async function outages(on: TestDatabase, { count, seed }: Outages): Promise<OutageOutcome> {
  const random = seededRandom(seed);
  const clock = new ManualClock(START);
  const database = await on.open(clock);
  const deps = await composeScheduler(database, { clock });
  const jobs = [];
  for (const input of JOBS) jobs.push(await createJob(deps, { ...input, overlapPolicy: 'allow' }));
  for (let outage = 0; outage < count; outage += 1) {
    // Mostly short ones, some of a day; now and then the clock was set back.
    const minutes = random.uniform() < 0.05 ? -30 * random.uniform() : 1440 * random.uniform() ** 6;
    clock.advance(Math.round(minutes * 60_000));
    // Another one on the same connections: what is tried is what a scheduler finds, not how a process starts.
    const scheduler = new Scheduler(deps);
    scheduler.start();
    const isOver = async (): Promise<true | null> =>
      (await database.read.jobRun.count({ where: { finishedAt: null } })) === 0 ? true : null;
    await scheduler.requireLooking();
    await eventually('everything to end', isOver, 60_000);
    await scheduler.close();
    if (deps.errors.length > 0) throw new Error(`seed ${seed}, outage ${outage}: ${deps.errors.join('\n')}`);
  }
  await deps.close();
  const byReason: Record<string, number> = {};
  let due = 0;
  for (const job of jobs) {
    const { handledUntil } = await database.read.scheduledJob.findUniqueOrThrow({ where: { id: job.id } });
    const stretch = { after: Date.parse(START), until: handledUntil.getTime() };
    due += dueByWalking(parseCron(job.schedule), job.timezone, stretch);
    for (const { status, reason, count: times } of await runsOf(deps, job.id)) {
      const key = reason === null ? status : `${status}, ${reason}`;
      byReason[key] = (byReason[key] ?? 0) + times;
    }
  }
  const accounted = Object.values(byReason).reduce((sum, each) => sum + each, 0);
  return { due, accounted, byReason };
}
