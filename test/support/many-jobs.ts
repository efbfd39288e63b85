/** Many scheduled jobs at once, and what it takes to claim, to look through and to list them. */
import { createPipeline, ScheduledJobListDocument, type Services } from '../../src/graphql/index.ts';
import type { Prisma } from '../../src/storage/index.ts';
import { eventually } from './eventually.ts';
import type { TestScheduler } from './scheduler.ts';

/** What something took: by the watch, and of this process alone, because others share the machine. */
export interface Taken {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** Answers what it took since. */
export function meter(): () => Taken {
  const [since, start] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(start);
    return { wallMs: performance.now() - since, cpuMs: (user + system) / 1000 };
  };
}

/** Stores jobs that are due at an instant, every hour unless said otherwise; their ids, ascending. */
export async function insertJobs(
  { database, user }: TestScheduler,
  count: number,
  { due, ...more }: Partial<Prisma.ScheduledJobCreateManyInput> & { readonly due: Date },
): Promise<readonly number[]> {
  const row = {
    ownerId: user.userId,
    name: 'Scan',
    jobType: 'market_scan',
    schedule: '0 * * * *',
    timezone: 'America/New_York',
    sessionPolicy: 'skip_closed',
    config: '{}',
    enabled: true,
    overlapPolicy: 'skip',
    catchupPolicy: 'skip',
    catchupWindowSeconds: 3600,
    timeoutSeconds: 600,
    handledUntil: new Date(due.getTime() - 1000),
    nextDueAt: due,
    createdAt: due,
    updatedAt: due,
    ...more,
  };
  const data = Array.from({ length: count }, () => row);
  const rows = await database.transaction((db) => db.scheduledJob.createManyAndReturn({ data, select: { id: true } }));
  return rows.map(({ id }) => id).toSorted((a, b) => a - b);
}

/** Lets so many jobs be due by the clock of the scheduler, and waits until each has its run. */
export async function claimMany(deps: TestScheduler, count: number): Promise<Taken> {
  await insertJobs(deps, count, { due: new Date(deps.clock.now()) });
  const taken = meter();
  deps.scheduler.wake();
  const claimed = async () => ((await deps.database.read.jobRun.count()) === count ? true : null);
  await eventually('all to be claimed', claimed, 60_000);
  return taken();
}

/** Starts on so many jobs that are not due yet, and lists them once the program is warm; `length` is of the answer. */
export async function listMany(deps: TestScheduler, count: number) {
  await insertJobs(deps, count, { due: new Date(deps.clock.now() + 1_800_000) });
  const loading = meter();
  deps.scheduler.start();
  await deps.scheduler.requireLooking();
  const loaded = loading();
  const pipeline = createPipeline({ ...deps, info: { version: '0' } } as unknown as Services);
  const caller = { principal: deps.user, requestId: 'test' };
  await pipeline.execute(ScheduledJobListDocument, { first: 100 }, caller);
  const listing = meter();
  const answer = await pipeline.execute(ScheduledJobListDocument, {}, caller);
  return { loaded, listed: listing(), length: answer.data?.scheduledJobs.nodes.length };
}
