/**
 * Small tasks that a thread does one after the other for one message: where the processors are busy, a message to a thread and
 * back takes as long as such a task.
 */
import { defineTask, type Task, type TaskName } from '../../compute/index.ts';
import { invariant } from '../../core/index.ts';

/** A task by its name, and what it takes. */
export interface StepRequest {
  readonly name: string;
  readonly input: unknown;
}

/** Answers the outputs of the steps in their order; fewer when it was cancelled. */
export const STEPS: TaskName<readonly StepRequest[], readonly unknown[]> = { name: 'optimize.steps' };

/** Serves `STEPS`; `tasks` are those that can be a step, which report nothing. */
export function stepsTask(tasks: readonly Task<never, unknown>[]): Task<readonly StepRequest[], readonly unknown[]> {
  const byName = new Map(tasks.map((task) => [task.name, task]));
  return defineTask(STEPS.name, async (steps, context) => {
    const isCancelled = (): boolean => context.isCancelled();
    const outputs: unknown[] = [];
    for (const { name, input } of steps) {
      if (isCancelled()) break;
      const task = byName.get(name);
      invariant(task !== undefined, `${name} can be a step`);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The name of the step carries the type of its input.
      outputs.push(await task.run(input as never, { isCancelled, report: () => undefined }));
    }
    return outputs;
  });
}
