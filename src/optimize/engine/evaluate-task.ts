/** What worker threads compute while a job searches: indicators, and the figures of combinations that read them. */
import { defineTask, type Task, type TaskContext, type TaskName } from '../../compute/index.ts';
import type { Bars } from '../../market/index.ts';
import type { IndicatorTable, Parameters, StrategyRegistry, StrategyType } from '../../strategies/index.ts';
import type { EvaluationHooks, EvaluationPlan } from '../evaluate.ts';
import { rowWidth } from '../figures.ts';
import { evaluateBatch } from '../kernel/index.ts';
import { awaitPortions, computePortions, type SharedPortions } from './shared-portions.ts';
import { type SharedRange, takePieces } from './shared-range.ts';

/** Time between two reports of a thread, milliseconds. */
const TELL_MS = 100;
/**
 * How long a lane takes from what is left before other jobs have their turn, in milliseconds. Messages between threads cost a
 * lane some milliseconds on a busy machine: with this most jobs need one for each lane.
 */
const TURN_MS = 100;

/** Which indicators, over which bars. */
export interface IndicatorTaskInput {
  readonly missing: SharedPortions;
  /** By `indicatorKey`: [bars] on shared memory, where the values go. */
  readonly columns: IndicatorTable;
  readonly bars: readonly Bars[];
}

/** Combinations that are evaluated together. */
export interface Batch {
  readonly params: readonly Parameters[];
  /** [params] which row is whose. */
  readonly indexes: Int32Array;
}

/** What lanes take from. */
export interface EvaluateTaskInput {
  readonly plan: EvaluationPlan;
  /** Indicators of the plan that the lanes compute first; null when there are none. */
  readonly missing: SharedPortions | null;
  readonly batches: readonly Batch[];
  /** Which of the batches nobody has taken. */
  readonly left: SharedRange;
  /** [combinations, row width] of the job, on shared memory: where the figures go. */
  readonly rows: Float64Array;
}

/** What a lane tells on its way: the fold (from 1) that it has finished last, or a batch whose rows are written. */
export type LaneProgress =
  | { readonly kind: 'fold'; readonly fold: number }
  | {
      readonly kind: 'batch';
      /** Its place among the batches. */
      readonly place: number;
      /** Indexes and reasons of those that were not simulated. */
      readonly skipped: readonly (readonly [number, string])[];
    };

/** Computes portions of indicators until none is left, beside other threads that do the same. */
export const INDICATORS: TaskName<IndicatorTaskInput, null> = { name: 'optimize.indicators' };
/**
 * Takes indicators, and when all have been computed batches, until none is left or the turn is over: send it again while any is left.
 */
export const EVALUATE: TaskName<EvaluateTaskInput, null, LaneProgress> = { name: 'optimize.evaluate' };

/** Serves `INDICATORS`. */
export const indicatorTask: Task<IndicatorTaskInput, null> = defineTask(
  INDICATORS.name,
  ({ missing, ...ground }, context) => {
    computePortions(missing, ground, () => context.isCancelled());
    return null;
  },
);

/** Serves `EVALUATE`. */
export function evaluateTask(registry: StrategyRegistry): Task<EvaluateTaskInput, null, LaneProgress> {
  return defineTask(EVALUATE.name, (input, context) => {
    const { plan, missing, batches, left } = input;
    const isOver = turnOf(context);
    if (missing !== null) {
      computePortions(missing, { bars: plan.bars, columns: plan.indicators }, isOver);
      if (!awaitPortions(missing, isOver)) return null;
    }
    const type = registry.get(plan.typeName);
    const hooks = hooksOf(context);
    for (const { from: place, to } of takePieces(left, 1, isOver)) {
      for (const batch of batches.slice(place, to)) {
        const skipped = evaluateInto(input, batch, { type, hooks });
        if (skipped === null) return null;
        context.report({ kind: 'batch', place, skipped });
      }
    }
    return null;
  });
}

/** Writes the rows of a batch; the indexes that were skipped, with reasons, or null when it was cancelled. */
function evaluateInto(
  { plan, rows }: EvaluateTaskInput,
  { params, indexes }: Batch,
  { type, hooks }: { readonly type: StrategyType; readonly hooks: EvaluationHooks },
): readonly (readonly [number, string])[] | null {
  const outcome = evaluateBatch(plan, type, params, hooks);
  if (outcome === null) return null;
  const width = rowWidth(plan.segments);
  for (const [place, index] of indexes.entries()) {
    rows.set(outcome.rows.subarray(place * width, (place + 1) * width), index * width);
  }
  return outcome.skipped.map(({ place, reason }) => [indexes[place] ?? 0, reason]);
}

/** Whether the turn that begins now is over, or the task cancelled. */
function turnOf(context: TaskContext<LaneProgress>): () => boolean {
  const end = performance.now() + TURN_MS;
  return () => context.isCancelled() || performance.now() >= end;
}

/** Tells of folds ten times a second at most. */
function hooksOf(context: TaskContext<LaneProgress>): EvaluationHooks {
  let told = performance.now();
  return {
    isCancelled: () => context.isCancelled(),
    onFold: (done: number) => {
      const now = performance.now();
      if (now - told < TELL_MS) return;
      told = now;
      context.report({ kind: 'fold', fold: done + 1 });
    },
  };
}
