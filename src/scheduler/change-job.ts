/** Changing a stored job: what was due before the change is claimed first, so that nothing of it is forgotten. */
import { type Principal } from '../access/index.ts';
import { conflict, dateOf, notFound } from '../core/index.ts';
import type { JournalWrite } from '../events/index.ts';
import type { ScheduledJobRow } from '../storage/index.ts';
import { claimJobs } from './claim.ts';
import type { SchedulerBasis } from './deps.ts';
import { nextDue } from './due.ts';
import { jobEvent } from './events.ts';
import { lockJob } from './job-run.ts';
import type { JobColumns } from './scheduled-job.ts';
import { timetableOf } from './timetable.ts';

/** How often a change is worked out anew, because somebody else changed the job meanwhile. */
const MAX_ROUNDS = 5;

/** What a change is about. */
export interface JobChange {
  readonly id: number;
  /** The new settings of a job; null when nothing changes. It may take its time. */
  readonly settings: (before: ScheduledJobRow) => Promise<JobColumns | null>;
}

/**
 * Changes a job of the principal. Its failures are forgotten.
 *
 * @throws {DomainError} NOT_FOUND; CONFLICT when others change it all the time; whatever `settings` throws
 */
export async function changeJob(
  deps: SchedulerBasis,
  principal: Principal,
  { id, settings }: JobChange,
): Promise<ScheduledJobRow> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const seen = await deps.database.read.scheduledJob.findFirst({
      where: { id, ownerId: principal.userId, deletedAt: null },
    });
    if (seen === null) throw notFound('scheduled job', id);
    const wanted = await settings(seen);
    if (wanted === null) return seen;
    const row = await deps.journal.write((write) => storeChange(deps, write, { seen, wanted }));
    if (row !== null) return row;
  }
  throw conflict(`The scheduled job ${id} is being changed by others; try again.`);
}

/** A job as it was read, and as it is to be. */
interface Change {
  readonly seen: ScheduledJobRow;
  readonly wanted: JobColumns;
}

/** Stores a change in the caller's transaction. Null when the job is no longer what was seen. */
export async function storeChange(
  deps: SchedulerBasis,
  write: JournalWrite,
  { seen, wanted }: Change,
): Promise<ScheduledJobRow | null> {
  const { id } = seen;
  const locked = await lockJob(write.db, id);
  if (locked === undefined) throw notFound('scheduled job', id);
  const isSame = JSON.stringify(columnsOf(locked)) === JSON.stringify(columnsOf(seen));
  if (!isSame || locked.pauseReason !== seen.pauseReason) return null;
  const now = dateOf(deps.clock);
  await claimBefore(deps, write, { job: locked, now });
  const handledUntil = new Date(Math.max(now.getTime(), locked.handledUntil.getTime()));
  const row = await write.db.scheduledJob.update({
    where: { id },
    data: {
      ...columnsOf(wanted),
      ...dueFrom(wanted, handledUntil),
      pauseReason: null,
      failuresInRow: 0,
      updatedAt: now,
    },
  });
  await write.append(jobEvent('JobUpdated', row, deps.ids.next()));
  return row;
}

/** Where a job stands that is due from an instant on; that never falls, so nothing is due twice when the clock is set back. */
export function dueFrom(columns: JobColumns, handledUntil: Date) {
  return { handledUntil, nextDueAt: nextDue(timetableOf(columns), handledUntil.getTime()) };
}

async function claimBefore(
  deps: SchedulerBasis,
  write: JournalWrite,
  { job, now }: { readonly job: ScheduledJobRow; readonly now: Date },
): Promise<void> {
  const isDue = job.enabled && job.pauseReason === null && job.nextDueAt !== null && job.nextDueAt <= now;
  const state = await write.db.schedulerState.findUnique({ where: { ownerId: job.ownerId } });
  if (isDue && state?.isRunning !== false) await claimJobs(deps, write, { jobs: [job], now });
}

/** The settings of a row and nothing else, always in the same order. */
function columnsOf(row: JobColumns): JobColumns {
  const { name, jobType, schedule, timezone, calendar, sessionPolicy, config, enabled } = row;
  const { overlapPolicy, catchupPolicy, catchupWindowSeconds, timeoutSeconds } = row;
  const settings = { name, jobType, schedule, timezone, calendar, sessionPolicy, config, enabled };
  return { ...settings, overlapPolicy, catchupPolicy, catchupWindowSeconds, timeoutSeconds };
}
