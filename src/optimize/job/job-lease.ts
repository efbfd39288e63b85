/**
 * Who computes a job. A process takes a job with one conditional update and holds it by a lease that it renews; a lease
 * that ran out (the process is dead) can be taken by another. Every later write of the holder is conditional on still
 * holding it, so that a job never has two results.
 */
import type { Database, Db, OptimizationRow } from '../../storage/index.ts';
import { engineVersionOf } from '../engine-version.ts';
import type { OptimizationProgress } from '../optimization.ts';

/** How long a holder that does not renew keeps the job. */
export const LEASE_MS = 10_000;
/** How often a holder renews, and learns that somebody wants the job cancelled. */
export const RENEW_MS = 500;

/** Identifies this process among all that share the database. */
export interface Holder {
  readonly name: string;
}

const takeable = (now: Date) => ({
  OR: [{ status: 'pending' }, { status: 'running', leaseUntil: { lt: now } }],
});

/** Jobs that nobody holds, oldest first; at most `limit`. */
export async function takeableJobs(database: Database, now: Date, limit: number): Promise<readonly number[]> {
  const rows = await database.read.optimization.findMany({
    where: takeable(now),
    orderBy: { id: 'asc' },
    take: limit,
    select: { id: true },
  });
  return rows.map((row) => row.id);
}

/**
 * Takes a job in the transaction that has stored it as pending. As `takeJob`, but for the turn of those that wait: null when there
 * is an older one. On PostgreSQL one that is being stored by another process at this moment does not count.
 */
export async function takeStoredJob(
  db: Db,
  stored: OptimizationRow,
  holder: Holder,
  now: Date,
): Promise<OptimizationRow | null> {
  const columns = {
    status: 'running',
    leaseOwner: holder.name,
    leaseUntil: leaseFrom(now),
    attempt: 1,
    startedAt: now,
  };
  const taken = await db.$executeRaw`
    UPDATE "Optimization" SET "status" = ${columns.status}, "leaseOwner" = ${columns.leaseOwner},
      "leaseUntil" = ${columns.leaseUntil}, "attempt" = ${columns.attempt}, "startedAt" = ${columns.startedAt}
    WHERE "id" = ${stored.id} AND NOT EXISTS (SELECT 1 FROM "Optimization" AS older WHERE older."id" < ${stored.id}
      AND (older."status" = 'pending' OR (older."status" = 'running' AND older."leaseUntil" < ${now})))`;
  return taken === 1 ? { ...stored, ...columns } : null;
}

/** Takes a job; null when another process was quicker. What another version of the engine computed is dropped. */
export async function takeJob(db: Db, id: number, holder: Holder, now: Date): Promise<OptimizationRow | null> {
  const [row] = await db.optimization.updateManyAndReturn({
    where: { id, ...takeable(now) },
    data: {
      status: 'running',
      leaseOwner: holder.name,
      leaseUntil: leaseFrom(now),
      attempt: { increment: 1 },
      startedAt: now,
      progressCombo: 0,
      progressFold: 0,
    },
  });
  if (row === undefined) return null;
  const engineVersion = engineVersionOf(row.jobType);
  if (row.engineVersion === engineVersion) return row;
  await db.optimizationCheckpoint.deleteMany({ where: { optimizationId: id } });
  return await db.optimization.update({ where: { id }, data: { engineVersion } });
}

/** What a holder learns when it renews: whether it still holds the job, and whether somebody wants it cancelled. */
export type Renewal = 'held' | 'lost' | 'cancel_requested';

/** Renews the lease and stores how far the job is, for those who ask another process. */
export async function renewLease(
  database: Database,
  id: number,
  holder: Holder,
  { now, progress }: { readonly now: Date; readonly progress: OptimizationProgress },
): Promise<Renewal> {
  return await database.transaction(async (db) => {
    const [row] = await db.optimization.updateManyAndReturn({
      where: heldBy(id, holder),
      data: {
        leaseUntil: leaseFrom(now),
        progressCombo: progress.combo,
        progressFold: progress.fold,
      },
      select: { cancelRequestedAt: true },
    });
    if (row === undefined) return 'lost';
    return row.cancelRequestedAt === null ? 'held' : 'cancel_requested';
  });
}

/**
 * Gives a job back, as if it had not been taken, so that the next process to look takes it at once.
 *
 * @returns whether it was held
 */
export async function releaseJob(db: Db, id: number, holder: Holder): Promise<boolean> {
  const released = await db.optimization.updateMany({
    where: heldBy(id, holder),
    data: { status: 'pending', leaseOwner: null, leaseUntil: null, attempt: { decrement: 1 } },
  });
  return released.count === 1;
}

/** The condition of every write of a holder. */
export function heldBy(id: number, holder: Holder) {
  return { id, status: 'running', leaseOwner: holder.name };
}

function leaseFrom(now: Date): Date {
  return new Date(now.getTime() + LEASE_MS);
}
