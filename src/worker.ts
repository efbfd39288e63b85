/** Entry of a worker thread: the CPU tasks by name. */
import { backtestTask } from './backtest/index.ts';
import { serveTasks } from './compute/index.ts';
import { optimizeTasks } from './optimize/index.ts';
import { builtInStrategies, StrategyRegistry } from './strategies/index.ts';

const registry = new StrategyRegistry(builtInStrategies);

export default serveTasks([backtestTask(registry), ...optimizeTasks(registry)]);
