/**
 * A queue before a lock that urgent transactions need, too. PostgreSQL hands a row's lock over in the order of asking, so that
 * an urgent transaction would come after all that wait for it already, in every process. Whoever is not urgent queues here
 * instead, and one at a time goes on to the row: so an urgent one, which goes there at once, finds at most one before it.
 */
import type { Db } from './database.ts';
import { currentProvider, isFirstHere, isUrgentHere } from './transactions.ts';

/** What a lock is for: names the queue, together with the id of the row. */
export type LockQueue = 'safety';

/** The first keys of the advisory locks that are the queues. The lock of migrations has one key, and is another one. */
const SPACES: Readonly<Record<LockQueue, number>> = { safety: 1 };

/**
 * Waits until this transaction may ask for the lock of a row; call it right before, again does nothing. Nothing to wait for in urgent
 * transactions, nor on SQLite, where transactions run one after the other and the urgent are let go first.
 */
export async function queueForLock(db: Db, queue: LockQueue, id: number): Promise<void> {
  if (currentProvider() === 'sqlite' || isUrgentHere() || !isFirstHere(`${queue} ${id}`)) return;
  await db.$executeRaw`SELECT pg_advisory_xact_lock(${SPACES[queue]}::int, ${id}::int)`;
}
