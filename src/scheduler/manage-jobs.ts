/** What people do with scheduled jobs: create, change, delete, start, stop, run now; and start and stop the scheduler. */
import { setImmediate as breathe } from 'node:timers/promises';
import { type Principal, requireScope } from '../access/index.ts';
import { dateOf, given, invalid, notFound } from '../core/index.ts';
import { type Db, type JobRunRow, lockOwner, type ScheduledJobRow } from '../storage/index.ts';
import { changeJob } from './change-job.ts';
import { claimDue, claimJobs, dueAt, passOver } from './claim.ts';
import type { SchedulerBasis } from './deps.ts';
import { type JobEventType, runEvent } from './events.ts';
import { lockJob } from './job-run.ts';
import { insertJob, removeJob } from './kept-jobs.ts';
import { activeRuns, roomFor } from './overlap.ts';
import { type JobColumns, type JobInput, jobInput, parseJob } from './scheduled-job.ts';
import type { Scheduler } from './scheduler.ts';

/** What the commands work with. */
export interface SchedulerDeps extends SchedulerBasis {
  readonly scheduler: Scheduler;
}

/** How long `runScheduledJob` waits for the end of a run, in ms. */
const RUN_WAIT_MS = 30_000;

/** How often it looks, in ms. */
const RUN_LOOK_MS = 50;

/**
 * Creates a job; it is due from now on. Scope `trade`.
 *
 * @throws {DomainError} VALIDATION naming every field that is wrong; nothing is stored then
 */
export async function createScheduledJob(
  deps: SchedulerDeps,
  principal: Principal,
  input: JobInput,
): Promise<ScheduledJobRow> {
  requireScope(principal, 'trade');
  const columns = await parseJob(deps, principal, input);
  const row = await deps.journal.write((write) => insertJob(deps, write, { ownerId: principal.userId, columns }));
  deps.scheduler.wake();
  return row;
}

/**
 * Changes the given settings; the whole is checked again, and what was missed before is not made up for. Another `jobType` takes
 * a `config` of its own, unless that of before suits it. Scope `trade`.
 *
 * @throws {DomainError} VALIDATION, NOT_FOUND
 */
export async function updateScheduledJob(
  deps: SchedulerDeps,
  principal: Principal,
  { id, ...input }: JobInput & { readonly id: number },
): Promise<ScheduledJobRow> {
  requireScope(principal, 'trade');
  const settings = (before: ScheduledJobRow): Promise<JobColumns> =>
    parseJob(deps, principal, { ...jobInput(before), ...given(input, ['calendar']) });
  const row = await changeJob(deps, principal, { id, settings });
  deps.scheduler.wake();
  return row;
}

/**
 * Starts or stops one job; doing it again changes nothing. Starting also ends a pause after failures. Scope `trade`.
 *
 * @throws {DomainError} NOT_FOUND
 */
export async function enableScheduledJob(
  deps: SchedulerDeps,
  principal: Principal,
  { id, enabled }: { readonly id: number; readonly enabled: boolean },
): Promise<ScheduledJobRow> {
  requireScope(principal, 'trade');
  const settings = (before: ScheduledJobRow): Promise<JobColumns | null> => {
    const isSame = before.enabled === enabled && (!enabled || before.pauseReason === null);
    return Promise.resolve(isSame ? null : { ...before, enabled });
  };
  const row = await changeJob(deps, principal, { id, settings });
  deps.scheduler.wake();
  return row;
}

/**
 * Deletes a job with the rows of its runs, but for those that led to plans. One that is under way goes on. Scope `trade`.
 *
 * @throws {DomainError} NOT_FOUND
 */
export async function deleteScheduledJob(deps: SchedulerDeps, principal: Principal, id: number): Promise<number> {
  requireScope(principal, 'trade');
  return await deps.journal.write(async (write) => {
    const isDeleted = await removeJob(deps, write, { ownerId: principal.userId, id });
    if (!isDeleted) throw notFound('scheduled job', id);
    return id;
  });
}

/**
 * Runs a job now, also one that is stopped, and waits for the end up to 30 s: then it answers the run as it is. The job's
 * overlap policy holds. Scope `trade`.
 *
 * @throws {DomainError} NOT_FOUND
 */
export async function runScheduledJob(deps: SchedulerDeps, principal: Principal, id: number): Promise<JobRunRow> {
  requireScope(principal, 'trade');
  const run = await deps.journal.write(async (write) => {
    const job = await lockJob(write.db, id);
    if (job?.ownerId !== principal.userId) throw notFound('scheduled job', id);
    const stored = await write.db.jobRun.create({ data: await manualRun(deps, write.db, job) });
    if (stored.status === 'skipped') await write.append(runEvent('JobRunSkipped', job, stored));
    return stored;
  });
  deps.scheduler.wake();
  return await endOf(deps, run);
}

async function manualRun({ clock, ids }: SchedulerDeps, db: Db, job: ScheduledJobRow) {
  const now = dateOf(clock);
  const correlationId = ids.next();
  const active = await activeRuns(db, [job.id]);
  const hasRoom = roomFor(job.overlapPolicy, active.get(job.id) ?? 0) > 0;
  const state = hasRoom ? { status: 'queued' } : { status: 'skipped', reason: 'overlap', finishedAt: now };
  const common = { ownerId: job.ownerId, jobId: job.id, correlationId, createdAt: now, scheduledFor: now };
  return { ...common, ...state, occurrence: `manual ${correlationId}`, trigger: 'manual' };
}

/**
 * Stops or starts all of an owner's schedules; jobs keep their own switch. Again changes nothing. What was due meanwhile is not
 * made up for. Scope `trade`.
 *
 * @throws {DomainError} VALIDATION for a reason of more than 500 characters
 */
export async function switchScheduler(
  deps: SchedulerDeps,
  principal: Principal,
  { isRunning, reason = null }: { readonly isRunning: boolean; readonly reason?: string | null | undefined },
): Promise<void> {
  requireScope(principal, 'trade');
  if ((reason?.length ?? 0) > 500) throw invalid('reason', 'reason must have at most 500 characters.');
  const ownerId = principal.userId;
  if (!isRunning) while (await claimDue(deps)) await breathe();
  await deps.journal.write(async (write) => {
    await lockOwner(write.db, ownerId);
    const before = await write.db.schedulerState.findUnique({ where: { ownerId } });
    if ((before?.isRunning ?? true) === isRunning) return;
    const updatedAt = dateOf(deps.clock);
    const jobs = await write.db.scheduledJob.findMany({ where: { ...dueAt(updatedAt), ownerId } });
    if (isRunning) await passOver(write.db, { jobs, now: updatedAt });
    // What became due a moment ago still counts.
    else await claimJobs(deps, write, { jobs, now: updatedAt });
    const state = { isRunning, updatedAt };
    await write.db.schedulerState.upsert({ where: { ownerId }, create: { ownerId, ...state }, update: state });
    const type: JobEventType = isRunning ? 'SchedulerStarted' : 'SchedulerStopped';
    const subject = { ownerId, subjectType: 'scheduler', subjectId: ownerId };
    await write.append({ ...subject, type, payload: { reason }, correlationId: deps.ids.next() });
  });
  deps.scheduler.wake();
}

async function endOf({ database }: SchedulerDeps, queued: JobRunRow): Promise<JobRunRow> {
  const until = performance.now() + RUN_WAIT_MS;
  for (;;) {
    const run = await database.read.jobRun.findUnique({ where: { id: queued.id } });
    if (run === null) throw notFound('run', queued.id);
    const isOver = run.status !== 'queued' && run.status !== 'running';
    if (isOver || performance.now() > until) return run;
    await new Promise((resolve) => setTimeout(resolve, RUN_LOOK_MS));
  }
}
