import type { Principal } from '../access/index.ts';
import { notFound } from '../core/index.ts';
import type { Db, GoalRow } from '../storage/index.ts';

/** @throws {DomainError} NOT_FOUND, also for another user's goal */
export async function findGoal(db: Db, principal: Principal, id: number): Promise<GoalRow> {
  const row = await db.goal.findFirst({ where: { id, ownerId: principal.userId } });
  if (row === null) throw notFound('goal', id);
  return row;
}

/** The goal's row with its lock until `db` commits; null when it is not there, or not the owner's. */
export async function lockGoal(
  db: Db,
  { id, ownerId }: { readonly id: number; readonly ownerId: number },
): Promise<GoalRow | null> {
  // A write that changes nothing: it takes the lock on either database.
  const [row] = await db.goal.updateManyAndReturn({ where: { id, ownerId }, data: { ownerId } });
  return row ?? null;
}
