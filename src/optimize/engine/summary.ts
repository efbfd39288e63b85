/** What the test slices of one combination come to: the figures that are ranked, from its row. */
import { sampleDeviation } from '../../backtest/index.ts';
import { at, CompensatedSum } from '../../strategies/index.ts';
import { sharpePerBar, sliceMoments, sliceOffset } from '../figures.ts';
import type { SliceMetrics, TrialSummary } from '../optimization.ts';
import type { SegmentPlan } from '../segments.ts';

/** How a row is read. */
export interface RowReading {
  readonly segments: SegmentPlan;
  readonly settings: { readonly periodsPerYear: number };
}

/** The figures of slice `slice` (2f trains fold f, 2f + 1 tests it). */
export function sliceMetrics(row: Float64Array, { segments, settings }: RowReading, slice: number): SliceMetrics {
  const offset = sliceOffset(slice);
  const [trades, wins] = [at(row, offset + 2), at(row, offset + 3)];
  return {
    sharpe: sharpePerBar(sliceMoments(row, segments, slice)) * Math.sqrt(settings.periodsPerYear),
    totalReturn: at(row, offset),
    maxDrawdown: at(row, offset + 1),
    winRate: trades === 0 ? 0 : wins / trades,
    trades,
    fills: at(row, fillsOffset(slice)),
  };
}

/** Whether an order was filled in a test slice: a combination without any can never be best. */
export function hasTestFill(row: Float64Array, { folds }: SegmentPlan): boolean {
  for (let fold = 0; fold < folds; fold += 1) if (at(row, fillsOffset(2 * fold + 1)) !== 0) return true;
  return false;
}

function fillsOffset(slice: number): number {
  return sliceOffset(slice) + 4;
}

/** Means over the test slices; null of a combination without a fill in any. */
export function summarize(row: Float64Array, reading: RowReading): TrialSummary | null {
  const { folds } = reading.segments;
  if (!hasTestFill(row, reading.segments)) return null;
  const sharpes = new Float64Array(folds);
  const [sharpeSum, returns, winRates] = [new CompensatedSum(), new CompensatedSum(), new CompensatedSum()];
  let [maxDrawdown, trades] = [0, 0];
  for (let fold = 0; fold < folds; fold += 1) {
    const test = sliceMetrics(row, reading, 2 * fold + 1);
    sharpes[fold] = test.sharpe;
    sharpeSum.add(test.sharpe);
    returns.add(test.totalReturn);
    winRates.add(test.winRate);
    maxDrawdown = Math.min(maxDrawdown, test.maxDrawdown);
    trades += test.trades;
  }
  const meanSharpe = sharpeSum.value / folds;
  return {
    meanSharpe,
    sharpeStd: folds < 2 ? 0 : sampleDeviation(sharpes, meanSharpe),
    meanReturn: returns.value / folds,
    maxDrawdown,
    meanWinRate: winRates.value / folds,
    trades,
  };
}

/** What a search makes as large as possible: the mean test Sharpe; null of what has no rank. */
export function objective(row: Float64Array, reading: RowReading): number | null {
  return summarize(row, reading)?.meanSharpe ?? null;
}
