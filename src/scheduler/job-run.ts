/**
 * One run of a job, from its turn to its end.
 *
 *   queued --begin--> running --> succeeded | failed | timed_out
 *                     running --this server closes--> interrupted
 *                     running --this process dies--> its lease runs out; whoever finds that makes it interrupted
 *
 * Every step is taken under the lock of the job's row and is conditional on the one before it, so that each run has one end,
 * whoever reports it. What cannot wait for an earlier run never becomes `queued`: it is stored as `skipped`.
 */
import type { Db, JobRunRow, ScheduledJobRow } from '../storage/index.ts';

/** States of a run. */
export const RUN_STATUSES = [
  'queued',
  'running',
  'succeeded',
  'failed',
  'timed_out',
  'interrupted',
  'skipped',
] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** What set off a run. */
export const RUN_TRIGGERS = ['cron', 'catch_up', 'manual'] as const;
export type RunTrigger = (typeof RUN_TRIGGERS)[number];

/** How long a run is believed to be alive without a sign of life, in ms. */
export const LEASE_MS = 60_000;

/** A run that has begun in this process. */
export interface BegunRun {
  readonly run: JobRunRow;
  readonly job: ScheduledJobRow;
}

/** Locks a job's row for the rest of the transaction and reads it; undefined when it was deleted. */
export async function lockJob(db: Db, id: number): Promise<ScheduledJobRow | undefined> {
  const job = await lockJobRow(db, id);
  return job?.deletedAt === null ? job : undefined;
}

/** As `lockJob`, also of a job that was deleted and is remembered; see `forgetUnused`. */
export async function lockJobRow(db: Db, id: number): Promise<ScheduledJobRow | undefined> {
  const [job] = await db.scheduledJob.updateManyAndReturn({ where: { id }, data: { failuresInRow: { increment: 0 } } });
  return job;
}

/**
 * Locks the job of a run for the rest of the transaction, so that no row of either goes away before it ends; whether they are still
 * there. Whoever locks anything that refers to runs or jobs does this first.
 */
export async function lockJobOfRun(db: Db, runId: number): Promise<boolean> {
  const run = await db.jobRun.findUnique({ where: { id: runId }, select: { jobId: true } });
  if (run === null || (await lockJobRow(db, run.jobId)) === undefined) return false;
  // A job that was deleted while the lock was waited for may stay for another of its runs.
  return (await db.jobRun.count({ where: { id: runId } })) > 0;
}
