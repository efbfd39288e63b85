import type { Random } from '../../core/index.ts';

/** One state of a Markov chain: how violent it is, and how it ends. */
export interface Regime {
  /** What the standard deviation is multiplied by. */
  readonly multiplier: number;
  /** Probability of each state on the next day, in the order of the chain; they sum to 1. */
  readonly next: readonly number[];
}

/** Walks a chain one day at a time from its first state. Each call uses exactly one uniform number. */
export function regimeWalk(chain: readonly Regime[], random: Random): () => number {
  let state = 0;
  return () => {
    let left = random.uniform();
    const current = chain[state];
    const next = current === undefined ? -1 : current.next.findIndex((probability) => (left -= probability) < 0);
    // Rounding may leave a crumb beyond the last probability: then the state stays.
    if (next >= 0) state = next;
    return chain[state]?.multiplier ?? 1;
  };
}
