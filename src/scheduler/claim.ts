/**
 * Claiming what is due: any number of processes look at the same table, and whoever moves a job's `nextDueAt` on from the
 * value that it saw has claimed every due time up to then. The rows of the runs are written in the same transaction, so that
 * no due time is lost or run twice, whatever dies when.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { DomainError, dateOf } from '../core/index.ts';
import type { JournalWrite } from '../events/index.ts';
import { type Db, type Prisma, type ScheduledJobRow, updateRows } from '../storage/index.ts';
import type { Occurrence } from './cron/index.ts';
import type { SchedulerBasis } from './deps.ts';
import { nextDue, occurrenceName } from './due.ts';
import { jobEvent, runEvent } from './events.ts';
import { activeRuns, roomFor } from './overlap.ts';
import { type Plan, planDue } from './plan.ts';
import { readTimetable, timetableOf } from './timetable.ts';

/** Jobs per transaction, and after how many of them others have their turn. */
const PAGE = 100;
const SOME = 20;

/** What is to be done with one job; no plan when its settings cannot be read. */
interface Claim {
  readonly job: ScheduledJobRow;
  readonly plan: Plan | null;
  readonly next: Date | null;
}

/**
 * Claims up to a page of due jobs and stores their runs as `queued` or `skipped`. Answers whether there may be more.
 *
 * A job whose settings cannot be read is paused and said so, and one whose claim fails is left for the next time; the others
 * are not concerned.
 */
export async function claimDue(deps: SchedulerBasis): Promise<boolean> {
  const now = dateOf(deps.clock);
  const stopped = await deps.database.read.schedulerState.findMany({ where: { isRunning: false } });
  const due = await deps.database.read.scheduledJob.findMany({
    where: { ...dueAt(now), ownerId: { notIn: stopped.map(({ ownerId }) => ownerId) } },
    orderBy: { nextDueAt: 'asc' },
    take: PAGE,
  });
  if (due.length === 0) return false;
  try {
    await deps.journal.write((write) => claimJobs(deps, write, { jobs: due, now }));
    return due.length === PAGE;
  } catch (error) {
    if (error instanceof DomainError) throw error;
    await claimSingly(deps, due, now);
    return false;
  }
}

/** Jobs that wait to be claimed. */
export function dueAt(now: Date) {
  return { enabled: true, pauseReason: null, nextDueAt: { lte: now } } as const;
}

async function claimSingly(deps: SchedulerBasis, due: readonly ScheduledJobRow[], now: Date): Promise<void> {
  for (const job of due) {
    try {
      await deps.journal.write((write) => claimJobs(deps, write, { jobs: [job], now }));
    } catch (err) {
      deps.log.error({ err, job: job.id }, 'A due job could not be claimed; it is tried again');
    }
  }
}

/** Claims these jobs, where nobody else has, in the order of their ids: two processes never wait for each other in a ring. */
export async function claimJobs(
  deps: SchedulerBasis,
  write: JournalWrite,
  { jobs, now }: { readonly jobs: readonly ScheduledJobRow[]; readonly now: Date },
): Promise<void> {
  const ordered = jobs.toSorted((a, b) => a.id - b.id);
  const won: Claim[] = [];
  for (const [at, job] of ordered.entries()) {
    if (at > 0 && at % SOME === 0) await breathe();
    const claim = claimOf(deps, job, now);
    if (await moveOn(write, claim, now)) won.push(claim);
  }
  await storeRuns(deps, write, { claims: won, now });
}

function claimOf({ log }: SchedulerBasis, job: ScheduledJobRow, now: Date): Claim {
  try {
    const timetable = timetableOf(job);
    const plan = planDue(timetable, { after: job.handledUntil.getTime(), now: now.getTime() });
    return { job, plan, next: nextDue(timetable, now.getTime()) };
  } catch (err) {
    log.error({ err, job: job.id }, 'The settings of a scheduled job cannot be read; it is paused');
    return { job, plan: null, next: null };
  }
}

/**
 * Moves jobs past what was due while their scheduler was stopped: nothing of it is made up for, nor listed. Here, and not when they are
 * claimed, because another process may do that, by a clock that is behind.
 */
export async function passOver(
  db: Db,
  { jobs, now }: { readonly jobs: readonly ScheduledJobRow[]; readonly now: Date },
): Promise<void> {
  const ordered = jobs.toSorted((a, b) => a.id - b.id);
  for (let at = 0; at < ordered.length; at += PAGE) {
    if (at > 0) await breathe();
    const moves = ordered.slice(at, at + PAGE).flatMap((job) => {
      const timetable = readTimetable(job);
      // What cannot be read is paused, and said so, when it is claimed.
      if (timetable === null) return [];
      const columns = { handledUntil: now, nextDueAt: nextDue(timetable, now.getTime()) };
      return [{ id: job.id, expected: { nextDueAt: job.nextDueAt }, columns }];
    });
    await updateRows(db, 'ScheduledJob', moves);
  }
}

/** Whether this process is the one that claimed it. */
async function moveOn({ db }: JournalWrite, { job, plan, next }: Claim, now: Date): Promise<boolean> {
  const moved = await db.scheduledJob.updateMany({
    where: { id: job.id, nextDueAt: job.nextDueAt, enabled: true, pauseReason: null },
    data: plan === null ? { pauseReason: 'unreadable_settings' } : { handledUntil: now, nextDueAt: next },
  });
  return moved.count === 1;
}

type RunColumns = Prisma.JobRunCreateManyInput;

async function storeRuns(
  deps: SchedulerBasis,
  write: JournalWrite,
  { claims, now }: { readonly claims: readonly Claim[]; readonly now: Date },
): Promise<void> {
  if (claims.length === 0) return;
  const jobs = new Map(claims.map(({ job }) => [job.id, job]));
  const active = await activeRuns(write.db, [...jobs.keys()]);
  const rows = claims.flatMap(({ job, plan }) => {
    if (plan === null) return [];
    return runsOf(deps, job, { plan, now, room: roomFor(job.overlapPolicy, active.get(job.id) ?? 0) });
  });
  const stored = rows.length === 0 ? [] : await write.db.jobRun.createManyAndReturn({ data: rows });
  await write.appendAll([
    ...claims.filter(({ plan }) => plan === null).map(({ job }) => jobEvent('JobPaused', job, deps.ids.next())),
    ...stored.flatMap((run) => {
      const job = jobs.get(run.jobId);
      return job === undefined || run.status !== 'skipped' ? [] : [runEvent('JobRunSkipped', job, run)];
    }),
  ]);
}

interface PlannedRows {
  readonly plan: Plan;
  readonly now: Date;
  /** How many more runs that are on time may wait or run. Those that make up for missed ones wait for their turn. */
  readonly room: number;
}

function runsOf(
  { ids }: SchedulerBasis,
  job: ScheduledJobRow,
  { plan, now, room }: PlannedRows,
): readonly RunColumns[] {
  const common = (occurrence: Occurrence) => ({
    ownerId: job.ownerId,
    jobId: job.id,
    occurrence: occurrenceName(occurrence),
    scheduledFor: new Date(occurrence.instant),
    correlationId: ids.next(),
    createdAt: now,
  });
  const skipped = { trigger: 'cron', status: 'skipped', finishedAt: now };
  let left = room;
  return [
    ...plan.skips.map(({ occurrence, reason, count }) => ({ ...common(occurrence), ...skipped, reason, count })),
    ...plan.runs.map(({ occurrence, trigger }) => {
      if (trigger === 'cron') left -= 1;
      const hasRoom = trigger === 'catch_up' || left >= 0;
      if (!hasRoom) return { ...common(occurrence), ...skipped, reason: 'overlap' };
      return { ...common(occurrence), trigger, status: 'queued' };
    }),
  ];
}
