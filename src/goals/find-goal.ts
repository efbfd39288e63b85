import type { Principal } from '../access/index.ts';
import { notFound } from '../core/index.ts';
import { type Db, type GoalRow, lockRows } from '../storage/index.ts';

/** @throws {DomainError} NOT_FOUND, also for another user's goal */
export async function findGoal(db: Db, principal: Principal, id: number): Promise<GoalRow> {
  const row = await db.goal.findFirst({ where: { id, ownerId: principal.userId, deletedAt: null } });
  if (row === null) throw notFound('goal', id);
  return row;
}

/**
 * The goal's row with its lock until `db` commits; null when it was deleted, or is not the owner's. Who holds no lock of its job updates
 * the row once at most: at a second update PostgreSQL looks at the job, which waits for whoever deletes that, who waits for the goal.
 */
export async function lockGoal(
  db: Db,
  { id, ownerId }: { readonly id: number; readonly ownerId: number },
): Promise<GoalRow | null> {
  // And not by an update that changes nothing, which would be the first.
  await lockRows(db, 'Goal', [id]);
  return await db.goal.findFirst({ where: { id, ownerId, deletedAt: null } });
}
