/** Entry of the benchmark's worker threads. */
import { defineTask, serveTasks } from '../src/compute/index.ts';
import type { EvaluationPlan } from '../src/optimize/evaluate.ts';
import { evaluateBatch } from '../src/optimize/kernel/index.ts';
import {
  builtInStrategies,
  computeIndicators,
  type IndicatorSpec,
  type Parameters,
  StrategyRegistry,
} from '../src/strategies/index.ts';

const registry = new StrategyRegistry(builtInStrategies);

/** What a thread evaluates. */
export interface BatchInput {
  readonly plan: EvaluationPlan;
  readonly params: readonly Parameters[];
}

/** What a thread computes indicators of. */
export interface IndicatorInput {
  readonly specs: readonly IndicatorSpec[];
  readonly bars: EvaluationPlan['bars'];
}

export default serveTasks([
  defineTask('bench.indicators', ({ specs, bars }: IndicatorInput) => computeIndicators(specs, bars)),
  defineTask('bench.evaluate', ({ plan, params }: BatchInput, context) => {
    const hooks = { isCancelled: () => context.isCancelled(), onFold: () => undefined };
    return evaluateBatch(plan, registry.get(plan.typeName), params, hooks)?.rows ?? null;
  }),
]);
