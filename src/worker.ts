/** Entry of a worker thread: the CPU tasks by name. */
import { backtestTask } from './backtest/index.ts';
import { serveTasks } from './compute/index.ts';
import { optimizeTasks } from './optimize/index.ts';
import { predictionTasks } from './predictions/index.ts';
import { builtInStrategies, modelStrategy, StrategyRegistry } from './strategies/index.ts';

const registry = new StrategyRegistry([...builtInStrategies, modelStrategy]);

export default serveTasks([backtestTask(registry), ...predictionTasks, ...optimizeTasks(registry)]);
