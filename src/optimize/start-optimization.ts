/** Submits a walk-forward optimization: everything that can be refused is refused here, before a job exists. */
import { type Principal, requireScope } from '../access/index.ts';
import { parseSettings, type RawSettings } from '../backtest/index.ts';
import { type Clock, DomainError, dateOf, type IdSource, invalid, parseDateRange } from '../core/index.ts';
import type { Journal } from '../events/index.ts';
import {
  type AlignedBars,
  commonPeriodsPerYear,
  type MarketData,
  parseInterval,
  parseSymbols,
} from '../market/index.ts';
import type { Database, OptimizationRow } from '../storage/index.ts';
import {
  findStrategy,
  type ParameterGrid,
  parseAll,
  requireSymbolCount,
  type StrategyRegistry,
  type StrategyType,
} from '../strategies/index.ts';
import { ENGINE_VERSION } from './engine-version.ts';
import { optimizationEvent } from './events.ts';
import { countCombinations, parseGrid } from './grid.ts';
import { indicatorDemand } from './indicator-table.ts';
import type { OptimizationConfig } from './optimization.ts';
import type { OptimizationRunner } from './runner.ts';
import { parseWalkForward, walkForwardFolds } from './walk-forward.ts';

/** Most memory that the indicators of one job may take, in bytes: they lie outside every heap limit. */
const MAX_INDICATOR_BYTES = 2 ** 30;

/** Bounds that the operator sets. */
export interface OptimizationLimits {
  /** Fewest bars that a walk-forward window may have. */
  readonly minBarsPerSplit: number;
  /** Most combinations that a grid may have. */
  readonly maxCombinations: number;
  /** Most jobs of one user that may wait or run at once. */
  readonly maxWaitingJobs: number;
}

/** What submitting, running and cancelling work with. */
export interface OptimizeDeps {
  readonly database: Database;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly registry: StrategyRegistry;
  readonly market: MarketData;
  readonly runner: OptimizationRunner;
  readonly limits: OptimizationLimits;
}

/** What a caller asks for. Null and undefined both take the default. */
export interface StrategyOptimizationInput extends RawSettings {
  readonly strategyType: string;
  readonly symbols: readonly string[];
  /** First and last date, inclusive, `YYYY-MM-DD`; an end in the future means today. */
  readonly start: string;
  readonly end: string;
  /** Parameter -> list of values or a single value; default: the type's grid. */
  readonly paramGrid?: unknown;
  /** Walk-forward windows; default 5. */
  readonly nSplits?: number | null | undefined;
  /** Share of each window that trains, 0.1 to 0.9; default 0.7. */
  readonly trainRatio?: number | null | undefined;
  /** One of `INTERVALS`; default `1d`. */
  readonly interval?: string | null | undefined;
  /** `csv` or the provider's name; default: an imported series where there is one, else the provider. */
  readonly source?: string | null | undefined;
  /** A saved strategy of the same type that this job is about. */
  readonly strategyId?: number | null | undefined;
}

/**
 * Submits a job and answers at once; it runs in the background. Scope `trade`.
 *
 * @throws {DomainError} VALIDATION naming the field, value and limit; NOT_FOUND for the saved strategy; RATE_LIMITED
 *   when too many jobs wait; UNAVAILABLE when the market data cannot be had
 */
export async function startStrategyOptimization(
  deps: OptimizeDeps,
  principal: Principal,
  input: StrategyOptimizationInput,
): Promise<OptimizationRow> {
  requireScope(principal, 'trade');
  await refuseTooManyJobs(deps, principal);
  const { typed, symbols, interval, windows, settings } = parseRequest(deps, input);
  await checkStrategy(deps, principal, input);
  const data = await deps.market.alignedBars(principal.userId, {
    symbols,
    interval,
    start: input.start,
    end: input.end,
    ...(input.source == null ? {} : { source: input.source }),
  });
  const folds = walkForwardFolds(barCount(data), windows, deps.limits.minBarsPerSplit);
  refuseTooManyIndicators(typed, data);
  const config: OptimizationConfig = {
    strategyType: typed.type.name,
    symbols,
    start: input.start,
    end: input.end,
    interval,
    paramGrid: typed.paramGrid,
    ...windows,
    settings: {
      ...settings,
      periodsPerYear: input.periodsPerYear ?? commonPeriodsPerYear(symbols, interval, data.source),
    },
  };
  const row = await insertJob(deps, principal, { config, data, nFolds: folds.length, input });
  deps.runner.wake();
  return row;
}

/** Everything that can be told without the bars; the default of `periodsPerYear` cannot. */
function parseRequest({ registry, limits }: OptimizeDeps, input: StrategyOptimizationInput) {
  return parseAll({
    symbols: () => parseSymbols(input.symbols),
    typed: () => parseTyped(registry.get(input.strategyType), input, limits),
    interval: () => parseInterval(input.interval ?? '1d', 'interval'),
    range: () => parseDateRange(input),
    windows: () => parseWalkForward(input),
    settings: () => parseSettings(input, { periodsPerYear: 1 }),
  });
}

/** What depends on the type. */
function parseTyped(type: StrategyType, input: StrategyOptimizationInput, limits: OptimizationLimits) {
  return parseAll({
    type: () => type,
    paramGrid: () => parseGrid(type, input.paramGrid, limits.maxCombinations),
    symbols: () => requireSymbolCount(type, input.symbols.length),
  });
}

async function insertJob(
  deps: OptimizeDeps,
  principal: Principal,
  job: {
    readonly config: OptimizationConfig;
    readonly data: AlignedBars;
    readonly nFolds: number;
    readonly input: StrategyOptimizationInput;
  },
): Promise<OptimizationRow> {
  const { config, data } = job;
  const time = data.bars[0]?.time ?? new Float64Array();
  return await deps.journal.write(async (write) => {
    const row = await write.db.optimization.create({
      data: {
        ownerId: principal.userId,
        jobType: 'strategy',
        strategyType: config.strategyType,
        strategyId: job.input.strategyId ?? null,
        status: 'pending',
        config: JSON.stringify(config),
        dataSource: data.source,
        dataHash: data.hash,
        firstBar: new Date(time[0] ?? 0),
        lastBar: new Date(time.at(-1) ?? 0),
        bars: time.length,
        engineVersion: ENGINE_VERSION,
        totalCombinations: countCombinations(config.paramGrid),
        nFolds: job.nFolds,
        correlationId: deps.ids.next(),
        createdAt: dateOf(deps.clock),
      },
    });
    await write.append(optimizationEvent('OptimizationStarted', row));
    return row;
  });
}

async function refuseTooManyJobs(deps: OptimizeDeps, principal: Principal): Promise<void> {
  const waiting = await deps.database.read.optimization.count({
    where: { ownerId: principal.userId, status: { in: ['pending', 'running'] } },
  });
  const limit = deps.limits.maxWaitingJobs;
  if (waiting < limit) return;
  throw new DomainError('RATE_LIMITED', `${waiting} optimizations are waiting or running; at most ${limit} may.`, {
    facts: { limit, observed: waiting, retryAfterSeconds: 10 },
  });
}

async function checkStrategy(
  deps: OptimizeDeps,
  principal: Principal,
  input: StrategyOptimizationInput,
): Promise<void> {
  if (input.strategyId == null) return;
  const strategy = await findStrategy(deps.database, principal, input.strategyId);
  if (strategy.strategyType === input.strategyType) return;
  throw invalid(
    'strategyId',
    `strategyId ${input.strategyId} is a ${strategy.strategyType} strategy; strategyType is ${input.strategyType}.`,
  );
}

/** Thousands of distinct windows over millions of bars would take the memory of the whole server. */
function refuseTooManyIndicators(
  { type, paramGrid }: { readonly type: StrategyType; readonly paramGrid: ParameterGrid },
  { bars }: AlignedBars,
): void {
  const { specs, bytes } = indicatorDemand(type, paramGrid, bars);
  if (bytes <= MAX_INDICATOR_BYTES) return;
  throw invalid(
    'paramGrid',
    `The grid reads ${specs.length} different indicators, which take ${bytes} bytes over these bars; at most ${MAX_INDICATOR_BYTES} are allowed. Shorten its lists or the range.`,
    { limit: MAX_INDICATOR_BYTES, observed: bytes },
  );
}

function barCount(data: AlignedBars): number {
  return data.bars[0]?.time.length ?? 0;
}
