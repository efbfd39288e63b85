/**
 * Entry of the benchmark's worker threads. It runs the built program, as the server does: code that is translated while it
 * is loaded reaches every function through a getter, which takes a numeric kernel ten times as long.
 */
import { defineTask, serveTasks } from '../dist/compute/index.js';
import { evaluateBatch } from '../dist/optimize/kernel/index.js';
import { builtInStrategies, computeIndicators, StrategyRegistry } from '../dist/strategies/index.js';

const registry = new StrategyRegistry(builtInStrategies);

export default serveTasks([
  defineTask('bench.indicators', ({ specs, bars }) => computeIndicators(specs, bars)),
  defineTask('bench.evaluate', ({ plan, params }, context) => {
    const hooks = { isCancelled: () => context.isCancelled(), onFold: () => undefined };
    return evaluateBatch(plan, registry.get(plan.typeName), params, hooks)?.rows ?? null;
  }),
]);
