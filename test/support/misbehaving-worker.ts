/**
 * Worker entry with the real tasks, of which `optimize.evaluate` misbehaves for the initial capitals below.
 */
import { backtestTask } from '../../src/backtest/index.ts';
import { serveTasks, type Task } from '../../src/compute/index.ts';
import type { EvaluateTaskInput } from '../../src/optimize/engine/evaluate-task.ts';
import { optimizeTasks } from '../../src/optimize/index.ts';
import { builtInStrategies, StrategyRegistry } from '../../src/strategies/index.ts';
import { MISBEHAVIOUR, type Misbehaviour } from './misbehaviour.ts';

const registry = new StrategyRegistry(builtInStrategies);
const [indicators, evaluate, ...others] = optimizeTasks(registry);

const misbehave: Record<Misbehaviour, (input: unknown) => void> = {
  throw: () => {
    throw new TypeError('secret detail of a bug');
  },
  loop: () => {
    for (;;);
  },
  allocate: () => {
    const kept: object[] = [];
    for (;;) kept.push({ place: kept.length, label: `item ${kept.length}` });
  },
  exit: () => process.exit(3),
  'exit with a portion': (input) => {
    const { missing } = input as Partial<EvaluateTaskInput>;
    if (missing != null && Atomics.add(missing.left.next, 0, 1) === 0) process.exit(3);
  },
};

/** Does what `capital` stands for before the task itself; most capitals stand for nothing. */
function misbehaving<Input, Output, Message>(
  task: Task<Input, Output, Message>,
  capitalOf: (input: Input) => number,
): Task<Input, Output, Message> {
  return {
    name: task.name,
    run: (input, context) => {
      for (const [way, capital] of MISBEHAVIOUR) if (capital === capitalOf(input)) misbehave[way](input);
      return task.run(input, context);
    },
  };
}

// eslint-disable-next-line import/no-default-export -- the pool calls the default export of a worker entry
export default serveTasks([
  misbehaving(backtestTask(registry), (input) => input.settings.initialCapital),
  indicators,
  misbehaving(evaluate, (input) => input.plan.settings.initialCapital),
  ...others,
]);
