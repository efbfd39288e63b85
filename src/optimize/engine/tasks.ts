import type { StrategyRegistry } from '../../strategies/index.ts';
import { evaluateTask, indicatorTask } from './evaluate-task.ts';
import { fieldTask, pboTask, replayTask } from './judge-tasks.ts';
import { rankTask } from './rank-task.ts';
import { warmUpTask } from './warm-up-task.ts';

/** The tasks that a worker serves for jobs about strategies: the first two while they search, the others at their end. */
export function strategyTasks(registry: StrategyRegistry) {
  const tasks = [indicatorTask, evaluateTask(registry), rankTask, pboTask, replayTask(registry), fieldTask] as const;
  return [...tasks, warmUpTask(registry, tasks)] as const;
}
