/**
 * Jobs that another part of the program keeps for something of its own: made, changed and deleted in that part's
 * transaction, so that the one is never there without the other. To people they are jobs like any other.
 */

import { dateOf } from '../core/index.ts';
import type { JournalWrite } from '../events/index.ts';
import type { ScheduledJobRow } from '../storage/index.ts';
import { dueFrom } from './change-job.ts';
import type { SchedulerBasis } from './deps.ts';
import { jobEvent } from './events.ts';
import { forgetUnused } from './forget-unused.ts';
import { lockJob } from './job-run.ts';
import type { JobColumns } from './scheduled-job.ts';

/** Stores a job that `parseJob` has checked; it is due from now on. Wake the scheduler after the commit. */
export async function insertJob(
  { clock, ids }: SchedulerBasis,
  write: JournalWrite,
  { ownerId, columns }: { readonly ownerId: number; readonly columns: JobColumns },
): Promise<ScheduledJobRow> {
  const now = dateOf(clock);
  const row = await write.db.scheduledJob.create({
    data: { ...columns, ...dueFrom(columns, now), ownerId, createdAt: now, updatedAt: now },
  });
  await write.append(jobEvent('JobCreated', row, ids.next()));
  return row;
}

/**
 * Deletes a job of the owner, with what nothing that is kept was caused by; whether there was one. What is under way goes on to
 * its end.
 */
export async function removeJob(
  { clock, ids }: SchedulerBasis,
  write: JournalWrite,
  { ownerId, id }: { readonly ownerId: number; readonly id: number },
): Promise<boolean> {
  const row = await lockJob(write.db, id);
  if (row?.ownerId !== ownerId) return false;
  const gone = { enabled: false, nextDueAt: null, deletedAt: dateOf(clock) };
  await write.db.scheduledJob.update({ where: { id }, data: gone });
  await forgetUnused(write.db, id);
  await write.append(jobEvent('JobDeleted', row, ids.next()));
  return true;
}
