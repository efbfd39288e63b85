/** What a strategy says now, saved or not. */
import type { Principal } from '../access/index.ts';
import { computedOrUnavailable } from '../compute/index.ts';
import { type Clock, conflict, invalid } from '../core/index.ts';
import { type Bars, type Interval, latestBars, type MarketData, viewRows } from '../market/index.ts';
import type { Database } from '../storage/index.ts';
import {
  findStrategy,
  followedModel,
  longestWindow,
  type ModelSource,
  type Parameters,
  type PredictionTable,
  type StrategyRegistry,
  type TradedModel,
} from '../strategies/index.ts';
import { currentSignals, type Signal } from './signals.ts';

/**
 * Bars that are decided on, the newest, flat before the first of them; those of the longest window, or of a model's warm-up,
 * come on top. Two years of days: few positions are older.
 */
const SIGNAL_BARS = 504;

/** What signals are computed with. */
export interface SignalDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly registry: StrategyRegistry;
  readonly models: ModelSource;
  readonly market: MarketData;
}

/** A strategy whose parameters were parsed. */
export interface SignalRequest {
  readonly strategyType: string;
  readonly params: Parameters;
  readonly symbols: readonly string[];
  readonly interval: Interval;
}

/**
 * What a saved strategy says now: the target position of each symbol after its newest bar, and what it was after the one
 * before. Each begins flat 504 bars earlier, so that a position that is older is told to be sold. Scope `read`.
 *
 * @throws {DomainError} NOT_FOUND; VALIDATION for a type that quotes instead of taking a position, or features that would
 *   take too long; CONFLICT when the model that it follows is gone or damaged, or there are no more bars than it takes to
 *   warm up; UNAVAILABLE when its predictions could not be computed
 */
export async function strategySignals(
  deps: SignalDeps,
  principal: Principal,
  strategyId: number,
): Promise<readonly Signal[]> {
  return await signalsOf(deps, principal.userId, await findStrategy(deps.database, principal, strategyId));
}

/** The same of a strategy that need not be saved. Errors as above, but for NOT_FOUND. */
export async function signalsOf(deps: SignalDeps, ownerId: number, request: SignalRequest): Promise<readonly Signal[]> {
  const { symbols, interval, params } = request;
  const type = deps.registry.get(request.strategyType);
  const model = await followedModel(deps.models, ownerId, { ...request, type, path: null });
  const windowBars = SIGNAL_BARS + longestWindow(type, params);
  // One more, for what was said of the bar before.
  const count = windowBars + 1 + (model?.warmUpBars ?? 0);
  const bars = await latestBars(deps, ownerId, { symbols, interval, count });
  const decided = model === null ? { bars } : await predicted(model, bars);
  const signals = currentSignals({ type, params, allowShort: false, ...decided }, windowBars);
  if (signals !== null) return signals;
  throw invalid('strategyId', `A ${type.name} strategy quotes both sides and has no target position, so no signals.`);
}

/** The bars after the warm-up, with what the model says of them. */
async function predicted(
  model: TradedModel,
  bars: readonly Bars[],
): Promise<{ readonly bars: readonly Bars[]; readonly predictions: PredictionTable }> {
  const { id, warmUpBars } = model;
  const observed = bars[0]?.time.length ?? 0;
  model.requireFeasible(bars, 'symbols');
  if (observed <= warmUpBars) {
    throw conflict(
      `Model ${id} says nothing of the first ${warmUpBars} bars, and there are ${observed}: it takes ${warmUpBars + 1} or more.`,
    );
  }
  const { neutral, bySymbol } = await computedOrUnavailable('The signals', () => model.predict(bars));
  return {
    bars: bars.map((series) => ({ ...series, ...viewRows(series, warmUpBars, observed) })),
    predictions: new Map([[id, { neutral, bySymbol: bySymbol.map((column) => column.subarray(warmUpBars)) }]]),
  };
}
