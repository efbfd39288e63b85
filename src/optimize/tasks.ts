import type { StrategyRegistry } from '../strategies/index.ts';
import { strategyTasks } from './engine/tasks.ts';
import { tuningTasks } from './tuning/index.ts';

/** The tasks that a worker serves for jobs of every kind. */
export function optimizeTasks(registry: StrategyRegistry) {
  return [...strategyTasks(registry), ...tuningTasks] as const;
}
