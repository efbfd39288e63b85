/** Which combination is best: by the figures of the test slices, in the order that the whole house uses. */

import type { TrialSummary } from '../optimization.ts';
import { type RowReading, summarize } from './summary.ts';

/** A combination that traded. */
export interface Contender extends TrialSummary {
  /** Place in the order in which the job tried them, from 0. */
  readonly index: number;
}

/** Combinations by what became of them. */
export interface Ranking {
  /** Best first. */
  readonly ranked: readonly Contender[];
  /** Indexes of those simulated without a fill in any test slice, ascending. */
  readonly unranked: readonly number[];
}

/**
 * Ranks the combinations at `indexes` by mean test Sharpe (higher first), then the worst test drawdown (less deep first),
 * then trades (fewer first), then the order in which they were tried.
 *
 * @param indexes of combinations that were simulated, ascending
 * @param rowOf the figures of one
 */
export function rank(indexes: readonly number[], rowOf: (index: number) => Float64Array, reading: RowReading): Ranking {
  const ranked: Contender[] = [];
  const unranked: number[] = [];
  for (const index of indexes) {
    const summary = summarize(rowOf(index), reading);
    if (summary === null) unranked.push(index);
    else ranked.push({ index, ...summary });
  }
  return { ranked: ranked.toSorted(better), unranked };
}

/**
 * Negative when `a` is the better one. Sharpe ratios and drawdowns count to eleven decimals: combinations that hold the same
 * positions tie, though rounding on different ways to them may differ in the last bit.
 */
export function better(a: Contender, b: Contender): number {
  return (
    decimals(b.meanSharpe) - decimals(a.meanSharpe) ||
    decimals(b.maxDrawdown) - decimals(a.maxDrawdown) ||
    a.trades - b.trades ||
    a.index - b.index
  );
}

function decimals(value: number): number {
  return Math.round(value * 1e11);
}
