/** What becomes of a due time at which an earlier run of its job has not ended. */
import type { Db } from '../storage/index.ts';

/** What becomes of it: it is skipped, it waits (one at most), or it runs beside the earlier one. */
export const OVERLAP_POLICIES = ['skip', 'buffer_one', 'allow'] as const;
export type OverlapPolicy = (typeof OVERLAP_POLICIES)[number];

/** Runs of these jobs that wait or run, by job; jobs without any are left out. Ask under the jobs' locks. */
export async function activeRuns(db: Db, jobIds: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const groups = await db.jobRun.groupBy({
    by: ['jobId'],
    where: { jobId: { in: [...jobIds] }, status: { in: ['queued', 'running'] } },
    _count: true,
  });
  return new Map(groups.map(({ jobId, _count: count }) => [jobId, count]));
}

/** How many runs more a job may have beside those that wait or run already. */
export function roomFor(policy: string, active: number): number {
  if (policy === 'allow') return Number.POSITIVE_INFINITY;
  return Math.max(0, (policy === 'buffer_one' ? 2 : 1) - active);
}
