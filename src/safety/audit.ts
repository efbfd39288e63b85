/** Appending to an owner's audit: who decided what, when and why, each event chained to the one before it by its hash. */
import { type Clock, dateOf, invariant, type JsonObject } from '../core/index.ts';
import { type Db, insertRows } from '../storage/index.ts';
import { auditHash } from './audit-hash.ts';
import { lockRow } from './lock-safety.ts';

/** What is audited. */
export const AUDIT_KINDS = [
  'limits_updated',
  'halted',
  'policy_strengthened',
  'kill_progressed',
  'resumed',
  'order_approved',
  'order_denied',
  'source_stopped',
  'source_released',
  'reconciled',
  'account_reset',
] as const;
export type AuditKind = (typeof AUDIT_KINDS)[number];

/** One thing that was decided. */
export interface AuditEntry {
  readonly kind: AuditKind;
  /** `user:1`, `strategy:7`, `system`. */
  readonly actor: string;
  /** Cut to 1,000 characters; what no text can hold (control characters, halves of surrogate pairs) is replaced. */
  readonly reason?: string | null;
  /** What was and what is, of the fields that changed. */
  readonly before?: JsonObject;
  readonly after?: JsonObject;
  readonly orderId?: number;
}

/** Longest reason that is kept, in UTF-16 units. */
const MAX_TEXT = 1_000;

/**
 * Appends events to an owner's audit in this order and answers their ids. Three statements, however many entries; none
 * without any. It takes the lock of `lockSafety` (which the caller has, if it decides on the settings), so that two
 * processes cannot append to the same end; call it before appending to the journal.
 */
export async function appendAudit(
  db: Db,
  clock: Clock,
  ownerId: number,
  entries: readonly AuditEntry[],
): Promise<readonly number[]> {
  if (entries.length === 0) return [];
  const rows = chained(await lockHead(db, clock, ownerId), { ownerId, at: dateOf(clock) }, entries);
  const head = rows.at(-1);
  invariant(head !== undefined, 'there is a row for every entry');
  const ids = await insertRows(db, 'SafetyEvent', rows);
  await db.$executeRaw`
    UPDATE "SafetyState" SET "auditSequence" = ${head.sequence}, "auditHash" = ${head.hash} WHERE "ownerId" = ${ownerId}`;
  return ids;
}

/** A text as the audit and the settings keep it: see `AuditEntry.reason`. */
export function keptText(text: string): string {
  return text.slice(0, MAX_TEXT).replaceAll(/[\p{Cc}\p{Cs}]/gu, '\uFFFD');
}

/** Where a chain goes on. */
interface ChainHead {
  readonly sequence: number;
  readonly hash: string;
}

/**
 * A head that somebody set back must not keep us from halting: the chain goes on behind the newest event that there is, and
 * `verifyAudit` finds the damage.
 */
async function lockHead(db: Db, clock: Clock, ownerId: number): Promise<ChainHead> {
  const { auditSequence, auditHash: hash, newestSequence } = await lockRow(db, clock, ownerId);
  const sequences = [auditSequence, newestSequence].map(Number).filter((sequence) => Number.isSafeInteger(sequence));
  return { sequence: Math.max(0, ...sequences), hash: String(hash) };
}

function chained(head: ChainHead, of: { readonly ownerId: number; readonly at: Date }, entries: readonly AuditEntry[]) {
  let { sequence, hash: previousHash } = head;
  return entries.map(({ kind, actor, reason, before, after, orderId = null }) => {
    sequence += 1;
    const content = {
      ...of,
      sequence,
      kind,
      actor: keptText(actor),
      reason: reason == null ? null : keptText(reason),
      before: before === undefined ? null : JSON.stringify(before),
      after: after === undefined ? null : JSON.stringify(after),
      orderId,
      previousHash,
    };
    previousHash = auditHash(content);
    return { ...content, hash: previousHash };
  });
}
