/** What worker threads compute when all combinations of a job are done: whether the best of them is luck. */
import { type BacktestSettings, equityReturns, prepareSimulation } from '../../backtest/index.ts';
import { defineTask, type Task, type TaskName } from '../../compute/index.ts';
import { invariant } from '../../core/index.ts';
import type {
  IndicatorTable,
  Parameters,
  PredictionTable,
  StrategyRegistry,
  StrategyType,
} from '../../strategies/index.ts';
import { rowWidth } from '../figures.ts';
import {
  blockReturns,
  countOverfitted,
  type Field,
  type PboTally,
  type ReturnShape,
  readField,
  returnShape,
} from '../honesty/index.ts';
import type { SegmentPlan } from '../segments.ts';
import type { JobBars } from './compute-job.ts';
import { equityCurve, type SliceEquity, slicesOf } from './equity-curve.ts';
import { type SharedRange, takePieces } from './shared-range.ts';
import { hasTestFill } from './summary.ts';

/** A group of combinations of a job, whose rows are on shared memory. */
interface GroupRows {
  /** [combinations, row width] row-major, of the whole job. */
  readonly rows: Float64Array;
  readonly segments: SegmentPlan;
  /** Indexes of those simulated, ascending. */
  readonly evaluated: Int32Array;
}

/** Splits of one group. */
export interface PboTaskInput extends GroupRows {
  /** Of `splitPairs`; several tasks share one. */
  readonly pairs: SharedRange;
}

/** What a combination is simulated with. */
export interface ReplaySettings {
  readonly predictions: PredictionTable;
  readonly settings: BacktestSettings;
  /** On shared memory. */
  readonly indicators: IndicatorTable;
}

/** The combination to simulate plainly; its indicators are at least those that it reads. */
export interface ReplayTaskInput extends ReplaySettings, Pick<JobBars, 'bars' | 'folds'> {
  readonly typeName: string;
  readonly params: Parameters;
}

interface ReplayedCombination extends Omit<ReplayTaskInput, 'typeName'> {
  readonly type: StrategyType;
}

/** What a replay tells. */
export interface Replay {
  /** Of the chained test returns. */
  readonly returns: ReturnShape;
  /** JSON of an `EquityCurve`. */
  readonly curve: string;
}

/** One group, and what annualises its Sharpe ratios. */
export interface FieldTaskInput extends GroupRows {
  readonly periodsPerYear: number;
}

/** Pairs of splits that a task takes at a time: some milliseconds with thousands of combinations. */
const PAIRS_AT_ONCE = 32;

/** Counts overfitted splits, as many as it comes to before others do. */
export const PBO: TaskName<PboTaskInput, PboTally> = { name: 'optimize.pbo' };
/** Simulates one combination by the plain definition. */
export const REPLAY: TaskName<ReplayTaskInput, Replay | null> = { name: 'optimize.replay' };
/** Reads the figures of all combinations. */
export const FIELD: TaskName<FieldTaskInput, Field> = { name: 'optimize.field' };

/** Serves `PBO`; no splits where there is nothing to cross-validate. */
export const pboTask: Task<PboTaskInput, PboTally> = defineTask(PBO.name, ({ pairs, ...group }, context) => {
  const returns = blockReturns(rankedOf(rowsOf(group), group.segments), group.segments);
  if (returns === null) return { overfitted: 0, splits: 0 };
  return countOverfitted(
    returns,
    takePieces(pairs, PAIRS_AT_ONCE, () => context.isCancelled()),
  );
});

/** Serves `REPLAY`; null when it was cancelled. */
export function replayTask(registry: StrategyRegistry): Task<ReplayTaskInput, Replay | null> {
  return defineTask(REPLAY.name, (input, context) => {
    return replay({ ...input, type: registry.get(input.typeName) }, () => context.isCancelled());
  });
}

/** Simulates one combination by the plain definition; null when it is cancelled. */
export function replay(
  { type, params, bars, settings, folds, predictions, indicators }: ReplayedCombination,
  isCancelled: () => boolean,
): Replay | null {
  const { initialCapital } = settings;
  const simulate = prepareSimulation({ type, params, bars, indicators, predictions, settings });
  const slices: SliceEquity[] = [];
  for (const { from, to, fold, part } of slicesOf(folds)) {
    if (isCancelled()) return null;
    slices.push({ equity: simulate({ from, to }).equity, from, fold, part });
  }
  const [series] = bars;
  invariant(series !== undefined, 'a job has at least one series of bars');
  const tests = slices.filter(({ part }) => part === 'test');
  return {
    returns: returnShape(tests.map(({ equity }) => equityReturns(equity, initialCapital))),
    curve: JSON.stringify(equityCurve(slices, { initialCapital, series })),
  };
}

/** Serves `FIELD`. */
export const fieldTask: Task<FieldTaskInput, Field> = defineTask(FIELD.name, ({ periodsPerYear, ...group }) => {
  const [evaluated, plan] = [rowsOf(group), group.segments];
  return readField({ plan, periodsPerYear, evaluated, ranked: rankedOf(evaluated, plan) });
});

function rowsOf({ rows, segments, evaluated }: GroupRows): readonly Float64Array[] {
  const width = rowWidth(segments);
  return Array.from(evaluated, (index) => rows.subarray(index * width, (index + 1) * width));
}

function rankedOf(evaluated: readonly Float64Array[], plan: SegmentPlan): readonly Float64Array[] {
  return evaluated.filter((row) => hasTestFill(row, plan));
}
