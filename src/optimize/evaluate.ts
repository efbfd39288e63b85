/**
 * What a worker computes, and its plain definition: one combination at a time through the backtester. The kernel computes
 * the same rows for many combinations together and leaves what it does not know to this one.
 */
import {
  type AccountRun,
  type BacktestSettings,
  equityReturns,
  isFiniteRun,
  maxDrawdown,
  mean,
  OVERFLOW_REASON,
  prepareSimulation,
  type Slice,
  totalReturn,
} from '../backtest/index.ts';
import type { Bars } from '../market/index.ts';
import {
  at,
  type IndicatorTable,
  type Parameters,
  type PredictionTable,
  type StrategyType,
} from '../strategies/index.ts';
import { rowWidth, segmentOffset, sliceOffset } from './figures.ts';
import type { SegmentPlan } from './segments.ts';
import type { Fold } from './walk-forward.ts';

/** Everything that the combinations of a batch share. Columns are shared memory, so that posting it to a worker is cheap. */
export interface EvaluationPlan {
  readonly typeName: string;
  /** One per symbol, equal times; as many as the type trades. */
  readonly bars: readonly Bars[];
  /** Consecutive windows, at least one. */
  readonly folds: readonly Fold[];
  /** `planSegments(folds)`. */
  readonly segments: SegmentPlan;
  readonly settings: BacktestSettings;
  /** Holds every indicator that a valid combination of the batch reads. */
  readonly indicators: IndicatorTable;
  /** What the models say that combinations of the batch follow. */
  readonly predictions?: PredictionTable;
}

/** A combination that was not simulated, and why. */
export interface Skipped {
  /** Place in the batch, from 0. */
  readonly place: number;
  readonly reason: string;
}

/** What became of a batch. */
export interface BatchOutcome {
  /** [combinations, rowWidth(segments)] row-major, in the order of the batch; a row of NaN where one was skipped. */
  readonly rows: Float64Array;
  /** By place: combinations that are invalid in themselves, or whose equity overflows. */
  readonly skipped: readonly Skipped[];
}

/** How the caller follows and stops an evaluation. */
export interface EvaluationHooks {
  /** Asked often enough that a cancelled evaluation ends within some 10 ms. */
  isCancelled(): boolean;
  /** Told of each fold, counted from 0, when its bars are done. */
  onFold(fold: number): void;
}

/**
 * The definition: simulates one combination on every train and test slice and measures it.
 *
 * @param type the type that `plan.typeName` names
 * @returns the row of figures; a reason when the combination is invalid in itself, or a figure is no finite number
 */
export function evaluatePlainly(
  plan: EvaluationPlan,
  type: StrategyType,
  params: Parameters,
): Float64Array | { readonly reason: string } {
  const problem = type.problem(params);
  if (problem !== null) return { reason: problem.message };
  const simulate = prepareSimulation({ type, params, ...plan });
  const row = new Float64Array(rowWidth(plan.segments));
  for (const [fold, { train, test }] of plan.folds.entries()) {
    for (const [part, slice] of [train, test].entries()) {
      const run = simulate(slice);
      if (!isFiniteRun(run)) return { reason: OVERFLOW_REASON };
      writeSlice(row, plan, { number: 2 * fold + part, slice, run });
    }
  }
  return row.every(Number.isFinite) ? row : { reason: OVERFLOW_REASON };
}

function writeSlice(
  row: Float64Array,
  { segments, settings }: EvaluationPlan,
  { number, slice, run }: { readonly number: number; readonly slice: Slice; readonly run: AccountRun },
): void {
  const { equity, trades, fills } = run;
  const { initialCapital } = settings;
  const wins = trades.filter(({ profit }) => profit > 0).length;
  const figures = [
    totalReturn(equity, initialCapital),
    maxDrawdown(equity, initialCapital),
    trades.length,
    wins,
    fills,
  ];
  row.set(figures, sliceOffset(number));
  const returns = equityReturns(equity, initialCapital);
  segments.sliceOf.forEach((owner, segment) => {
    if (owner !== number) return;
    const [from = 0, to = 0] = segments.borders.subarray(segment, segment + 2);
    row.set(momentsOf(returns.subarray(from - slice.from, to - slice.from)), segmentOffset(segments, segment));
  });
}

/** Mean, and Σ(r − mean)² of which no term is negative; 0 and 0 of nothing. */
function momentsOf(returns: Float64Array): readonly [number, number] {
  if (returns.length === 0) return [0, 0];
  const center = mean(returns);
  let squares = 0;
  for (let t = 0; t < returns.length; t++) squares += (at(returns, t) - center) ** 2;
  return [center, squares];
}
