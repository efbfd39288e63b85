/**
 * `Idempotency-Key`: a POST that is sent again with the same key and body gets the answer of the first, instead of doing
 * the work twice. Refusals are answers too and are kept; failures of ours (5xx) and 429 free the key, so that trying
 * again makes sense.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { conflict, DomainError, invalid } from '../core/index.ts';
import type { RouteAnswer } from './route.ts';

/** One use of a key by its owner. */
export interface KeyUse {
  readonly ownerId: number;
  /** As the client sent it. */
  readonly key: string;
  /** Hash of method, path and body: the same key with another is a mistake of the client. */
  readonly request: string;
}

/** What the claim of a key found. */
export type KeyClaim =
  | { readonly kind: 'claimed' }
  | { readonly kind: 'replay'; readonly status: number; readonly answer: string }
  | { readonly kind: 'mismatch' }
  | { readonly kind: 'in_progress'; readonly retryAfterSeconds: number };

/** Where keys and their answers are kept. */
export interface KeyStore {
  /** Of concurrent claims of one key, exactly one is `claimed`. */
  claim(use: KeyUse): Promise<KeyClaim>;
  complete(use: KeyUse, answer: { readonly status: number; readonly answer: string }): Promise<void>;
  release(use: KeyUse): Promise<void>;
}

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

/** Hash of what the key stands for. */
export function requestHash(method: string, url: string, body: unknown): string {
  const bytes = body instanceof Uint8Array ? body : (JSON.stringify(body) ?? '');
  return createHash('sha256').update(`${method} ${url}\n`).update(bytes).digest('hex');
}

/**
 * Does the work under the key, or gives the stored answer with `Idempotent-Replay: true`.
 *
 * @throws {DomainError} IDEMPOTENCY_MISMATCH for another request, CONFLICT while the first is under way
 */
export async function answerOnce(store: KeyStore, use: KeyUse, work: () => Promise<RouteAnswer>): Promise<RouteAnswer> {
  const claim = await store.claim(use);
  if (claim.kind === 'claimed') return answerClaimed(store, use, work);
  if (claim.kind === 'replay') {
    const { headers, body } = storedAnswer.parse(JSON.parse(claim.answer));
    return { status: claim.status, headers: { ...headers, 'idempotent-replay': 'true' }, body };
  }
  if (claim.kind === 'in_progress') {
    const { retryAfterSeconds } = claim;
    const detail = 'The first request with this Idempotency-Key is still under way. Ask again later.';
    throw conflict(detail, { retryAfterSeconds });
  }
  const detail = `The Idempotency-Key ${JSON.stringify(use.key)} was used with another request. Use a new key for a new request.`;
  throw new DomainError('IDEMPOTENCY_MISMATCH', detail);
}

/** What is kept beside the status. */
const storedAnswer = z.object({ headers: z.record(z.string(), z.string()), body: z.unknown() });

async function answerClaimed(store: KeyStore, use: KeyUse, work: () => Promise<RouteAnswer>): Promise<RouteAnswer> {
  let answer: RouteAnswer;
  try {
    answer = await work();
  } catch (error) {
    await store.release(use);
    throw error;
  }
  if (answer.status >= 500 || answer.status === 429) await store.release(use);
  else {
    const { status, headers, body } = answer;
    await store.complete(use, { status, answer: JSON.stringify({ headers, body }) });
  }
  return answer;
}
