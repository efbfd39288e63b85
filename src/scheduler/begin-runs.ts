/** Whose turn it is, and beginning those runs. */
import { dateOf, invariant } from '../core/index.ts';
import { type Db, type JobRunRow, type Prisma, type ScheduledJobRow, updateRows } from '../storage/index.ts';
import type { SchedulerBasis } from './deps.ts';
import { runEvent } from './events.ts';
import { type BegunRun, LEASE_MS, lockJob } from './job-run.ts';

/** What a process has room for. */
export interface Capacity {
  /** Runs more. */
  readonly free: number;
  /** Most runs of one owner at the same time; those that are started by hand may be more. */
  readonly perOwner: number;
  /** Runs by owner. */
  readonly running: ReadonlyMap<number, number>;
}

/**
 * Runs that may begin, at most as many as are free: those that somebody waits for first, then those that are on time, then
 * those that make up for missed ones. Unless they may overlap, runs of a job begin one after the other.
 */
export async function findTurns(db: Db, { free, perOwner, running }: Capacity): Promise<readonly number[]> {
  if (free < 1) return [];
  const begun = await db.jobRun.findMany({
    where: { status: 'running' },
    distinct: ['jobId'],
    select: { jobId: true },
  });
  const busy = begun.map(({ jobId }) => jobId);
  const fullOwners = [...running].filter(([, count]) => count >= perOwner).map(([ownerId]) => ownerId);
  const mayRun: Prisma.JobRunWhereInput = { OR: [{ jobId: { notIn: busy } }, { job: { overlapPolicy: 'allow' } }] };
  const hasRoom: Prisma.JobRunWhereInput = { OR: [{ ownerId: { notIn: fullOwners } }, { trigger: 'manual' }] };
  const queued = await db.jobRun.findMany({
    where: { status: 'queued', AND: [mayRun, hasRoom] },
    // In the order of the alphabet, from behind: manual, cron, catch_up.
    orderBy: [{ trigger: 'desc' }, { id: 'asc' }],
    take: free,
    select: { id: true, ownerId: true, trigger: true },
  });
  const counts = new Map(running);
  return queued.flatMap(({ id, ownerId, trigger }) => {
    const count = counts.get(ownerId) ?? 0;
    if (trigger !== 'manual' && count >= perOwner) return [];
    counts.set(ownerId, count + 1);
    return [id];
  });
}

/** Begins queued runs under leases of `holder`; answers those that another process has not, and whose jobs let them. */
export async function beginRuns(
  deps: SchedulerBasis,
  ids: readonly number[],
  holder: string,
): Promise<readonly BegunRun[]> {
  return await deps.journal.write(async ({ db, appendAll }) => {
    const turns = await lockTurns(db, ids);
    const now = dateOf(deps.clock);
    const begun = turns.map(({ job, run }) => {
      const lateness = now.getTime() - run.scheduledFor.getTime();
      const leaseUntil = new Date(now.getTime() + LEASE_MS);
      const begins = { status: 'running', startedAt: now, latenessMs: Math.max(0, lateness), leaseUntil };
      return { job, run: { ...run, ...begins, leaseOwner: holder } };
    });
    const cursors = await appendAll(begun.map(({ job, run }) => runEvent('JobRunStarted', job, run)));
    const started = begun.map(({ job, run }, at) => ({ job, run: { ...run, startedCursor: cursors[at] ?? null } }));
    const stored = await updateRows(
      db,
      'JobRun',
      started.map(({ run }) => beginOf(run)),
    );
    invariant(stored === started.length, 'a run whose job is locked stays queued until it begins');
    return started;
  });
}

/** What the row of a run becomes, unless it is queued no more. */
function beginOf(run: JobRunRow) {
  const { id, status, startedAt, latenessMs, leaseOwner, leaseUntil, startedCursor } = run;
  return {
    id,
    expected: { status: 'queued' },
    columns: { status, startedAt, latenessMs, leaseOwner, leaseUntil, startedCursor },
  };
}

/** Locks the jobs of runs in the order of their ids, and answers the runs whose turn it is then. */
async function lockTurns(db: Db, ids: readonly number[]): Promise<readonly BegunRun[]> {
  const where = { id: { in: [...ids] }, status: 'queued' };
  const seen = await db.jobRun.findMany({ where, select: { jobId: true } });
  const jobIds = [...new Set(seen.map(({ jobId }) => jobId))].toSorted((a, b) => a - b);
  const jobs = new Map<number, ScheduledJobRow>();
  for (const id of jobIds) {
    const job = await lockJob(db, id);
    if (job !== undefined) jobs.set(id, job);
  }
  const running = await db.jobRun.findMany({
    where: { jobId: { in: jobIds }, status: 'running' },
    select: { jobId: true },
  });
  const busy = new Set(running.map(({ jobId }) => jobId));
  const runs = await db.jobRun.findMany({ where, orderBy: [{ trigger: 'desc' }, { id: 'asc' }] });
  return runs.flatMap((run) => {
    const job = jobs.get(run.jobId);
    if (job === undefined || (busy.has(run.jobId) && job.overlapPolicy !== 'allow')) return [];
    busy.add(run.jobId);
    return [{ run, job }];
  });
}
