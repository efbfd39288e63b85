/** What a strategy says now, saved or not. */
import type { Principal } from '../access/index.ts';
import { computedOrUnavailable } from '../compute/index.ts';
import { type Clock, invalid } from '../core/index.ts';
import { type Interval, latestBars, type MarketData } from '../market/index.ts';
import type { Database } from '../storage/index.ts';
import {
  findStrategy,
  followedModel,
  type ModelSource,
  type Parameters,
  type StrategyRegistry,
  type TradedModel,
} from '../strategies/index.ts';
import { currentSignals, type Signal } from './signals.ts';

/** Bars that signals are computed from, the newest; those of a model's warm-up come on top. */
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
 * What a saved strategy says now: the target position of each symbol after its newest bar and after the one before,
 * computed from the newest 504 bars (of a type that follows a model, from the newest 504 that it predicts for). Scope
 * `read`.
 *
 * @throws {DomainError} NOT_FOUND; VALIDATION for a type that quotes instead of taking a position; CONFLICT when the model
 *   that it follows is gone or damaged; UNAVAILABLE when its predictions could not be computed
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
  const count = SIGNAL_BARS + (model?.warmUpBars ?? 0);
  const bars = await latestBars(deps, ownerId, { symbols, interval, count });
  const predict = (followed: TradedModel) => computedOrUnavailable('The signals', () => followed.predict(bars));
  const predictions = model === null ? undefined : new Map([[model.id, await predict(model)]]);
  const signals = currentSignals({ type, params, bars, allowShort: false, predictions });
  if (signals !== null) return signals;
  throw invalid('strategyId', `A ${type.name} strategy quotes both sides and has no target position, so no signals.`);
}
