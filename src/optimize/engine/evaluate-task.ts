/** What worker threads compute while a job searches: indicators, and batches of combinations. */
import { defineTask, type Task, type TaskContext, type TaskName } from '../../compute/index.ts';
import type { Bars } from '../../market/index.ts';
import {
  computeIndicators,
  type IndicatorSpec,
  type IndicatorTable,
  type Parameters,
  type StrategyRegistry,
} from '../../strategies/index.ts';
import type { EvaluationPlan, Skipped } from '../evaluate.ts';
import { rowWidth } from '../figures.ts';
import { evaluateBatch } from '../kernel/index.ts';
import { columnOf } from './columns.ts';
import { type SharedRange, takePieces } from './shared-range.ts';

/** Time between two reports of a thread, milliseconds. */
const TELL_MS = 100;

/** Which indicators, over which bars. */
export interface IndicatorTaskInput {
  /** In portions that threads take one after the other. */
  readonly portions: readonly (readonly IndicatorSpec[])[];
  /** Which of the portions nobody has taken. */
  readonly left: SharedRange;
  /** By `indicatorKey`: [bars] on shared memory, where the values go. */
  readonly columns: IndicatorTable;
  readonly bars: readonly Bars[];
}

/** One batch. */
export interface EvaluateTaskInput {
  readonly plan: EvaluationPlan;
  readonly params: readonly Parameters[];
  /** [params] which row is whose. */
  readonly indexes: Int32Array;
  /** [combinations, row width] of the job, on shared memory: where the figures go. */
  readonly rows: Float64Array;
}

/** The fold (from 1) that the thread has finished last. */
export interface BatchProgress {
  readonly fold: number;
}

/** Computes portions of indicators until none is left, beside other threads that do the same. */
export const INDICATORS: TaskName<IndicatorTaskInput, null> = { name: 'optimize.indicators' };
/** Writes the rows of a batch and answers which combinations were skipped. */
export const EVALUATE: TaskName<EvaluateTaskInput, readonly Skipped[], BatchProgress> = { name: 'optimize.evaluate' };

/** Serves `INDICATORS`. */
export const indicatorTask: Task<IndicatorTaskInput, null> = defineTask(
  INDICATORS.name,
  ({ portions, left, bars, columns }, context) => {
    for (const { from, to } of takePieces(left, 1, () => context.isCancelled())) {
      computeIndicators(portions.slice(from, to).flat(), bars, (spec) => columnOf(columns, spec));
    }
    return null;
  },
);

/** Serves `EVALUATE`. */
export function evaluateTask(registry: StrategyRegistry): Task<EvaluateTaskInput, readonly Skipped[], BatchProgress> {
  return defineTask(EVALUATE.name, ({ plan, params, indexes, rows }, context) => {
    const outcome = evaluateBatch(plan, registry.get(plan.typeName), params, hooksOf(context));
    if (outcome === null) return [];
    const width = rowWidth(plan.segments);
    for (const [place, index] of indexes.entries()) {
      rows.set(outcome.rows.subarray(place * width, (place + 1) * width), index * width);
    }
    return outcome.skipped;
  });
}

/** Tells of folds ten times a second at most. */
function hooksOf(context: TaskContext<BatchProgress>) {
  let told = performance.now();
  return {
    isCancelled: () => context.isCancelled(),
    onFold: (done: number) => {
      const now = performance.now();
      if (now - told < TELL_MS) return;
      told = now;
      context.report({ fold: done + 1 });
    },
  };
}
