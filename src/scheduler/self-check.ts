/** Whether anything is late without a reason: the scheduler looks at itself. */
import type { Clock } from '../core/index.ts';
import type { Db, Prisma } from '../storage/index.ts';

/** So long after a due time a job must have been claimed, in ms; and a dead run noticed, after the end of its lease. */
const PATIENCE_MS = 15_000;

/**
 * Jobs that should run and do not: enabled and not paused, under a scheduler that is not stopped, and yet with a due time that
 * nobody claimed, without any due time, or with a run whose lease is long over. There is none, unless no process works.
 *
 * @param ownerId of one owner; all of them when left out
 */
export async function countOverdue(
  { read, clock }: { readonly read: Db; readonly clock: Clock },
  ownerId?: number,
): Promise<number> {
  const before = new Date(clock.now() - PATIENCE_MS);
  const stopped = await read.schedulerState.findMany({ where: { isRunning: false }, select: { ownerId: true } });
  const owner: Prisma.ScheduledJobWhereInput[] = [
    { ownerId: { notIn: stopped.map((state) => state.ownerId) } },
    ...(ownerId === undefined ? [] : [{ ownerId }]),
  ];
  return await read.scheduledJob.count({
    where: {
      AND: owner,
      enabled: true,
      pauseReason: null,
      OR: [
        { nextDueAt: { lt: before } },
        { nextDueAt: null },
        { runs: { some: { status: 'running', leaseUntil: { lt: before } } } },
      ],
    },
  });
}
