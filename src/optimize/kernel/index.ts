/**
 * The numerical kernel: the rows of many combinations together, block of bars by block, so that what they share is
 * computed once and stays in the cache. Its figures are those of `evaluatePlainly` to nine digits; what it cannot promise
 * that for (quotes, ruin, sums that cancel) it leaves to it. It knows nothing of jobs, threads or ranks.
 */
import type { Parameters, StrategyType } from '../../strategies/index.ts';
import {
  type BatchOutcome,
  type EvaluationHooks,
  type EvaluationPlan,
  evaluatePlainly,
  type Skipped,
} from '../evaluate.ts';
import { rowWidth } from '../figures.ts';
import { type Entrant, type Field, openCourses } from './courses.ts';
import { planBlocks } from './pieces.ts';

/**
 * Evaluates combinations together. A row depends on its combination alone, not on the others of the batch.
 *
 * @param type the type that `plan.typeName` names
 * @param params parsed, one per combination; they may be invalid in themselves
 * @returns null when it was cancelled
 */
export function evaluateBatch(
  plan: EvaluationPlan,
  type: StrategyType,
  params: readonly Parameters[],
  hooks: EvaluationHooks,
): BatchOutcome | null {
  const width = rowWidth(plan.segments);
  const rows = new Float64Array(params.length * width);
  const entrants = params.map((each, place) => ({
    place,
    params: each,
    row: rows.subarray(place * width, (place + 1) * width),
  }));
  const left = evaluateTogether({ plan, type, hooks }, entrants);
  const skipped = left === null ? null : evaluateSingly({ plan, type, hooks }, left);
  return skipped === null ? null : { rows, skipped };
}

interface Batch {
  readonly plan: EvaluationPlan;
  readonly type: StrategyType;
  readonly hooks: EvaluationHooks;
}

/** Returns those that are left to the plain definition, in their order; null when it was cancelled. */
function evaluateTogether({ plan, type, hooks }: Batch, entrants: readonly Entrant[]): readonly Entrant[] | null {
  const field = openCourses(plan, type, entrants);
  const isDone = followTogether({ plan, type, hooks }, field);
  const done = new Set(field.courses.filter(({ course }) => !course.isDoubtful).map(({ entrant }) => entrant));
  // Courses are views of it. What threw before may have left anything in it: such a memory is not given back.
  field.memory?.release();
  if (!isDone) return null;
  return entrants.filter((entrant) => !done.has(entrant) || !entrant.row.every(Number.isFinite));
}

/** Takes the field through all blocks; false when it was cancelled on the way. */
function followTogether({ plan, hooks }: Batch, field: Field): boolean {
  let fold = 0;
  for (const block of planBlocks(plan.segments)) {
    if (hooks.isCancelled()) return false;
    field.memory?.load(block.from, block.to);
    for (const { course } of field.courses) if (!course.isDoubtful) course.advance(block);
    for (; (plan.folds[fold]?.test.to ?? Infinity) <= block.to; fold++) hooks.onFold(fold);
  }
  return true;
}

/** Writes the rows of these; null when it was cancelled. */
function evaluateSingly({ plan, type, hooks }: Batch, entrants: readonly Entrant[]): readonly Skipped[] | null {
  const skipped: Skipped[] = [];
  for (const { place, params, row } of entrants) {
    if (hooks.isCancelled()) return null;
    const outcome = evaluatePlainly(plan, type, params);
    const isRow = outcome instanceof Float64Array;
    row.set(isRow ? outcome : row.map(() => Number.NaN));
    if (!isRow) skipped.push({ place, reason: outcome.reason });
  }
  return skipped;
}
