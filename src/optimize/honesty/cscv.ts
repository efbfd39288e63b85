/**
 * Probability of backtest overfitting by combinatorially symmetric cross-validation (Bailey, Borwein, López de Prado &
 * Zhu 2017, "The Probability of Backtest Overfitting", algorithm 2.3). The chained test bars are cut into S blocks and
 * halved in all C(S, S/2) ways; in each split the combination with the best Sharpe ratio in one half (ties: grid order)
 * is looked up among the K in the other: rank from the worst, mid-ranks for ties, ω = rank/(K + 1). PBO is the share of
 * splits with logit(ω) ≤ 0, that is ω ≤ ½. With `worse` and `better` combinations beside those that tie,
 * rank = worse + (K − worse − better + 1)/2, so that ω ≤ ½ exactly when worse ≤ better: no logarithm, no sorting.
 *
 * Sharpe ratios are compared by `Σr·|Σr|/Σr²` instead of mean/sd. Over n bars of one union it is a strictly increasing
 * function of it: with s = mean/√(population variance), (Σr)²/Σr² = n·s²/(1 + s²). It needs no root and no difference
 * that could cancel. Where it cannot be trusted (`doubtfulPlaces`, `isTrusted`) the exact moments are merged instead, so
 * that a deviation ≤ 10⁻¹⁵ is a Sharpe ratio of exactly 0.
 */
import type { BlockReturns } from './block-returns.ts';
import { type OpenCounter, openCounter, type PairRange } from './counting/index.ts';

/** What counting came to; add those of ranges. */
export interface PboTally {
  /** Splits whose best combination was not above the median afterwards. */
  readonly overfitted: number;
  /** Splits counted. */
  readonly splits: number;
}

/**
 * Counts the splits of ranges of pairs. Tallies of ranges that cover [0, splitPairs(S)) once add up to the same, however
 * it is cut; a tally over all of them divided is the PBO.
 *
 * @param open the counter to count with
 */
export function countOverfitted(
  returns: BlockReturns,
  ranges: Iterable<PairRange>,
  open: OpenCounter = openCounter,
): PboTally {
  const counter = open(returns);
  let [overfitted, splits] = [0, 0];
  for (const range of ranges) {
    overfitted += counter.count(range);
    splits += 2 * (range.to - range.from);
  }
  counter.close();
  return { overfitted, splits };
}
