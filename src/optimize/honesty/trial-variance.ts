import { mean, sampleDeviation } from '../../backtest/index.ts';
import { sharpesOf, testMoments } from '../figures.ts';
import type { SegmentPlan } from '../segments.ts';

/**
 * Sample variance (n − 1) of the combinations' Sharpe ratios per bar, each over its chained test returns.
 *
 * @param rows figures of the ranked combinations
 * @returns 0 for fewer than two
 */
export function trialVariance(rows: readonly Float64Array[], plan: SegmentPlan): number {
  if (rows.length < 2) return 0;
  const sharpes = sharpesOf(rows, (row) => testMoments(row, plan));
  return sampleDeviation(sharpes, mean(sharpes)) ** 2;
}
