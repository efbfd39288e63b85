/**
 * What is remembered of a deleted job: the runs that plans come from, because orders lead back to them, and the row of the job for
 * as long as it has such runs. So what is kept is bounded by what it is the cause of, and nobody has to prune it.
 */
import type { Db } from '../storage/index.ts';

/** Deletes what nothing needs of a deleted job, whose lock the caller holds; once more when a run of it ends. */
export async function forgetUnused(db: Db, jobId: number): Promise<void> {
  await db.jobRun.deleteMany({ where: { jobId, status: { not: 'running' }, rebalancePlans: { none: {} } } });
  await db.scheduledJob.deleteMany({ where: { id: jobId, runs: { none: {} } } });
}
