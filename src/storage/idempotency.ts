/**
 * Idempotency keys: of several requests with the same key one runs, and the others get its answer. A claim is a lease: a
 * request whose process died can be tried again when the lease has ended. The rest of its work is not undone by that, so
 * this is for retries of clients, not in place of the exact-once rules of what the request does.
 */
import { type Clock, dateOf } from '../core/index.ts';
import type { Database } from './database.ts';

/** How long a request may take before another one with its key may run, in ms. */
const LEASE_MS = 60_000;

/** How long an answer is kept, in ms. */
const RETENTION_MS = 24 * 60 * 60 * 1_000;

/** A request that wants to run once. */
export interface IdempotentRequest {
  readonly ownerId: number;
  /** The client's key; keys of different owners have nothing to do with each other. */
  readonly key: string;
  /** A hash of what must be the same when the key is: method, path and body. */
  readonly request: string;
}

/** The right to run a request, until `leaseUntil`. */
export interface IdempotencyClaim {
  readonly ownerId: number;
  readonly key: string;
  readonly leaseUntil: Date;
}

/** What is to be done with a request. */
export type IdempotencyOutcome =
  /** Run it, then complete or release the claim. */
  | { readonly kind: 'claimed'; readonly claim: IdempotencyClaim }
  /** It ran before: give this answer. `status` is the HTTP status, `answer` the text that `complete` was given. */
  | { readonly kind: 'replay'; readonly status: number; readonly answer: string }
  /** The key was used for another request. */
  | { readonly kind: 'mismatch' }
  /** The first request is under way. */
  | { readonly kind: 'in_progress'; readonly retryAfterSeconds: number };

/** Claims a key; of any number of simultaneous requests exactly one is told `claimed`. */
export function claimIdempotencyKey(
  database: Database,
  clock: Clock,
  wanted: IdempotentRequest,
): Promise<IdempotencyOutcome> {
  const { ownerId, key, request } = wanted;
  const now = dateOf(clock);
  const leaseUntil = new Date(now.getTime() + LEASE_MS);
  const expiry = new Date(now.getTime() - RETENTION_MS);
  return database.transaction(async (tx): Promise<IdempotencyOutcome> => {
    // One statement decides: a row that exists is taken over only when it is forgotten, or abandoned by the same request.
    const claimed = await tx.$executeRaw`
      INSERT INTO "IdempotencyKey" ("ownerId", "key", "request", "leaseUntil", "createdAt")
      VALUES (${ownerId}, ${key}, ${request}, ${leaseUntil}, ${now})
      ON CONFLICT ("ownerId", "key") DO UPDATE SET
        "request" = excluded."request", "leaseUntil" = excluded."leaseUntil", "createdAt" = excluded."createdAt",
        "status" = NULL, "answer" = NULL
      WHERE "IdempotencyKey"."createdAt" <= ${expiry}
        OR ("IdempotencyKey"."status" IS NULL AND "IdempotencyKey"."leaseUntil" <= ${now}
          AND "IdempotencyKey"."request" = excluded."request")`;
    if (claimed === 1) return { kind: 'claimed', claim: { ownerId, key, leaseUntil } };

    const row = await tx.idempotencyKey.findUniqueOrThrow({ where: { ownerId_key: { ownerId, key } } });
    if (row.request !== request) return { kind: 'mismatch' };
    if (row.status !== null) return { kind: 'replay', status: row.status, answer: row.answer ?? '' };
    const remainingMs = row.leaseUntil.getTime() - now.getTime();
    return { kind: 'in_progress', retryAfterSeconds: Math.max(1, Math.ceil(remainingMs / 1_000)) };
  });
}

/** Stores the answer for later requests with the key; false when the lease had ended and another request has the key. */
export async function completeIdempotencyKey(
  database: Database,
  claim: IdempotencyClaim,
  answer: { readonly status: number; readonly answer: string },
): Promise<boolean> {
  const { count } = await database.transaction((tx) =>
    tx.idempotencyKey.updateMany({ where: { ...claim, status: null }, data: { ...answer } }),
  );
  return count === 1;
}

/** Gives the key up without an answer, so that the request can be tried again at once. */
export async function releaseIdempotencyKey(database: Database, claim: IdempotencyClaim): Promise<void> {
  await database.transaction((tx) => tx.idempotencyKey.deleteMany({ where: { ...claim, status: null } }));
}

/** Deletes the keys that are older than 24 hours and answers how many there were. */
export async function pruneIdempotencyKeys(database: Database, clock: Clock): Promise<number> {
  const expiry = new Date(clock.now() - RETENTION_MS);
  const { count } = await database.transaction((tx) =>
    tx.idempotencyKey.deleteMany({ where: { createdAt: { lte: expiry } } }),
  );
  return count;
}
