/** The hash that chains the audit. What is hashed, to the byte, stands in docs/audit.md; changing it breaks every chain. */
import { createHash } from 'node:crypto';

/** What the hash of an audit event covers: all of it but its id. */
export interface AuditContent {
  readonly ownerId: number;
  /** 1, 2, 3, ... within the owner. */
  readonly sequence: number;
  readonly kind: string;
  readonly actor: string;
  readonly reason: string | null;
  /** JSON texts, hashed as the texts that they are. */
  readonly before: string | null;
  readonly after: string | null;
  readonly orderId: number | null;
  readonly at: Date;
  /** Hash of the event before it; `GENESIS_HASH` of the first. */
  readonly previousHash: string;
}

/** Previous hash of an owner's first event. */
export const GENESIS_HASH = '0'.repeat(64);

/** SHA-256, in lowercase hex, of a JSON array of the ten fields without white space, in UTF-8; the time as ISO 8601 with ms. */
export function auditHash(content: AuditContent): string {
  const { ownerId, sequence, kind, actor, reason, before, after, orderId, at, previousHash } = content;
  const fields = [ownerId, sequence, kind, actor, reason, before, after, orderId, at.toISOString(), previousHash];
  return createHash('sha256').update(JSON.stringify(fields), 'utf8').digest('hex');
}
