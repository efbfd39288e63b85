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
import { invariant } from '../../core/index.ts';
import type { Bars } from '../../market/index.ts';
import { at, type TargetStrategy } from '../../strategies/index.ts';
import type { SignalThresholds } from './tuning.ts';

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

/** Long above one threshold, short (where that is allowed) below the other, else nothing. */
export function targetOf(prediction: number, { longAbove, shortBelow }: SignalThresholds, allowShort: boolean): number {
  if (prediction > longAbove) return 1;
  return allowShort && prediction < shortBelow ? -1 : 0;
}

/**
 * Trades a slice from a flat start, each symbol with an equal part of the capital. What is predicted after a bar's close
 * is traded at the next bar's open.
 *
 * @param bars of the slice, one series per symbol
 * @param predictions [bars × symbols] by bar, then by symbol
 */
export function tradeSlice(bars: readonly Bars[], predictions: Float64Array, terms: TradingTerms): TradedSlice {
  const { settings, thresholds } = terms;
  const length = bars[0]?.time.length ?? 0;
  const type = followPredictions(bars, (symbol, bar) =>
    targetOf(at(predictions, bar * bars.length + symbol), thresholds, settings.allowShort),
  );
  const run = prepareSimulation({ type, params: {}, bars, indicators: new Map(), settings })({ from: 0, to: length });
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

/** A strategy that wants what it was told: the way of targets into the backtester. */
function followPredictions(
  bars: readonly Bars[],
  targetAfter: (symbol: number, bar: number) => number,
): TargetStrategy {
  return {
    name: 'model',
    trades: 'targets',
    description: 'Holds what a model predicts.',
    parameters: [],
    defaultGrid: {},
    symbols: { min: 1, max: null },
    problem: () => null,
    indicators: () => [],
    decide(input, targets) {
      const symbol = bars.findIndex((series) => series === input.bars[0]);
      invariant(symbol >= 0, 'a symbol that is traded was predicted');
      for (let bar = 0; bar < targets.length; bar++) targets[bar] = targetAfter(symbol, bar);
    },
  };
}
