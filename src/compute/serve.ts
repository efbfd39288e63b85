/** The side of a worker thread: finds the task by its name, runs it, and answers over the port of the run. */
import { setPriority } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import { CANCELLED_FLAG, type TaskFrame, type TaskRequest } from './protocol.ts';
import type { Task, TaskContext } from './task.ts';

/** Lowest scheduling priority: a computation yields to the thread that answers requests. */
const LOWEST_PRIORITY = 19;

/**
 * Runs one request to its end; never rejects because of the task. The input has lost its type on the way to the thread
 * (`never`): the caller's `TaskName` has given it the right one.
 */
export type TaskServer = (request: TaskRequest<never>) => Promise<void>;

/**
 * Makes the function that a worker entry exports as its default: `export default serveTasks([evaluate, train])`.
 *
 * @throws {Error} when two tasks have the same name
 */
export function serveTasks(tasks: readonly Task<never, unknown, unknown>[]): TaskServer {
  const byName = new Map(tasks.map((task) => [task.name, task]));
  if (byName.size < tasks.length) throw new Error('Two tasks of this worker have the same name.');
  yieldToOtherThreads();

  return async ({ taskName, input, cancelled, port }) => {
    const send = (frame: TaskFrame<unknown, unknown>): void => port.postMessage(frame);
    send({ kind: 'started' });
    try {
      const task = byName.get(taskName);
      if (task === undefined)
        throw new Error(`the worker serves no task of this name, only ${[...byName.keys()].join(', ')}.`);
      const context: TaskContext<unknown> = {
        isCancelled: () => Atomics.load(cancelled, CANCELLED_FLAG) === 1,
        report: (message) => send({ kind: 'message', message }),
      };
      send({ kind: 'returned', output: await task.run(input, context) });
    } catch (error) {
      sendError(send, error);
    }
  };
}

/** On Linux `setPriority(0)` reaches the calling thread alone; elsewhere it would slow the whole process down. */
function yieldToOtherThreads(): void {
  if (!isMainThread && process.platform === 'linux') setPriority(0, LOWEST_PRIORITY);
}

/** An error may hold what cannot be cloned (a function, a socket): then its message goes alone. */
function sendError(send: (frame: TaskFrame<unknown, unknown>) => void, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  try {
    send({ kind: 'threw', message, error });
  } catch {
    send({ kind: 'threw', message });
  }
}
