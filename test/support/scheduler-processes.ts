/** Several processes that share the scheduled jobs of a database, and what they did. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/core/index.ts';
import type { TestDatabase } from './database.ts';
import { eventually } from './eventually.ts';
import { insertJobs } from './many-jobs.ts';
import { composeScheduler, DONE, type TestScheduler } from './scheduler.ts';
import { scriptPath } from './script-path.ts';

/** Longest time for what a round waits for, in ms: on a busy machine that takes much longer than the seconds that it is about. */
const PATIENCE_MS = 300_000;

/** What a round tries. */
export interface SharedSchedule {
  readonly jobs: number;
  /** Due times of each, one after the other; 1 to 60. */
  readonly seconds: number;
}

/** What came of a round. */
export interface SharedOutcome {
  /** `job occurrence` of each due time. */
  readonly due: readonly string[];
  /** The same of each row. */
  readonly rows: readonly string[];
  /** Ids of the rows that were run, ascending. */
  readonly ran: readonly number[];
  /** Ids of runs, as the processes themselves told, ascending. */
  readonly done: readonly number[];
}

/** Processes whose clocks differ by up to 5 s, and which do what is due on one database. */
export class SchedulerProcesses {
  readonly #deps: TestScheduler;
  readonly #folder: string;
  readonly #children: readonly ChildProcess[];

  private constructor(deps: TestScheduler, folder: string, children: readonly ChildProcess[]) {
    this.#deps = deps;
    this.#folder = folder;
    this.#children = children;
  }

  /** Starts so many, beside this process, which takes part: creating a job wakes its scheduler. */
  static async start(on: TestDatabase, count: number): Promise<SchedulerProcesses> {
    const folder = mkdtempSync(join(tmpdir(), 'dunlin-scheduler-'));
    const file = join(folder, 'done');
    writeFileSync(file, '');
    const deps = await composeScheduler(await on.open(), {
      scan: ({ runId }) => {
        appendFileSync(file, `${runId} here\n`);
        return Promise.resolve(DONE);
      },
    });
    const children = Array.from({ length: count }, (_, index) => {
      const skew = Math.round(((index / Math.max(1, count - 1)) * 2 - 1) * 5000);
      return fork(scriptPath('scheduler-child.ts'), [on.url, String(skew), file], { execArgv: [] });
    });
    await Promise.all(children.map((child) => once(child, 'message')));
    return new SchedulerProcesses(deps, folder, children);
  }

  /** Lets them share new jobs with so many due times, one each second, and waits until all of them were handled. */
  async share({ jobs: count, seconds }: SharedSchedule): Promise<SharedOutcome> {
    const deps = this.#deps;
    const first = await wholeMinuteFor(seconds);
    const instants = Array.from({ length: seconds }, (_, index) => new Date(first.getTime() + index * 1000));
    const [minute, hour, from] = [first.getUTCMinutes(), first.getUTCHours(), first.getUTCSeconds()];
    const ids = await insertJobs(deps, count, {
      due: first,
      ...{ schedule: `${from}-${from + seconds - 1} ${minute} ${hour} * * *`, timezone: 'UTC' },
      // Also when the machine is so busy that they come late.
      ...{ overlapPolicy: 'allow', catchupPolicy: 'run_all' },
    });
    deps.scheduler.wake();
    const where = { jobId: { in: [...ids] } };
    const due = ids.flatMap((id) => instants.map((time) => `${id} ${time.toISOString()}`));
    const isOver = async (): Promise<true | null> =>
      (await deps.database.read.jobRun.count({ where: { ...where, finishedAt: { not: null } } })) >= due.length
        ? true
        : null;
    await eventually('everything to end', isOver, PATIENCE_MS);
    const rows = await deps.database.read.jobRun.findMany({ where, orderBy: { id: 'asc' } });
    const runs = new Set(rows.map(({ id }) => id));
    return {
      due,
      rows: rows.map(({ jobId, scheduledFor }) => `${jobId} ${scheduledFor.toISOString()}`),
      ran: rows.flatMap(({ id, status }) => (status === 'skipped' ? [] : [id])),
      done: this.#done().filter((id) => runs.has(id)),
    };
  }

  /** Ends them; answers how each ended: 0 when nothing went wrong. */
  async end(): Promise<readonly (number | null)[]> {
    const exits = await Promise.all(this.#children.map(ending));
    await this.close();
    return exits;
  }

  /** Ends what still runs. */
  async close(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    await this.#deps.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #done(): readonly number[] {
    return readFileSync(join(this.#folder, 'done'), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => Number(line.split(' ')[0]))
      .toSorted((a, b) => a - b);
  }
}

/** The next second after which so many are left of its minute, as a schedule can name them. */
async function wholeMinuteFor(seconds: number): Promise<Date> {
  const next = new Date(Math.ceil(systemClock.now() / 1000) * 1000 + 1000);
  if (next.getUTCSeconds() + seconds <= 60) return next;
  await sleep(1000);
  return await wholeMinuteFor(seconds);
}

async function ending(child: ChildProcess): Promise<number | null> {
  const exit = once(child, 'exit');
  child.send('end');
  const [code] = await exit;
  return code;
}
