/** What submitting every kind of job has in common: what is asked beside the search, and the row that is stored. */
import type { Principal } from '../../access/index.ts';
import { type BacktestSettings, parseSettings, type RawSettings } from '../../backtest/index.ts';
import {
  type Clock,
  DomainError,
  dateOf,
  type IdSource,
  invalid,
  invariant,
  parseDateRange,
} from '../../core/index.ts';
import type { Journal } from '../../events/index.ts';
import {
  type AlignedBars,
  commonPeriodsPerYear,
  type Interval,
  type MarketData,
  parseInterval,
  parseSymbols,
} from '../../market/index.ts';
import { type Database, insertRow, type OptimizationRow } from '../../storage/index.ts';
import { lockStrategy, type ModelSource, type StrategyRegistry } from '../../strategies/index.ts';
import { figureBytes } from '../engine/job-figures.ts';
import type { OptimizationConfig, OptimizationJobType } from '../optimization.ts';
import type { SearchSettings } from '../search/index.ts';
import { planSegments } from '../segments.ts';
import { parseWalkForward, type WalkForwardSettings, walkForwardFolds } from '../walk-forward.ts';
import { optimizationEvent } from './events.ts';
import { takeStoredJob } from './job-lease.ts';
import { type CheckedJob, newJobRow } from './new-job.ts';
import type { OptimizationRunner } from './runner.ts';

/** Most memory that the figures of one job may take, in bytes: they lie outside every heap limit. */
const MAX_FIGURE_BYTES = 2 ** 29;

/** Bounds that the operator sets. */
export interface OptimizationLimits {
  /** Fewest bars that a walk-forward window may have. */
  readonly minBarsPerSplit: number;
  /** Most combinations that a job may try, those of all types together in a sweep. */
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
  readonly models: ModelSource;
  readonly market: MarketData;
  readonly runner: OptimizationRunner;
  readonly limits: OptimizationLimits;
}

/** On which bars, whatever the kind of job, and how it is traded. Null and undefined both take the default. */
export interface MarketInput extends RawSettings {
  readonly symbols: readonly string[];
  /** First and last date, inclusive, `YYYY-MM-DD`; an end in the future means today. */
  readonly start: string;
  readonly end: string;
  /** One of `INTERVALS`; default `1d`. */
  readonly interval?: string | null | undefined;
  /** `csv` or the provider's name; default: an imported series where there is one, else the provider. */
  readonly source?: string | null | undefined;
}

/** What a caller asks of every kind of job about strategies. */
export interface JobInput extends MarketInput {
  /** Walk-forward windows; default 5. */
  readonly nSplits?: number | null | undefined;
  /** Share of each window that trains, 0.1 to 0.9; default 0.7. */
  readonly trainRatio?: number | null | undefined;
  /** A saved strategy that this job is about; of the same type, unless the job is a sweep. */
  readonly strategyId?: number | null | undefined;
  /** One of `SEARCH_METHODS`; default `grid`. */
  readonly method?: string | null | undefined;
  /** Combinations that `random` and `tpe` try, per strategy type; default 100. Refused with `grid`. */
  readonly maxTrials?: number | null | undefined;
  /** Of the choices of `random` and `tpe`; default 1. Refused with `grid`. */
  readonly seed?: number | null | undefined;
}

/** Checks of what every kind of job is asked; the default of `periodsPerYear` is not known before the bars. */
export function sharedParsers(input: MarketInput & Pick<JobInput, 'nSplits' | 'trainRatio'>) {
  return {
    symbols: () => parseSymbols(input.symbols),
    interval: () => parseInterval(input.interval ?? '1d', 'interval'),
    range: () => parseDateRange(input),
    windows: () => parseWalkForward(input),
    settings: () => parseSettings(input, { periodsPerYear: 1 }),
  };
}

/** What `sharedParsers` answer. */
export interface SharedRequest {
  readonly symbols: readonly string[];
  readonly interval: Interval;
  readonly windows: WalkForwardSettings;
  readonly settings: BacktestSettings;
}

/**
 * The bars of a job about strategies.
 *
 * @throws {DomainError} VALIDATION when they cannot be had, or are too few for the windows
 */
export async function loadBars(
  deps: OptimizeDeps,
  principal: Principal,
  input: JobInput & SharedRequest,
): Promise<AlignedBars> {
  const data = await loadAligned(deps, principal, input);
  walkForwardFolds(data.bars[0]?.time.length ?? 0, input.windows, deps.limits.minBarsPerSplit);
  return data;
}

/** The bars that were asked for. @throws {DomainError} VALIDATION when they cannot be had */
export async function loadAligned(
  { market }: Pick<OptimizeDeps, 'market'>,
  principal: Principal,
  { start, end, source, symbols, interval }: MarketInput & Pick<SharedRequest, 'symbols' | 'interval'>,
): Promise<AlignedBars> {
  const request = { symbols, interval, start, end, ...(source == null ? {} : { source }) };
  return await market.alignedBars(principal.userId, request);
}

/** The settings with the periods of a year that fit the market, unless they were asked for. */
export function settingsFor(
  input: MarketInput,
  { symbols, interval, settings }: Pick<SharedRequest, 'symbols' | 'interval' | 'settings'>,
  { source }: AlignedBars,
): BacktestSettings {
  return { ...settings, periodsPerYear: input.periodsPerYear ?? commonPeriodsPerYear(symbols, interval, source) };
}

/** Everything that decides the result, from what was parsed. */
export function configOf(
  input: JobInput,
  request: SharedRequest,
  job: Pick<OptimizationConfig, 'sections' | 'skippedTypes' | 'models'> & {
    readonly search: SearchSettings;
    readonly data: AlignedBars;
  },
): OptimizationConfig {
  const { data, search, sections, skippedTypes, models = [] } = job;
  const { symbols, interval, windows } = request;
  return {
    sections,
    skippedTypes,
    symbols,
    start: input.start,
    end: input.end,
    interval,
    ...search,
    ...windows,
    settings: settingsFor(input, request, data),
    ...(models.length === 0 ? {} : { models }),
  };
}

/** A job about strategies that was checked and is to be stored. */
export interface NewJob {
  readonly jobType: Exclude<OptimizationJobType, 'model'>;
  readonly config: OptimizationConfig;
  readonly data: AlignedBars;
  readonly strategyId: number | null;
}

/**
 * Stores a job about strategies, as `storeJob`.
 *
 * @throws {DomainError} VALIDATION on `nSplits` when the figures of all windows would take the memory of the server
 */
export async function insertJob(deps: OptimizeDeps, principal: Principal, job: NewJob): Promise<OptimizationRow> {
  const { jobType, config } = job;
  const trials = config.sections.reduce((sum, section) => sum + section.trials, 0);
  refuseTooManyFigures(trials, job.data.bars[0]?.time.length ?? 0, config);
  const strategyType = jobType === 'strategy' ? (config.sections[0]?.strategyType ?? null) : null;
  return await storeJob(deps, principal, { ...job, strategyType, trials });
}

/**
 * Stores a job of any kind as pending, with its event; where nothing waits it is taken in the same transaction.
 *
 * @returns the job as it was submitted: pending
 * @throws {DomainError} NOT_FOUND when the strategy that it names was deleted meanwhile
 */
export async function storeJob(deps: OptimizeDeps, principal: Principal, job: CheckedJob): Promise<OptimizationRow> {
  const by = { ownerId: principal.userId, correlationId: deps.ids.next(), now: dateOf(deps.clock) };
  const row = newJobRow(job, by);
  return await deps.runner.submit(job.data, (taker) =>
    deps.journal.write(async (write) => {
      if (job.strategyId != null) await lockStrategy(write.db, principal, job.strategyId);
      const created = { id: await insertRow(write.db, 'Optimization', row), ...row };
      const taken = taker === null ? null : await takeStoredJob(write.db, created, taker, dateOf(deps.clock));
      await write.append(optimizationEvent('OptimizationStarted', created));
      return { created, taken };
    }),
  );
}

/** Thousands of windows times thousands of combinations: nobody could read that. */
function refuseTooManyFigures(combinations: number, bars: number, windows: WalkForwardSettings): void {
  const bytes = figureBytes(combinations, planSegments(walkForwardFolds(bars, windows, 1)));
  if (bytes <= MAX_FIGURE_BYTES) return;
  throw invalid(
    'nSplits',
    `The figures of ${combinations} combinations over ${windows.nSplits} splits take ${bytes} bytes; at most ` +
      `${MAX_FIGURE_BYTES} are allowed. Ask for fewer splits or combinations.`,
    { limit: MAX_FIGURE_BYTES, observed: bytes },
  );
}

/** @throws {DomainError} RATE_LIMITED when as many jobs of this user wait or run as may */
export async function refuseTooManyJobs(deps: OptimizeDeps, principal: Principal): Promise<void> {
  const [row] = await deps.database.read.$queryRaw<readonly { readonly count: bigint }[]>`
    SELECT count(*) AS "count" FROM "Optimization"
    WHERE "ownerId" = ${principal.userId} AND "status" IN ('pending', 'running')`;
  invariant(row !== undefined, 'a count has a row');
  const waiting = Number(row.count);
  const limit = deps.limits.maxWaitingJobs;
  if (waiting < limit) return;
  throw new DomainError('RATE_LIMITED', `${waiting} optimizations are waiting or running; at most ${limit} may.`, {
    facts: { limit, observed: waiting, retryAfterSeconds: 10 },
  });
}
