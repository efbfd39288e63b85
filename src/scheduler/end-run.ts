/** How a run ends, what that means for its job, and what becomes of runs whose process died. */
import { dateOf } from '../core/index.ts';
import type { JournalWrite } from '../events/index.ts';
import type { Db, JobRunRow, ScheduledJobRow } from '../storage/index.ts';
import type { SchedulerBasis } from './deps.ts';
import { jobEvent, runEvent } from './events.ts';
import { forgetUnused } from './forget-unused.ts';
import { lockJobRow, type RunStatus } from './job-run.ts';

/** So many failures in a row pause a job. */
const MAX_FAILURES = 5;

/** Attempts of a run whose processes die. */
const MAX_ATTEMPTS = 3;

/** Longest text of an error that is stored. */
const MAX_ERROR_LENGTH = 1000;

/** Dead runs that are looked at together. */
const PAGE = 100;

/** What an end writes into the row. */
export type RunEnd = Pick<JobRunRow, 'status' | 'reason' | 'summary' | 'output' | 'error'>;

/** An end without a result. */
export function failure(status: RunStatus, error: string, reason: string | null = null): RunEnd {
  return { status, reason, summary: null, output: null, error: error.slice(0, MAX_ERROR_LENGTH) };
}

interface Ending {
  readonly job: Pick<ScheduledJobRow, 'id'>;
  /** As it was when it began. */
  readonly run: JobRunRow;
  readonly end: RunEnd;
}

/**
 * Stores the end of a running run, unless it has ended already: the job remembers it as its last one, counts failures, and is
 * paused after `MAX_FAILURES` in a row. What was interrupted is queued again where that can do no harm. Of a job that was deleted
 * meanwhile only a run that led to something is remembered.
 */
export async function storeEnd(deps: SchedulerBasis, { job: { id }, run, end }: Ending): Promise<void> {
  await deps.journal.write(async (write) => {
    const job = await lockJobRow(write.db, id);
    if (job === undefined) return;
    const ended = await write.db.jobRun.updateMany({
      where: { id: run.id, status: 'running', leaseOwner: run.leaseOwner },
      data: { ...end, finishedAt: dateOf(deps.clock), leaseOwner: null, leaseUntil: null },
    });
    if (ended.count === 0) return;
    const isPaused = await rememberEnd(write.db, job, { runId: run.id, status: end.status });
    if (end.status === 'interrupted') await queueAgain(deps, write.db, { job, run });
    if (job.deletedAt !== null) await forgetUnused(write.db, id);
    await tellEnd(write, job, { run: { ...run, ...end }, isPaused });
  });
}

/** Whether the job is paused by it. */
async function rememberEnd(
  db: Db,
  job: ScheduledJobRow,
  { runId, status }: { readonly runId: number; readonly status: string },
): Promise<boolean> {
  const hasFailed = status === 'failed' || status === 'timed_out';
  const failuresInRow = status === 'succeeded' ? 0 : job.failuresInRow + (hasFailed ? 1 : 0);
  const mayBePaused = job.deletedAt === null && job.pauseReason === null;
  const isPaused = hasFailed && failuresInRow >= MAX_FAILURES && mayBePaused;
  const pause = isPaused ? { pauseReason: 'failures' } : {};
  await db.scheduledJob.update({ where: { id: job.id }, data: { lastRunId: runId, failuresInRow, ...pause } });
  return isPaused;
}

async function tellEnd(
  write: JournalWrite,
  job: ScheduledJobRow,
  { run, isPaused }: { readonly run: JobRunRow; readonly isPaused: boolean },
): Promise<void> {
  const paused = isPaused ? [jobEvent('JobPaused', job, run.correlationId)] : [];
  await write.appendAll([runEvent('JobRunFinished', job, run), ...paused]);
}

/** Makes runs of dead processes `interrupted`; those that run here, `ownIds`, are alive whatever their leases say. */
export async function recoverRuns(deps: SchedulerBasis, ownIds: readonly number[]): Promise<void> {
  const dead = await deps.database.read.jobRun.findMany({
    where: { status: 'running', leaseUntil: { lt: dateOf(deps.clock) }, id: { notIn: [...ownIds] } },
    take: PAGE,
  });
  for (const run of dead) {
    const end = failure('interrupted', 'The process that ran it died.', 'process_died');
    await storeEnd(deps, { job: { id: run.jobId }, run, end });
  }
}

/** The next attempt, for types that place no orders. */
async function queueAgain(
  deps: SchedulerBasis,
  db: Db,
  { job, run }: { readonly job: ScheduledJobRow; readonly run: JobRunRow },
): Promise<void> {
  const type = deps.jobTypes.find(job.jobType);
  const isWanted = job.enabled && job.pauseReason === null && run.attempt < MAX_ATTEMPTS;
  if (type === undefined || type.placesOrders || !isWanted) return;
  const attempt = run.attempt + 1;
  const occurrence = `${run.occurrence.split('#')[0]}#${attempt}`;
  const { ownerId, jobId, scheduledFor, trigger, correlationId } = run;
  const createdAt = dateOf(deps.clock);
  const row = { ownerId, jobId, scheduledFor, trigger, correlationId, occurrence, attempt, createdAt };
  await db.jobRun.create({ data: { ...row, status: 'queued' } });
}
