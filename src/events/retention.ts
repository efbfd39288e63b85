/**
 * How long the journal remembers. It is there for replay, not for history: histories are tables of their own, and nothing refers
 * to an event by a foreign key. What is oldest goes first, so that what is left is always everything after some cursor.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import type { Database, Db } from '../storage/index.ts';
import { readHead } from './table.ts';

/** What is kept: events that are within both. */
export interface Retention {
  /** Oldest age in ms, by the clock of whoever prunes. */
  readonly maxAgeMs: number;
  /** Newest events that are kept, of all owners together. */
  readonly maxEvents: number;
}

/** Events that one transaction deletes: writers wait for a few milliseconds only. */
const PAGE_SIZE = 500;

/**
 * Deletes what need not be kept, page by page, and answers how many events that were. What a consumer has not handled yet is
 * kept, however old it is. Any number of processes may do it at the same time.
 */
export async function pruneEvents(
  database: Database,
  { now, maxAgeMs, maxEvents }: Retention & { readonly now: number },
): Promise<number> {
  const before = new Date(now - maxAgeMs);
  let pruned = 0;
  for (;;) {
    const count = await database.transaction((db) => prunePage(db, { before, maxEvents }));
    pruned += count;
    if (count < PAGE_SIZE) return pruned;
    await breathe();
  }
}

/** Events are looked at in the order of cursors up to the first that is kept, which needs no index on their time. */
async function prunePage(db: Db, { before, maxEvents }: { before: Date; maxEvents: number }): Promise<number> {
  const newestOfTooMany = (await readHead(db)) - BigInt(maxEvents);
  const { _min: handled } = await db.journalConsumer.aggregate({ _min: { cursor: true } });
  const oldest = await db.event.findMany({
    ...(handled.cursor !== null && { where: { cursor: { lte: handled.cursor } } }),
    orderBy: { cursor: 'asc' },
    take: PAGE_SIZE,
    select: { cursor: true, occurredAt: true },
  });
  const kept = oldest.findIndex(({ cursor, occurredAt }) => cursor > newestOfTooMany && occurredAt >= before);
  const last = oldest.at(kept === -1 ? -1 : kept - 1);
  if (kept === 0 || last === undefined) return 0;
  const { count } = await db.event.deleteMany({ where: { cursor: { lte: last.cursor } } });
  return count;
}
