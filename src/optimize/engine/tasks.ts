import type { StrategyRegistry } from '../../strategies/index.ts';
import { evaluateTask, indicatorTask } from './evaluate-task.ts';
import { fieldTask, pboTask, replayTask } from './judge-tasks.ts';
import { rankTask } from './rank-task.ts';
import { stepsTask } from './steps-task.ts';
import { warmUpTask } from './warm-up-task.ts';

/** The tasks that a worker serves for jobs about strategies: the first two while they search, the others at their end. */
export function strategyTasks(registry: StrategyRegistry) {
  const steps = stepsTask([pboTask, replayTask(registry), fieldTask]);
  const tasks = [indicatorTask, evaluateTask(registry), rankTask(registry), steps] as const;
  return [...tasks, warmUpTask(registry, tasks)] as const;
}
