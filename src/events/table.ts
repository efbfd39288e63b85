/** The journal's two tables: appending to them, and reading what was appended. */
import { type Clock, dateOf, invariant, type JsonObject, readJson } from '../core/index.ts';
import { type Db, type EventRow, insertKeyedRows } from '../storage/index.ts';
import type { EventDraft, EventFilter, JournalEvent } from './event.ts';

/**
 * Appends events and answers them as they are read later. Counting up the head locks its row until `db` commits, so that on PostgreSQL
 * too a cursor is never visible before a smaller one.
 */
export async function appendEvents(
  db: Db,
  clock: Clock,
  drafts: readonly EventDraft[],
): Promise<readonly JournalEvent[]> {
  const newest = await countUp(db, drafts.length);
  const occurredAt = dateOf(clock);
  const rows = drafts.map((draft, index) => {
    const { ownerId, type, subjectType, subjectId, payload, correlationId, causationId = null, mode = 'paper' } = draft;
    const cursor = newest - BigInt(drafts.length - 1 - index);
    const row = { cursor, ownerId, type, subjectType, subjectId, mode, correlationId, causationId };
    return { ...row, payload: JSON.stringify(payload), occurredAt };
  });
  await insertKeyedRows(db, 'Event', rows);
  return rows.map(journalEvent);
}

/** One statement on either database, at a third of the cost of Prisma's upsert, in every transaction that has an event. */
async function countUp(db: Db, count: number): Promise<bigint> {
  const [head] = await db.$queryRaw<{ cursor: bigint }[]>`
    INSERT INTO "JournalHead" ("id", "cursor") VALUES (1, ${BigInt(count)})
    ON CONFLICT ("id") DO UPDATE SET "cursor" = "JournalHead"."cursor" + ${BigInt(count)} RETURNING "cursor"`;
  invariant(head !== undefined, 'counting up the head of the journal answers it');
  return head.cursor;
}

/** The newest cursor ever committed, 0 before the first; it does not fall when events are deleted. */
export async function readHead(db: Db): Promise<bigint> {
  const row = await db.journalHead.findUnique({ where: { id: 1 }, select: { cursor: true } });
  return row?.cursor ?? 0n;
}

/** The oldest cursor that is still stored, null when none is. */
export async function readOldest(db: Db): Promise<bigint | null> {
  const row = await db.event.findFirst({ orderBy: { cursor: 'asc' }, select: { cursor: true } });
  return row?.cursor ?? null;
}

/** Which stretch of the journal: after `after` (exclusive), up to `until` (inclusive), at most `limit` events. */
export interface Stretch {
  readonly after: bigint;
  readonly until?: bigint;
  readonly limit: number;
}

/** The events of a stretch, oldest first; all owners' where the filter names none. */
export async function readEvents(
  db: Db,
  stretch: Stretch,
  filter?: Partial<EventFilter>,
): Promise<readonly JournalEvent[]> {
  const { after, until, limit } = stretch;
  const rows = await db.event.findMany({
    where: {
      cursor: { gt: after, ...(until !== undefined && { lte: until }) },
      ...(filter?.ownerId !== undefined && { ownerId: filter.ownerId }),
      ...(filter?.types !== undefined && { type: { in: [...filter.types] } }),
      ...(filter?.subject !== undefined && { subjectType: filter.subject.type, subjectId: filter.subject.id }),
    },
    orderBy: { cursor: 'asc' },
    take: limit,
  });
  return rows.map(journalEvent);
}

/** At most `limit` events of all owners after a cursor, oldest first: read after every commit, so it is cheap. */
export async function readNewEvents(db: Db, after: bigint, limit: number): Promise<readonly JournalEvent[]> {
  const rows = await db.$queryRaw<EventRow[]>`
    SELECT * FROM "Event" WHERE "cursor" > ${after} ORDER BY "cursor" LIMIT ${limit}`;
  return rows.map(journalEvent);
}

function journalEvent({ mode, payload, ...row }: EventRow): JournalEvent {
  return { ...row, mode: mode === 'live' ? 'live' : 'paper', payload: readJson<JsonObject>(payload) };
}
