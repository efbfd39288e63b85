import { invalid, invariant } from '../core/index.ts';
import type { Bars } from '../market/index.ts';
import {
  computeIndicators,
  indicatorSpecs,
  type Parameters,
  type PredictionTable,
  requireSymbolCount,
  type StrategyType,
} from '../strategies/index.ts';
import { computeMetrics, type Metrics } from './metrics/index.ts';
import type { BacktestSettings } from './settings.ts';
import { isFiniteRun, OVERFLOW_REASON, prepareSimulation } from './simulation.ts';
import type { Trade } from './trade.ts';

/** What to backtest. */
export interface BacktestInput {
  readonly type: StrategyType;
  /** Parsed by `parseParameters`. */
  readonly params: Parameters;
  /** One per symbol, equal times; nothing before the first bar warms the strategy up. */
  readonly bars: readonly Bars[];
  readonly settings: BacktestSettings;
  /** What the model says that the type follows, if it follows one. */
  readonly predictions?: PredictionTable | undefined;
}

/** What a strategy would have done. */
export interface BacktestResult {
  readonly metrics: Metrics;
  /** [T] equity marked at each close. */
  readonly equity: Float64Array;
  /** Closed trades, by exit time, then in the order of the symbols. */
  readonly trades: readonly Trade[];
}

/**
 * Simulates a strategy over the whole of `bars`. Pure and synchronous.
 *
 * @throws {DomainError} VALIDATION when the type cannot trade so many symbols, or the prices drive equity beyond 10³⁰⁸
 */
export function runBacktest(input: BacktestInput): BacktestResult {
  const { type, params, bars, settings, predictions } = input;
  requireSymbolCount(type, bars.length);
  const length = bars[0]?.time.length ?? 0;
  invariant(
    bars.every((series) => series.time.length === length),
    'all symbols have the same bars',
  );
  const indicators = computeIndicators(indicatorSpecs(type, params, bars.length), bars);
  const run = prepareSimulation({ type, params, bars, indicators, predictions, settings })({ from: 0, to: length });
  if (!isFiniteRun(run)) throw invalid('symbols', OVERFLOW_REASON);
  return { metrics: computeMetrics(run, settings), equity: run.equity, trades: run.trades };
}
