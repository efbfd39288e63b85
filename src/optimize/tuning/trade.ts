/** What trading on predictions would have brought: the backtester follows the targets that they come to. */
import {
  type AccountRun,
  type BacktestSettings,
  equityReturns,
  maxDrawdown,
  mean,
  prepareSimulation,
  totalReturn,
} from '../../backtest/index.ts';
import type { Bars } from '../../market/index.ts';
import { at, modelStrategy, parseParameters } from '../../strategies/index.ts';
import type { SignalThresholds } from './tuning.ts';

/** Stands for the id of the model, which is not stored yet. */
const UNSTORED = 1;

/** How predictions become positions, and what those cost. */
export interface TradingTerms {
  readonly settings: BacktestSettings;
  readonly thresholds: SignalThresholds;
}

/** A slice that was traded. */
export interface TradedSlice {
  readonly run: AccountRun;
  /** [bars] simple returns of the equity. */
  readonly returns: Float64Array;
}

/**
 * Trades a slice from a flat start, each symbol with an equal part of the capital, as a strategy of type `model` does with
 * its defaults: what is predicted after a bar's close is traded at the next bar's open.
 *
 * @param bars of the slice, one series per symbol
 * @param predictions [bars × symbols] by bar, then by symbol
 */
export function tradeSlice(bars: readonly Bars[], predictions: Float64Array, terms: TradingTerms): TradedSlice {
  const { settings, thresholds } = terms;
  const length = bars[0]?.time.length ?? 0;
  const bySymbol = bars.map((_, symbol) =>
    Float64Array.from({ length }, (__, bar) => at(predictions, bar * bars.length + symbol)),
  );
  const table = new Map([[UNSTORED, { neutral: thresholds.longAbove, bySymbol }]]);
  const params = parseParameters(modelStrategy, { model_id: UNSTORED }, 'params');
  const followed = { type: modelStrategy, params, bars, indicators: new Map(), predictions: table, settings };
  const run = prepareSimulation(followed)({ from: 0, to: length });
  return { run, returns: equityReturns(run.equity, settings.initialCapital) };
}

/** The figures of a traded slice. */
export function tradeFigures({ run, returns }: TradedSlice, { initialCapital }: BacktestSettings) {
  const center = mean(returns);
  return {
    returnMean: center,
    returnSquares: returns.reduce((sum, value) => sum + (value - center) ** 2, 0),
    totalReturn: totalReturn(run.equity, initialCapital),
    maxDrawdown: maxDrawdown(run.equity, initialCapital),
    trades: run.trades.length,
  };
}
