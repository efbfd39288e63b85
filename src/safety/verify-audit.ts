/** Following an owner's audit from its first event to its head. docs/audit.md says what that proves and what it cannot. */
import { invariant } from '../core/index.ts';
import type { Db, SafetyEventRow } from '../storage/index.ts';
import { auditHash, GENESIS_HASH } from './audit-hash.ts';

/** What following a chain found. */
export interface AuditVerdict {
  readonly ok: boolean;
  /** How many events are in order: all of them, or those before the first that is not. */
  readonly events: number;
  /** Hash of the last event that is in order; 64 zeros without one. Whoever keeps it elsewhere can tell later that nothing before it changed. */
  readonly head: string;
  /** Sequence of the first event that is changed, missing or too many; null when all is well, or when only the head is damaged. */
  readonly brokenAt: number | null;
  /** What is wrong there, a sentence; null when all is well. */
  readonly problem: string | null;
}

/** The last event that is in order. */
interface Link {
  readonly id: number;
  readonly sequence: number;
  readonly hash: string;
}

/** The first thing that is not in order. */
interface Break {
  readonly at: number | null;
  readonly problem: string;
}

/** Where the chain has to end, all read at the same moment. */
interface End {
  /** What the settings hold: the sequence is null when they are gone or hold no number. */
  readonly sequence: number | null;
  readonly hash: unknown;
  /** The greatest sequence of an event; 0 without one, NaN when one has none that is a number. */
  readonly newest: number;
}

/** A row as the database gave it: on SQLite any column can hold anything. */
type EventColumns = { readonly [Column in keyof SafetyEventRow]: unknown };

const PAGE_SIZE = 1_000;
const NOTHING_YET: Link = { id: 0, sequence: 0, hash: GENESIS_HASH };

/**
 * Follows an owner's chain to the head that it has at the call: every event has the next sequence, the hash of the one before
 * it and the hash of its content, and the last one is the head. Reads pages and needs no transaction; events may be appended
 * meanwhile. An owner without events is in order.
 */
export async function verifyAudit(db: Db, ownerId: number): Promise<AuditVerdict> {
  const end = await readEnd(db, ownerId);
  let last = NOTHING_YET;
  for (;;) {
    const page = await readPage(db, ownerId, { after: last.sequence, until: end.sequence ?? end.newest });
    for (const row of page) {
      const next = follow(row, last);
      if ('problem' in next) return verdict(last, next);
      last = next;
    }
    if (page.length < PAGE_SIZE) return verdict(last, breakAtEnd(end, last));
  }
}

function verdict(last: Link, broken: Break | null): AuditVerdict {
  const { sequence: events, hash: head } = last;
  return { ok: broken === null, events, head, brokenAt: broken?.at ?? null, problem: broken?.problem ?? null };
}

/** Rows that were put in before the first one (sequence 0 or less) are part of the first page. */
function readPage(
  db: Db,
  ownerId: number,
  { after, until }: { readonly after: number; readonly until: number },
): Promise<readonly EventColumns[]> {
  const from = after === 0 ? Number.MIN_SAFE_INTEGER : after + 1;
  const to = Number.isSafeInteger(until) ? until : Number.MAX_SAFE_INTEGER;
  return db.$queryRaw<EventColumns[]>`
    SELECT * FROM "SafetyEvent" WHERE "ownerId" = ${ownerId}
      AND "sequence" >= CAST(${BigInt(from)} AS BIGINT) AND "sequence" <= CAST(${BigInt(to)} AS BIGINT)
    ORDER BY "sequence" LIMIT ${PAGE_SIZE}`;
}

/** One statement, so that head and events are of the same moment. */
async function readEnd(db: Db, ownerId: number): Promise<End> {
  const [row] = await db.$queryRaw<{ sequence: unknown; hash: unknown; newest: unknown }[]>`
    SELECT state."auditSequence" AS "sequence", state."auditHash" AS "hash",
      (SELECT MAX("sequence") FROM "SafetyEvent" WHERE "ownerId" = ${ownerId}) AS "newest"
    FROM (SELECT 1 AS "one") AS always LEFT JOIN "SafetyState" AS state ON state."ownerId" = ${ownerId}`;
  invariant(row !== undefined, 'a row that is always there is read');
  const { sequence, hash, newest } = row;
  return { sequence: isWhole(sequence) ? sequence : null, hash, newest: newest === null ? 0 : Number(newest) };
}

/** The event as the next link after `last`, or why it is none. */
function follow(row: EventColumns, last: Link): Link | Break {
  const expected = last.sequence + 1;
  const content = contentOf(row);
  if (content === null) return { at: expected, problem: `Event ${expected} has a column that cannot be read.` };
  const { id, sequence } = content;
  if (sequence > expected) return { at: expected, problem: `Event ${expected} is missing.` };
  if (sequence < expected) return { at: sequence, problem: `Event ${sequence} is no part of the chain.` };
  if (content.previousHash !== last.hash) {
    return { at: sequence, problem: `Event ${sequence} does not carry the hash of the one before it.` };
  }
  const hash = auditHash(content);
  if (row.hash !== hash) return { at: sequence, problem: `Event ${sequence} is not what was hashed: it was changed.` };
  if (id <= last.id) return { at: sequence, problem: `Event ${sequence} has an id that is older than its place.` };
  return { id, sequence, hash };
}

function breakAtEnd({ sequence, hash, newest }: End, last: Link): Break | null {
  if (sequence === null) {
    return newest === 0 ? null : { at: null, problem: 'The head of the chain is gone from the settings.' };
  }
  if (last.sequence < sequence) {
    return {
      at: last.sequence + 1,
      problem: `The chain ends before event ${last.sequence + 1}; its head is ${sequence}.`,
    };
  }
  if (newest !== sequence)
    return { at: sequence + 1, problem: `There are events after the head, which is ${sequence}.` };
  if (hash === last.hash) return null;
  return { at: null, problem: `The head of the chain does not carry the hash of event ${sequence}.` };
}

/** Null when a column is not of its type. */
function contentOf(row: EventColumns) {
  const { id, ownerId, sequence, kind, actor, reason, before, after, orderId, at, previousHash } = row;
  if (!isWhole(id) || !isWhole(ownerId) || !isWhole(sequence) || !(orderId === null || isWhole(orderId))) return null;
  if (!isText(kind) || !isText(actor) || !isText(previousHash)) return null;
  if (!isTextOrNull(reason) || !isTextOrNull(before) || !isTextOrNull(after)) return null;
  if (!(at instanceof Date) || Number.isNaN(at.getTime())) return null;
  return { id, ownerId, sequence, kind, actor, reason, before, after, orderId, at, previousHash };
}

function isWhole(raw: unknown): raw is number {
  return Number.isSafeInteger(raw);
}

function isText(raw: unknown): raw is string {
  return typeof raw === 'string';
}

function isTextOrNull(raw: unknown): raw is string | null {
  return raw === null || isText(raw);
}
