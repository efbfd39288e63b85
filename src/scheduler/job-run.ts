/**
 * One run of a job, from its turn to its end.
 *
 *   queued --begin--> running --> succeeded | failed | timed_out
 *                     running --this server closes--> interrupted
 *                     running --this process dies--> its lease runs out; whoever finds that makes it interrupted
 *   queued --an earlier run is under way--> skipped(overlap), or stays queued
 *
 * Every step is conditional on the one before it, so that each run has one end whoever reports it.
 */
import { localUser } from '../access/index.ts';
import { dateOf, type JsonObject, readJson } from '../core/index.ts';
import type { JournalWrite } from '../events/index.ts';
import type { JobRunRow, ScheduledJobRow } from '../storage/index.ts';
import type { SchedulerBasis } from './deps.ts';
import { jobEvent, runEvent } from './events.ts';
import type { JobType, RunOutput } from './job-type.ts';
import { GRACE_MS } from './plan.ts';

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

/** How long a run is believed to be alive without a sign of life, and how often it gives one, in ms. */
export const LEASE_MS = 60_000;
const RENEW_MS = 15_000;

/** So many failures in a row pause a job. */
const MAX_FAILURES = 5;

/** Attempts of a run whose processes die. */
const MAX_ATTEMPTS = 3;

/** Longest text of an error that is stored. */
const MAX_ERROR_LENGTH = 1000;

/** A run that has begun in this process. */
export interface BegunRun {
  readonly run: JobRunRow;
  readonly job: ScheduledJobRow;
}

type End = Pick<JobRunRow, 'status' | 'reason' | 'summary' | 'output' | 'error'>;

/** Begins a queued run under a lease of `holder`; null when it has to wait, was skipped, or another process has it. */
export async function beginRun(deps: SchedulerBasis, runId: number, holder: string): Promise<BegunRun | null> {
  return await deps.journal.write(async (write) => {
    const found = await write.db.jobRun.findUnique({ where: { id: runId } });
    if (found === null) return null;
    const job = await lockJob(write, found.jobId);
    if (job === null) return null;
    const turn = await turnOf(write, found, job);
    if (turn === 'skip') await endRun(deps, write, { job, run: found, from: 'queued', end: OVERLAP });
    if (turn !== 'go') return null;
    return await takeRun(deps, write, { run: found, job, holder });
  });
}

const OVERLAP: End = { status: 'skipped', reason: 'overlap', summary: null, output: null, error: null };

/** The row's lock comes first: of two runs of a job only one looks at the other at a time. */
async function lockJob({ db }: JournalWrite, id: number): Promise<ScheduledJobRow | null> {
  await db.scheduledJob.updateMany({ where: { id }, data: { failuresInRow: { increment: 0 } } });
  return await db.scheduledJob.findUnique({ where: { id } });
}

/** Whether a run may begin, has to wait for an earlier one, or is skipped for it. */
async function turnOf({ db }: JournalWrite, run: JobRunRow, job: ScheduledJobRow): Promise<'go' | 'wait' | 'skip'> {
  if (job.overlapPolicy === 'allow') return 'go';
  const underWay = await db.jobRun.count({ where: { jobId: job.id, status: 'running' } });
  if (underWay === 0) return 'go';
  if (job.overlapPolicy === 'skip') return 'skip';
  const before = await db.jobRun.count({ where: { jobId: job.id, status: 'queued', id: { lt: run.id } } });
  return before === 0 ? 'wait' : 'skip';
}

async function takeRun(
  { clock }: SchedulerBasis,
  write: JournalWrite,
  { run, job, holder }: BegunRun & { readonly holder: string },
): Promise<BegunRun | null> {
  const now = dateOf(clock);
  const begun = {
    status: 'running',
    startedAt: now,
    latenessMs: Math.max(0, now.getTime() - run.scheduledFor.getTime()),
    leaseOwner: holder,
    leaseUntil: new Date(now.getTime() + LEASE_MS),
  };
  const taken = await write.db.jobRun.updateMany({ where: { id: run.id, status: 'queued' }, data: begun });
  if (taken.count === 0) return null;
  const startedCursor = await write.append(runEvent('JobRunStarted', job, { ...run, ...begun }));
  await write.db.jobRun.update({ where: { id: run.id }, data: { startedCursor } });
  return { job, run: { ...run, ...begun, startedCursor } };
}

/** Does the work of a begun run and stores its end; `closing` aborts when the server closes. Never rejects. */
export async function performRun(deps: SchedulerBasis, begun: BegunRun, closing: AbortSignal): Promise<void> {
  const { run, job } = begun;
  const lost = new AbortController();
  const renewal = setInterval(() => void renewLease(deps, run, lost), RENEW_MS);
  try {
    const end = await workOf(deps, begun, { closing, lost: lost.signal });
    if (!lost.signal.aborted) {
      await deps.journal.write((write) => endRun(deps, write, { job, run, from: 'running', end }));
    }
  } catch (err) {
    // Its lease runs out, and it becomes `interrupted`.
    deps.log.error({ err, run: run.id }, 'The end of a run could not be stored');
  } finally {
    clearInterval(renewal);
  }
}

async function renewLease({ database, clock, log }: SchedulerBasis, run: JobRunRow, lost: AbortController) {
  try {
    const renewed = await database.transaction((db) =>
      db.jobRun.updateMany({
        where: { id: run.id, status: 'running', leaseOwner: run.leaseOwner },
        data: { leaseUntil: new Date(clock.now() + LEASE_MS) },
      }),
    );
    if (renewed.count === 0) lost.abort(new Error('The run was taken for dead.'));
  } catch (err) {
    log.warn({ err, run: run.id }, 'The lease of a run could not be renewed; it is tried again');
  }
}

interface Signals {
  readonly closing: AbortSignal;
  readonly lost: AbortSignal;
}

async function workOf(deps: SchedulerBasis, { run, job }: BegunRun, { closing, lost }: Signals): Promise<End> {
  const type = deps.jobTypes.find(job.jobType);
  if (type === undefined) return failure('failed', `This server has no job type ${job.jobType}.`);
  const timeout = AbortSignal.timeout(job.timeoutSeconds * 1000);
  const signal = AbortSignal.any([timeout, closing, lost]);
  try {
    const done = await Promise.race([perform(type, { run, job }, signal), aborted(signal)]);
    const output = JSON.stringify(done.output);
    return { status: 'succeeded', reason: null, summary: done.summary, output, error: null };
  } catch (error) {
    if (closing.aborted) return failure('interrupted', 'The server closed.', 'shutdown');
    if (timeout.aborted) return failure('timed_out', `It took longer than ${job.timeoutSeconds} s.`);
    deps.log.warn({ err: error, run: run.id, job: job.id }, 'A scheduled run failed');
    return failure('failed', error instanceof Error ? error.message : String(error));
  }
}

function perform(type: JobType, { run, job }: BegunRun, signal: AbortSignal): Promise<RunOutput> {
  const latenessMs = run.latenessMs ?? 0;
  return type.run({
    principal: localUser(job.ownerId),
    config: readJson<JsonObject>(job.config),
    runId: run.id,
    scheduledFor: run.scheduledFor,
    latenessMs,
    mayPlaceOrders: run.trigger === 'manual' || latenessMs <= GRACE_MS,
    correlationId: run.correlationId,
    causationId: run.startedCursor ?? 0n,
    signal,
  });
}

/** Rejects when the signal aborts: work that ignores its signal does not hold the run open. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = (): void => reject(new Error('The run was stopped.'));
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}

function failure(status: RunStatus, error: string, reason: string | null = null): End {
  return { status, reason, summary: null, output: null, error: error.slice(0, MAX_ERROR_LENGTH) };
}

interface Ending {
  readonly job: ScheduledJobRow;
  readonly run: JobRunRow;
  /** The state that it has to be in. */
  readonly from: RunStatus;
  readonly end: End;
}

/** Stores the end of a run, unless it has ended already; counts failures, and pauses the job after `MAX_FAILURES` in a row. */
async function endRun({ clock }: SchedulerBasis, write: JournalWrite, { job, run, from, end }: Ending): Promise<void> {
  const data = { ...end, finishedAt: dateOf(clock), leaseOwner: null, leaseUntil: null };
  const ended = await write.db.jobRun.updateMany({
    where: { id: run.id, status: from, leaseOwner: run.leaseOwner },
    data,
  });
  if (ended.count === 0) return;
  const isPaused = await countFailure(write, job, end.status);
  const told = end.status === 'skipped' ? 'JobRunSkipped' : 'JobRunFinished';
  await write.append(runEvent(told, job, { ...run, ...end }));
  if (isPaused) await write.append(jobEvent('JobPaused', job, run.correlationId));
}

/** Whether the job is paused now, and was not before. */
async function countFailure({ db }: JournalWrite, job: ScheduledJobRow, status: string): Promise<boolean> {
  const where = { id: job.id };
  if (status === 'succeeded') await db.scheduledJob.updateMany({ where, data: { failuresInRow: 0 } });
  if (status !== 'failed' && status !== 'timed_out') return false;
  await db.scheduledJob.updateMany({ where, data: { failuresInRow: { increment: 1 } } });
  const paused = await db.scheduledJob.updateMany({
    where: { ...where, failuresInRow: { gte: MAX_FAILURES }, pauseReason: null },
    data: { pauseReason: 'failures' },
  });
  return paused.count === 1;
}

/** Makes runs of dead processes `interrupted`, and queues them again where that can do no harm. */
export async function recoverRuns(deps: SchedulerBasis): Promise<void> {
  const now = dateOf(deps.clock);
  const dead = await deps.database.read.jobRun.findMany({
    where: { status: 'running', leaseUntil: { lt: now } },
    include: { job: true },
    take: 100,
  });
  for (const { job, ...run } of dead) {
    const end = failure('interrupted', 'The process that ran it died.', 'process_died');
    await deps.journal.write(async (write) => {
      await endRun(deps, write, { job, run, from: 'running', end });
      await queueAgain(deps, write, { job, run });
    });
  }
}

/** The next attempt, once: its name is taken when it was queued before. */
async function queueAgain(deps: SchedulerBasis, { db }: JournalWrite, { job, run }: BegunRun): Promise<void> {
  const type = deps.jobTypes.find(job.jobType);
  if (type === undefined || type.placesOrders || run.attempt >= MAX_ATTEMPTS || !job.enabled) return;
  const attempt = run.attempt + 1;
  const occurrence = `${run.occurrence.split('#')[0]}#${attempt}`;
  if ((await db.jobRun.count({ where: { jobId: job.id, occurrence } })) > 0) return;
  const { ownerId, jobId, scheduledFor, trigger, correlationId } = run;
  const createdAt = dateOf(deps.clock);
  const row = { ownerId, jobId, scheduledFor, trigger, correlationId, occurrence, attempt, createdAt };
  await db.jobRun.create({ data: { ...row, status: 'queued' } });
}
