/** What people do with scheduled jobs: create, change, delete, start, stop, run now; and start and stop the scheduler. */
import { type Principal, requireScope } from '../access/index.ts';
import { dateOf, notFound } from '../core/index.ts';
import type { EventDraft, JournalWrite } from '../events/index.ts';
import type { JobRunRow, ScheduledJobRow } from '../storage/index.ts';
import type { SchedulerBasis } from './deps.ts';
import { nextDue } from './due.ts';
import { type JobEventType, jobEvent } from './events.ts';
import { type JobColumns, type JobInput, jobInput, parseJob, timetableOf } from './scheduled-job.ts';
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
  const columns = await parseJob(deps.jobTypes, principal, input);
  const now = dateOf(deps.clock);
  const row = await deps.journal.write(async (write) => {
    const created = await write.db.scheduledJob.create({
      data: { ...columns, ...dueFrom(columns, now), ownerId: principal.userId, createdAt: now, updatedAt: now },
    });
    await write.append(jobEvent('JobCreated', created, deps.ids.next()));
    return created;
  });
  deps.scheduler.wake();
  return row;
}

/**
 * Changes the given settings; the whole is checked again, and what was missed before is not made up for. Scope `trade`.
 *
 * @throws {DomainError} VALIDATION, NOT_FOUND
 */
export async function updateScheduledJob(
  deps: SchedulerDeps,
  principal: Principal,
  { id, ...input }: JobInput & { readonly id: number },
): Promise<ScheduledJobRow> {
  requireScope(principal, 'trade');
  const row = await changeJob(deps, principal, id, async (before) => {
    const given = Object.fromEntries(
      Object.entries(input).filter(([key, value]) => value !== undefined && (value !== null || key === 'calendar')),
    );
    const sameType = input.jobType == null || input.jobType === before.jobType;
    const stored = jobInput(before);
    return await parseJob(deps.jobTypes, principal, { ...stored, config: sameType ? stored.config : {}, ...given });
  });
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
  const row = await changeJob(deps, principal, id, (before) => {
    const isSame = before.enabled === enabled && (!enabled || before.pauseReason === null);
    return Promise.resolve(isSame ? null : { ...before, enabled });
  });
  deps.scheduler.wake();
  return row;
}

/**
 * Deletes a job with the rows of its runs; one that is under way ends without a trace. Scope `trade`.
 *
 * @throws {DomainError} NOT_FOUND
 */
export async function deleteScheduledJob(deps: SchedulerDeps, principal: Principal, id: number): Promise<number> {
  requireScope(principal, 'trade');
  return await deps.journal.write(async (write) => {
    const row = await write.db.scheduledJob.findFirst({ where: { id, ownerId: principal.userId } });
    const deleted = await write.db.scheduledJob.deleteMany({ where: { id, ownerId: principal.userId } });
    if (row === null || deleted.count === 0) throw notFound('scheduled job', id);
    await write.append(jobEvent('JobDeleted', row, deps.ids.next()));
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
  const now = dateOf(deps.clock);
  const queued = await deps.database.transaction(async (db) => {
    const job = await db.scheduledJob.findFirst({ where: { id, ownerId: principal.userId }, select: { id: true } });
    if (job === null) throw notFound('scheduled job', id);
    const correlationId = deps.ids.next();
    const common = { ownerId: principal.userId, jobId: id, correlationId, createdAt: now, scheduledFor: now };
    return await db.jobRun.create({
      data: { ...common, occurrence: `manual ${correlationId}`, trigger: 'manual', status: 'queued' },
    });
  });
  deps.scheduler.wake();
  return await endOf(deps, queued);
}

/** Stops or starts all of an owner's schedules; jobs keep their own switch. What was due meanwhile is not made up for. Scope `trade`. */
export async function switchScheduler(deps: SchedulerDeps, principal: Principal, isRunning: boolean): Promise<void> {
  requireScope(principal, 'trade');
  const ownerId = principal.userId;
  const updatedAt = dateOf(deps.clock);
  await deps.journal.write(async (write) => {
    const before = await write.db.schedulerState.findUnique({ where: { ownerId } });
    if ((before?.isRunning ?? true) === isRunning) return;
    const state = { isRunning, updatedAt };
    await write.db.schedulerState.upsert({ where: { ownerId }, create: { ownerId, ...state }, update: state });
    await write.append(switched(isRunning ? 'SchedulerStarted' : 'SchedulerStopped', ownerId, deps.ids.next()));
  });
  deps.scheduler.wake();
}

function switched(type: JobEventType, ownerId: number, correlationId: string): EventDraft {
  return { ownerId, type, subjectType: 'scheduler', subjectId: ownerId, payload: {}, correlationId };
}

function dueFrom(columns: JobColumns, now: Date) {
  return { handledUntil: now, nextDueAt: nextDue(timetableOf(columns), now.getTime()) };
}

/** Changes a job under its lock; `change` answers the new settings, null for none. */
async function changeJob(
  deps: SchedulerDeps,
  principal: Principal,
  id: number,
  change: (before: ScheduledJobRow) => Promise<JobColumns | null>,
): Promise<ScheduledJobRow> {
  return await deps.journal.write(async (write) => {
    const before = await lockOwnJob(write, principal, id);
    const columns = await change(before);
    if (columns === null) return before;
    const now = dateOf(deps.clock);
    const { name, jobType, schedule, timezone, calendar, sessionPolicy, config, enabled } = columns;
    const { overlapPolicy, catchupPolicy, catchupWindowSeconds, timeoutSeconds } = columns;
    const settings = { name, jobType, schedule, timezone, calendar, sessionPolicy, config, enabled };
    const policies = { overlapPolicy, catchupPolicy, catchupWindowSeconds, timeoutSeconds };
    const fresh = { pauseReason: null, failuresInRow: 0, updatedAt: now };
    const row = await write.db.scheduledJob.update({
      where: { id },
      data: { ...settings, ...policies, ...dueFrom(columns, now), ...fresh },
    });
    await write.append(jobEvent('JobUpdated', row, deps.ids.next()));
    return row;
  });
}

async function lockOwnJob({ db }: JournalWrite, principal: Principal, id: number): Promise<ScheduledJobRow> {
  const where = { id, ownerId: principal.userId };
  const found = await db.scheduledJob.updateMany({ where, data: { failuresInRow: { increment: 0 } } });
  if (found.count === 0) throw notFound('scheduled job', id);
  return await db.scheduledJob.findUniqueOrThrow({ where: { id } });
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
