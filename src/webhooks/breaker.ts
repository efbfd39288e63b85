/**
 * The breaker of a destination: one that does not answer costs one request a minute, whatever waits for it.
 *
 *   closed --five attempts in a row fail--> open, for a minute
 *   open --the minute is over--> half_open: one attempt is made
 *   half_open --it succeeds--> closed; --it fails--> open
 *
 * What is due meanwhile waits, and no attempt is counted.
 */
import type { WebhookDestinationRow } from '../storage/index.ts';

/** States of a breaker. */
export const BREAKER_STATES = ['closed', 'open', 'half_open'] as const;
export type BreakerState = (typeof BREAKER_STATES)[number];

/** Failures in a row that open it. */
const MAX_FAILURES = 5;

/** How long it stays open, in ms. */
const OPEN_MS = 60_000;

/** The columns that hold it. */
export type Breaker = Pick<WebhookDestinationRow, 'failuresInRow' | 'openUntil'>;

/** A breaker that nothing has happened to. */
export const CLOSED: Breaker = { failuresInRow: 0, openUntil: null };

/** Its state at an instant. */
export function breakerState({ openUntil }: Breaker, now: Date): BreakerState {
  if (openUntil === null) return 'closed';
  return openUntil > now ? 'open' : 'half_open';
}

/** The breaker after an attempt that failed. */
export function afterFailure({ failuresInRow }: Breaker, now: Date): Breaker {
  const failures = failuresInRow + 1;
  return { failuresInRow: failures, openUntil: failures < MAX_FAILURES ? null : new Date(now.getTime() + OPEN_MS) };
}
