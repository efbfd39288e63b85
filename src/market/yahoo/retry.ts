import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../core/index.ts';
import { isTransient, YahooFault } from './fault.ts';

/** How long we try. */
export interface Patience {
  /** Most attempts of one request. */
  readonly attempts: number;
  /** Ceiling of the first wait, doubled each time; the wait itself is uniform below it ("full jitter"). */
  readonly backoffMs: number;
  /** Yahoo may ask for a longer wait than this: then the caller hears it at once and decides. */
  readonly longestWaitMs: number;
}

/**
 * Asks until there is an answer, an answer that no repetition changes, or no patience left.
 *
 * @throws {YahooFault} the last one
 */
export async function withRetries<Answer>(
  ask: () => Promise<Answer>,
  options: { readonly patience: Patience; readonly random: Random; readonly signal: AbortSignal },
): Promise<Answer> {
  const { patience, random, signal } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof YahooFault) || !isTransient(error) || signal.aborted) throw error;
      const wait = (error.retryAfterMs ?? 0) + random.uniform() * patience.backoffMs * 2 ** (attempt - 1);
      if (attempt >= patience.attempts || wait > patience.longestWaitMs) throw error;
      await sleep(wait, undefined, { signal }).catch(() => {
        throw new YahooFault('unreachable', 'The server is shutting down.');
      });
    }
  }
}
