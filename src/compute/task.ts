/** What a task is, for those who write one and for those who run one. */

/**
 * What a caller needs in order to run a task: its name. The types travel with it, so that a caller may import the type
 * of a task without loading its code: `const evaluate: TaskName<Plan, Outcome> = { name: 'evaluate' }`.
 */
export interface TaskName<Input, Output, Message = never> {
  /** Unique among the tasks of one worker entry. */
  readonly name: string;
  /** Never called on the caller's side; present when the caller holds the whole `Task`. */
  readonly run?: (input: Input, context: TaskContext<Message>) => Output | Promise<Output>;
}

/** A named function that a worker thread can run. */
export interface Task<Input, Output, Message = never> extends TaskName<Input, Output, Message> {
  /**
   * Does the work. Input and output pass through the structured clone algorithm: plain data, typed arrays, Maps, Dates;
   * no functions, no class instances. It must not leave asynchronous work behind when it returns: the thread goes on to
   * the next task, and an error of the leftovers would strike that one.
   */
  readonly run: (input: Input, context: TaskContext<Message>) => Output | Promise<Output>;
}

/** What a task may ask of the pool while it runs. */
export interface TaskContext<Message = never> {
  /**
   * True once the caller has aborted or the time limit has passed. Costs one atomic read: ask in every iteration that
   * may take longer than some 10 ms. A task that sees `true` returns soon, with anything: its output is dropped.
   */
  isCancelled(): boolean;
  /** Sends a small message, e.g. progress, to the caller's `onMessage`. Arrives in order and before the result. */
  report(message: Message): void;
}

/** Names a function as a task. */
export function defineTask<Input, Output, Message = never>(
  name: string,
  run: (input: Input, context: TaskContext<Message>) => Output | Promise<Output>,
): Task<Input, Output, Message> {
  return { name, run };
}
