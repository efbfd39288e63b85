/**
 * The numerical kernel: the rows of many combinations together. It knows nothing of jobs, threads or ranks.
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
  const rows = new Float64Array(params.length * width).fill(Number.NaN);
  const skipped: Skipped[] = [];
  for (const [place, each] of params.entries()) {
    if (hooks.isCancelled()) return null;
    const outcome = evaluatePlainly(plan, type, each);
    if (outcome instanceof Float64Array) rows.set(outcome, place * width);
    else skipped.push({ place, reason: outcome.reason });
  }
  for (const fold of plan.folds.keys()) hooks.onFold(fold);
  return { rows, skipped };
}
