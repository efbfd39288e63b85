/**
 * Claiming what is due: any number of processes look at the same table, and whoever moves a job's `nextDueAt` on from the
 * value that it saw has claimed every due time up to then. The rows of the runs are written in the same transaction, so that
 * no due time is lost or run twice, whatever dies when.
 */
import { dateOf } from '../core/index.ts';
import type { JournalWrite } from '../events/index.ts';
import type { Prisma, ScheduledJobRow } from '../storage/index.ts';
import type { Occurrence } from './cron/index.ts';
import type { SchedulerBasis } from './deps.ts';
import { nextDue, occurrenceName } from './due.ts';
import { jobEvent, runEvent } from './events.ts';
import { type Plan, planDue } from './plan.ts';
import { timetableOf } from './scheduled-job.ts';

/** Jobs per transaction. */
const PAGE = 200;

/** What is to be done with one job; no plan when its settings cannot be read. */
interface Claim {
  readonly job: ScheduledJobRow;
  readonly plan: Plan | null;
  readonly next: Date | null;
}

/**
 * Claims up to a page of due jobs and stores their runs as `queued`. Answers whether there may be more.
 *
 * A job whose settings cannot be read is paused and said so; the others are not concerned.
 */
export async function claimDue(deps: SchedulerBasis): Promise<boolean> {
  const now = dateOf(deps.clock);
  const schedulers = await deps.database.read.schedulerState.findMany();
  const stopped = schedulers.filter(({ isRunning }) => !isRunning).map(({ ownerId }) => ownerId);
  const due = await deps.database.read.scheduledJob.findMany({
    where: { enabled: true, pauseReason: null, nextDueAt: { lte: now }, ownerId: { notIn: stopped } },
    orderBy: { nextDueAt: 'asc' },
    take: PAGE,
  });
  if (due.length === 0) return false;
  const startedAt = new Map(schedulers.map(({ ownerId, updatedAt }) => [ownerId, updatedAt.getTime()]));
  const claims = due.map((job) => claimOf(deps, job, { now, startedAt: startedAt.get(job.ownerId) ?? 0 }));
  await deps.journal.write(async (write) => {
    const won: Claim[] = [];
    for (const claim of claims) if (await moveOn(write, claim, now)) won.push(claim);
    await storeRuns(deps, write, { claims: won, now });
  });
  return due.length === PAGE;
}

/** While a scheduler was stopped nothing was due, so nothing of that is made up for. */
function claimOf(
  { log }: SchedulerBasis,
  job: ScheduledJobRow,
  { now, startedAt }: { readonly now: Date; readonly startedAt: number },
): Claim {
  try {
    const timetable = timetableOf(job);
    const after = Math.max(job.handledUntil.getTime(), startedAt);
    const plan = planDue(timetable, { after, now: now.getTime() });
    return { job, plan, next: nextDue(timetable, now.getTime()) };
  } catch (err) {
    log.error({ err, job: job.id }, 'The settings of a scheduled job cannot be read; it is paused');
    return { job, plan: null, next: null };
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
  const rows = claims.flatMap(({ job, plan }) => (plan === null ? [] : runsOf(deps, job, { plan, now })));
  const stored = await write.db.jobRun.createManyAndReturn({ data: rows });
  const jobs = new Map(claims.map(({ job }) => [job.id, job]));
  await write.appendAll([
    ...claims.filter(({ plan }) => plan === null).map(({ job }) => jobEvent('JobPaused', job, deps.ids.next())),
    ...stored.flatMap((run) => {
      const job = jobs.get(run.jobId);
      return job === undefined || run.status !== 'skipped' ? [] : [runEvent('JobRunSkipped', job, run)];
    }),
  ]);
}

function runsOf(
  { ids }: SchedulerBasis,
  job: ScheduledJobRow,
  { plan, now }: { readonly plan: Plan; readonly now: Date },
): readonly RunColumns[] {
  const common = (occurrence: Occurrence) => ({
    ownerId: job.ownerId,
    jobId: job.id,
    occurrence: occurrenceName(occurrence),
    scheduledFor: new Date(occurrence.instant),
    correlationId: ids.next(),
    createdAt: now,
  });
  return [
    ...plan.skips.map(({ occurrence, reason, count }) => {
      return { ...common(occurrence), trigger: 'cron', status: 'skipped', reason, count, finishedAt: now };
    }),
    ...plan.runs.map(({ occurrence, trigger }) => ({ ...common(occurrence), trigger, status: 'queued' })),
  ];
}
