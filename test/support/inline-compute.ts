/** The tasks of tuning jobs and of the models that they keep, on this thread, for tests of what they compute. */
import type { Compute, TaskName } from '../../src/compute/index.ts';
import { tuningTasks } from '../../src/optimize/tuning/index.ts';
import { predictionTasks } from '../../src/predictions/index.ts';

/** Runs a task at once, to its end. */
export const inlineCompute: Compute = {
  parallelism: 1,
  run: async <Input, Output, Message = never>(
    task: TaskName<Input, Output, Message>,
    input: Input,
  ): Promise<Output> => {
    const found = [...tuningTasks, ...predictionTasks].find(({ name }) => name === task.name);
    if (found === undefined) throw new Error(`There is no task ${task.name}.`);
    const context = { isCancelled: () => false, report: () => undefined };
    return (await found.run(input as never, context)) as Output;
  },
  forJob: () => inlineCompute,
  stats: () => ({ threads: 1, running: 0, queued: 0, completed: 0 }),
};
