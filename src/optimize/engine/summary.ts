/** What the test slices of one combination come to: the figures that are ranked, from its row. */
import { mean, sampleDeviation } from '../../backtest/index.ts';
import { at } from '../../strategies/index.ts';
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
  if (!hasTestFill(row, reading.segments)) return null;
  const tests = Array.from({ length: reading.segments.folds }, (_, fold) => sliceMetrics(row, reading, 2 * fold + 1));
  const sharpes = Float64Array.from(tests, ({ sharpe }) => sharpe);
  const meanOf = (read: (test: SliceMetrics) => number) => mean(Float64Array.from(tests, read));
  return {
    meanSharpe: mean(sharpes),
    sharpeStd: sharpes.length < 2 ? 0 : sampleDeviation(sharpes),
    meanReturn: meanOf((test) => test.totalReturn),
    maxDrawdown: tests.reduce((worst, test) => Math.min(worst, test.maxDrawdown), 0),
    meanWinRate: meanOf((test) => test.winRate),
    trades: tests.reduce((total, test) => total + test.trades, 0),
  };
}

/** What a search makes as large as possible: the mean test Sharpe; null of what has no rank. */
export function objective(row: Float64Array, reading: RowReading): number | null {
  return summarize(row, reading)?.meanSharpe ?? null;
}
