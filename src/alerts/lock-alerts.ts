/** Locks on alerts. They are taken by ids that ascend, and before the journal's, so that no two transactions wait for each other. */
import { type AlertRow, type Db, lockRows } from '../storage/index.ts';

/** Locks alerts for the rest of the transaction, by their ids, and reads them; those that are gone are left out. */
export async function lockAlerts(db: Db, ids: readonly number[]): Promise<readonly AlertRow[]> {
  await lockRows(db, 'Alert', ids);
  const rows = await db.alert.updateManyAndReturn({
    where: { id: { in: [...ids] } },
    data: { version: { increment: 1 } },
  });
  return rows.toSorted((a, b) => a.id - b.id);
}

/** What alerts watch. */
type Watched = { readonly strategyId: number } | { readonly goalId: number };

/** Which of an owner's alerts are meant. */
interface Watchers {
  readonly ownerId: number;
  readonly watched: Watched;
  /** Only these. Default: all of them. */
  readonly ids?: readonly number[] | undefined;
}

/**
 * Locks the enabled alerts on a strategy or a goal for the rest of the transaction and answers their ids, which ascend: all of them
 * before the first is told, because the journal is locked last.
 */
export async function lockWatchers(db: Db, { ownerId, watched, ids }: Watchers): Promise<readonly number[]> {
  const rows = await db.alert.findMany({
    where: { ownerId, ...watched, enabled: true, ...(ids === undefined ? {} : { id: { in: [...ids] } }) },
    select: { id: true },
    orderBy: { id: 'asc' },
  });
  const found = rows.map(({ id }) => id);
  await lockRows(db, 'Alert', found);
  return found;
}
