/** The port: what the domains ask for when something is too long for the event loop. */
import type { TaskName } from './task.ts';

/**
 * Runs named tasks off the event loop: of those that wait the one whose job holds the fewest threads, and of these the first
 * that came.
 */
export interface Compute {
  /** How many tasks of a job can run at the same time; at least 1. */
  readonly parallelism: number;
  /**
   * Runs one task to its end.
   *
   * @throws {ComputeFailure} in every case in which there is no result
   * @throws {InvariantViolation} when `timeoutMs` is not within its range
   */
  run<Input, Output, Message = never>(
    task: TaskName<Input, Output, Message>,
    input: Input,
    options?: RunOptions<Message>,
  ): Promise<Output>;
  /** The same threads for one job: tasks that are run through the same answer are of one job. Others are of no job. */
  forJob(): Compute;
  /** Where the work stands, that of all jobs, for the metrics. */
  stats(): ComputeStats;
}

/** Options of one run. */
export interface RunOptions<Message = never> {
  /**
   * Aborts the run: a queued task is dropped at once; a running one is told through `isCancelled()` and, if it has not
   * ended 1.0 s later, loses its thread. The promise rejects with reason `aborted` within 1.5 s.
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * Limit on the whole run in milliseconds, above 0 and at most 2³¹ − 1 (24 days), counted from its start on a thread (waiting in the queue is
   * free). Default: the pool's `taskTimeoutMs`. Past it the run ends as an aborted one does, with reason `timed_out`.
   */
  readonly timeoutMs?: number | undefined;
  /** Receives what the task reports, in order, all of it before the promise settles. */
  readonly onMessage?: ((message: Message) => void) | undefined;
}

/** A snapshot of a pool. */
export interface ComputeStats {
  /** Tasks that can run at the same time, unless long ones are overtaken. */
  readonly threads: number;
  /** Tasks that hold a thread now. */
  readonly running: number;
  /** Tasks that wait for a thread. */
  readonly queued: number;
  /** Tasks that have ended on a thread since the start, in whatever way. */
  readonly completed: number;
}

/**
 * Why there is no result: the task `threw`; its thread died or could not start (`crashed`); the thread's heap reached
 * its limit (`out_of_memory`); the time limit passed (`timed_out`); the caller aborted or the pool closed (`aborted`).
 */
export type ComputeFailureReason = 'threw' | 'crashed' | 'out_of_memory' | 'timed_out' | 'aborted';

/** A run without a result. `cause` holds what the task threw, where there is such a thing. */
export class ComputeFailure extends Error {
  override readonly name = 'ComputeFailure';
  readonly reason: ComputeFailureReason;

  constructor(reason: ComputeFailureReason, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.reason = reason;
  }
}
