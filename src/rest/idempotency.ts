/**
 * `Idempotency-Key`: a POST that is sent again with the same key and body gets the answer of the first, instead of doing
 * the work twice. Refusals are answers too and are kept; failures of ours (5xx) and 429 free the key, so that trying
 * again makes sense.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type Clock, conflict, DomainError, invalid } from '../core/index.ts';
import {
  claimIdempotencyKey,
  completeIdempotencyKey,
  type Database,
  type IdempotencyClaim,
  type IdempotentRequest,
  releaseIdempotencyKey,
} from '../storage/index.ts';
import type { RouteAnswer } from './route.ts';

/** Printable ASCII, so that the key reads the same in a log, a header and a database. */
const KEY = /^[\x20-\x7e]{1,128}$/;

/** @throws {DomainError} VALIDATION when the header is no key */
export function parseKey(header: string | readonly string[]): string {
  if (typeof header === 'string' && KEY.test(header)) return header;
  throw invalid(
    'Idempotency-Key',
    'The header Idempotency-Key must be 1 to 128 printable ASCII characters, sent once.',
  );
}

/** What a request asks for, however its path and its JSON were spelled. */
export interface Asked {
  readonly method: string;
  /** Path of the row, whatever other name it was called by. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  /** Parsed JSON, or bytes. */
  readonly body: unknown;
}

/**
 * Hash of what the key stands for: a trailing slash, another name of the path and the order
 * of members change nothing, and no body is an empty object.
 */
export function requestHash({ body, ...asked }: Asked): string {
  const bytes = body instanceof Uint8Array ? body : JSON.stringify(inOrder(body ?? {}));
  return createHash('sha256')
    .update(`${JSON.stringify(inOrder(asked))}\n`)
    .update(bytes)
    .digest('hex');
}

/** Another JSON for the same value: the members of each object in the order of their names, and no object is like an array. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return { members: members.map(([name, member]) => [name, inOrder(member)]) };
}

/** Where keys are kept, and the time that their leases are measured by. */
export interface KeyStore {
  readonly database: Database;
  readonly clock: Clock;
}

/**
 * Does the work under the key, or gives the stored answer with `Idempotent-Replay: true`.
 *
 * @throws {DomainError} IDEMPOTENCY_MISMATCH for another request, CONFLICT while the first is under way
 */
export async function answerOnce(
  { database, clock }: KeyStore,
  wanted: IdempotentRequest,
  work: () => Promise<RouteAnswer>,
): Promise<RouteAnswer> {
  const outcome = await claimIdempotencyKey(database, clock, wanted);
  if (outcome.kind === 'claimed') return answerClaimed(database, outcome.claim, work);
  if (outcome.kind === 'replay') {
    const { headers, body } = storedAnswer.parse(JSON.parse(outcome.answer));
    return { status: outcome.status, headers: { ...headers, 'idempotent-replay': 'true' }, body };
  }
  if (outcome.kind === 'in_progress') {
    const { retryAfterSeconds } = outcome;
    const detail = `The first request with this Idempotency-Key is still under way. Ask again in ${retryAfterSeconds} s.`;
    throw conflict(detail, { retryAfterSeconds });
  }
  const detail = `The Idempotency-Key ${JSON.stringify(wanted.key)} was used with another request. Use a new key for a new request.`;
  throw new DomainError('IDEMPOTENCY_MISMATCH', detail);
}

/** What is kept beside the status. */
const storedAnswer = z.object({ headers: z.record(z.string(), z.string()), body: z.unknown() });

async function answerClaimed(
  database: Database,
  claim: IdempotencyClaim,
  work: () => Promise<RouteAnswer>,
): Promise<RouteAnswer> {
  const answer = await work().catch(async (error: unknown) => {
    await releaseIdempotencyKey(database, claim);
    throw error;
  });
  const { status, headers, body, keptBody = body } = answer;
  if (status >= 500 || status === 429) await releaseIdempotencyKey(database, claim);
  else await completeIdempotencyKey(database, claim, { status, answer: JSON.stringify({ headers, body: keptBody }) });
  return answer;
}
