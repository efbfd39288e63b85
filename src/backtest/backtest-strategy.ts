/** The use case: backtest a strategy over a range. */
import { type Principal, requireScope } from '../access/index.ts';
import { type Compute, computedOrUnavailable, defineTask, type Task, type TaskName } from '../compute/index.ts';
import { type Clock, DomainError, invalid, parseAll, parseDateRange } from '../core/index.ts';
import {
  type AlignedBars,
  type Bars,
  commonPeriodsPerYear,
  type MarketData,
  parseInterval,
  parseSymbols,
} from '../market/index.ts';
import type { Database } from '../storage/index.ts';
import {
  followedModel,
  type ModelSource,
  type Parameters,
  type PredictionTable,
  parseParameters,
  requireSymbolCount,
  type StrategyRegistry,
  type StrategyType,
} from '../strategies/index.ts';
import { type BacktestResult, runBacktest } from './backtest.ts';
import { type FollowedModel, followedFacts } from './followed-model.ts';
import { type BacktestSettings, parseSettings, type RawSettings } from './settings.ts';

/** Most bars of one backtest: its answer has a point per bar. */
const MAX_BARS = 250_000;

/** What the use cases work with. */
export interface BacktestDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly registry: StrategyRegistry;
  readonly models: ModelSource;
  readonly market: MarketData;
  readonly compute: Compute;
}

/** What a caller asks for. Null and undefined both take the default. */
export interface BacktestRequest extends RawSettings {
  readonly strategyType: string;
  /** Parameter name -> value; what is left out takes the type's default. */
  readonly params?: unknown;
  readonly symbols: readonly string[];
  /** First and last date, inclusive, `YYYY-MM-DD`; an end in the future means today. */
  readonly start: string;
  readonly end: string;
  readonly interval?: string | null | undefined;
  readonly source?: string | null | undefined;
}

/** A backtest with what it was computed from. */
export interface BacktestOutcome extends BacktestResult {
  readonly strategyType: string;
  readonly params: Parameters;
  readonly settings: BacktestSettings;
  /** The bars, all on the same times; the equity has a value for each. */
  readonly bars: readonly Bars[];
  readonly dataSource: string;
  /** SHA-256 of the bars, hex. */
  readonly dataHash: string;
  /** The model that was followed; null where the type follows none. */
  readonly model: FollowedModel | null;
  /** What takes from the worth of the figures, a sentence each. */
  readonly warnings: readonly string[];
}

interface BacktestTaskInput {
  readonly strategyType: string;
  readonly params: Parameters;
  readonly bars: readonly Bars[];
  readonly settings: BacktestSettings;
  readonly predictions: PredictionTable;
}

/** A result, or why these bars allow none: a DomainError would arrive as a plain Error. */
type BacktestTaskOutput = BacktestResult | { readonly refused: Pick<DomainError, 'message' | 'fields'> };

const TASK: TaskName<BacktestTaskInput, BacktestTaskOutput> = { name: 'backtest' };

/** The task that a worker serves for `backtestStrategy`. */
export function backtestTask(registry: StrategyRegistry): Task<BacktestTaskInput, BacktestTaskOutput> {
  return defineTask('backtest', ({ strategyType, ...input }) => {
    try {
      return runBacktest({ ...input, type: registry.get(strategyType) });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return { refused: { message: error.message, fields: error.fields } };
    }
  });
}

/**
 * Backtests one combination over [start, end]. Scope `read`: nothing is stored.
 *
 * @throws {DomainError} VALIDATION naming the field, value and limit; UNAVAILABLE when the market data cannot be had
 */
export async function backtestStrategy(
  deps: BacktestDeps,
  principal: Principal,
  input: BacktestRequest,
): Promise<BacktestOutcome> {
  requireScope(principal, 'read');
  const { typed, symbols, interval, settings } = parseRequest(deps.registry, input);
  const type = deps.registry.get(typed.strategyType);
  const use = { type, params: typed.params, symbols, interval, path: 'params' };
  const model = await followedModel(deps.models, principal.userId, use);
  const data = await deps.market.alignedBars(principal.userId, {
    symbols,
    interval,
    start: input.start,
    end: input.end,
    ...(input.source == null ? {} : { source: input.source }),
  });
  refuseTooManyBars(data);
  model?.requireFeasible(data.bars, 'start');
  const job = {
    ...typed,
    bars: data.bars,
    settings: {
      ...settings,
      periodsPerYear: input.periodsPerYear ?? commonPeriodsPerYear(symbols, interval, data.source),
    },
  };
  const predictions: PredictionTable =
    model === null
      ? new Map()
      : new Map([[model.id, await computedOrUnavailable('The backtest', () => model.predict(data.bars))]]);
  const result = await computed(deps, { ...job, predictions });
  const followed = model === null ? { model, warnings: [] } : followedFacts(model, data);
  return { ...result, ...job, dataSource: data.source, dataHash: data.hash, ...followed };
}

/** Everything that can be told without the bars; the default of `periodsPerYear` cannot. */
function parseRequest(registry: StrategyRegistry, input: BacktestRequest) {
  return parseAll({
    symbols: () => parseSymbols(input.symbols),
    typed: () => parseTyped(registry.get(input.strategyType), input),
    interval: () => parseInterval(input.interval ?? '1d', 'interval'),
    range: () => parseDateRange(input),
    settings: () => parseSettings(input, { periodsPerYear: 1 }),
  });
}

/** What depends on the type. */
function parseTyped(type: StrategyType, input: BacktestRequest) {
  const { strategyType, params } = parseAll({
    strategyType: () => type.name,
    params: () => parseParameters(type, input.params ?? {}, 'params'),
    symbols: () => requireSymbolCount(type, input.symbols.length),
  });
  return { strategyType, params };
}

async function computed(deps: BacktestDeps, input: BacktestTaskInput): Promise<BacktestResult> {
  const output = await computedOrUnavailable('The backtest', () => deps.compute.run(TASK, input));
  if (!('refused' in output)) return output;
  const { message, fields } = output.refused;
  throw new DomainError('VALIDATION', message, { fields });
}

function refuseTooManyBars(data: AlignedBars): void {
  const observed = data.bars[0]?.time.length ?? 0;
  if (observed <= MAX_BARS) return;
  throw invalid('start', `A backtest covers at most ${MAX_BARS} bars; this range has ${observed}.`, {
    limit: MAX_BARS,
    observed,
  });
}
