/**
 * The scores of one combination on one slice as a row of numbers, so that they cross threads, are kept in checkpoints
 * and merged over slices without an object each.
 */
import type { BacktestSettings } from '../../backtest/index.ts';
import type { Bars } from '../../market/index.ts';
import { type Moments, sharpePerBar } from '../figures.ts';
import { accuracy, accuracyGain, lossGain, meanLoss, rankingQuality, type ScoredSlice } from './scores.ts';
import { type TradingTerms, tradeFigures, tradeSlice } from './trade.ts';
import type { SliceScores, TradingScores } from './tuning.ts';

/** In the order in which a row holds them; `fitMs` is the only one that differs from run to run. */
export const SCORE_COLUMNS = [
  'loss',
  'auc',
  'accuracy',
  'lossGain',
  'lossGainSquares',
  'accuracyGain',
  'accuracyGainSquares',
  'returnMean',
  'returnSquares',
  'totalReturn',
  'maxDrawdown',
  'trades',
  'fitMs',
] as const;

/** Length of a row. */
export const SCORE_WIDTH = SCORE_COLUMNS.length;

/** One figure of a row. */
export function scoreOf(row: Float64Array, column: (typeof SCORE_COLUMNS)[number]): number {
  return row[SCORE_COLUMNS.indexOf(column)] ?? Number.NaN;
}

/** Scores predictions of a slice, and trades them. */
export function scoreRow(
  slice: ScoredSlice,
  bars: readonly Bars[],
  { terms, fitMs }: { readonly terms: TradingTerms; readonly fitMs: number },
): Float64Array {
  const [loss, right] = [lossGain(slice), accuracyGain(slice)];
  const traded = tradeFigures(tradeSlice(bars, slice.predictions, terms), terms.settings);
  return Float64Array.of(
    meanLoss(slice),
    rankingQuality(slice),
    accuracy(slice),
    loss.mean,
    loss.squares,
    right.mean,
    right.squares,
    traded.returnMean,
    traded.returnSquares,
    traded.totalReturn,
    traded.maxDrawdown,
    traded.trades,
    fitMs,
  );
}

/** Whether every figure is a number that can be ranked; a slice of one class has no area under a curve. */
export function isUsable(row: Float64Array): boolean {
  return row.every((value, place) => Number.isFinite(value) || SCORE_COLUMNS[place] === 'auc');
}

/** A row as it is shown. */
export function shownScores(row: Float64Array, { bars, settings }: ShownSlice): SliceScores & TradingScores {
  const auc = scoreOf(row, 'auc');
  const loss = scoreOf(row, 'loss');
  const right = scoreOf(row, 'accuracy');
  return {
    loss,
    auc: Number.isNaN(auc) ? null : auc,
    accuracy: right,
    baselineLoss: loss + scoreOf(row, 'lossGain'),
    baselineAccuracy: right - scoreOf(row, 'accuracyGain'),
    sharpe: annualised(returnsOf(row, bars), settings),
    totalReturn: scoreOf(row, 'totalReturn'),
    maxDrawdown: scoreOf(row, 'maxDrawdown'),
    trades: scoreOf(row, 'trades'),
  };
}

/** What a row is shown with. */
export interface ShownSlice {
  /** Of the slice. */
  readonly bars: number;
  readonly settings: BacktestSettings;
}

/** The moments of the returns of a slice. */
export function returnsOf(row: Float64Array, bars: number): Moments {
  return { count: bars, mean: scoreOf(row, 'returnMean'), squares: scoreOf(row, 'returnSquares') };
}

/** The Sharpe ratio of returns with these moments, per year. */
export function annualised(returns: Moments, { periodsPerYear }: Pick<BacktestSettings, 'periodsPerYear'>): number {
  return sharpePerBar(returns) * Math.sqrt(periodsPerYear);
}
