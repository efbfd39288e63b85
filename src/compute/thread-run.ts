/**
 * One run of one task, as a state machine.
 *
 *   queued ──execute──▶ starting ──started──▶ running ──returned / threw / thread died──▶ settled
 *     │                    │ no thread in time   │ stop
 *     │ stop               ▼                     ▼
 *     └──────▶ settled   settled             stopping ──ended by itself, or killed after 1 s──▶ settled
 *
 * `stop` is asked for by the caller's abort, by the time limit and by the closing pool; the first reason stays. It does
 * not choose threads and keeps no queue: that is the pool's.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, type TransferListItem } from 'node:worker_threads';
import { invariant } from '../core/index.ts';
import { ComputeFailure, type ComputeFailureReason } from './compute.ts';
import { CANCELLED_FLAG, type TaskFrame, type TaskRequest } from './protocol.ts';

/** How long a task may go on after it was told to stop, before its thread is terminated, in milliseconds. */
const GRACE_MS = 1000;
/** A longer delay makes a timer of Node fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Hands a request to a thread. Rejects when the thread dies; an abort of `signal` terminates the thread. */
export type HandOver = (
  request: TaskRequest<unknown>,
  options: { readonly transferList: TransferListItem[]; readonly signal: AbortSignal },
) => Promise<unknown>;

/** What is to be run, and for how long. */
export interface ThreadRunOptions<Input, Message> {
  readonly taskName: string;
  readonly input: Input;
  /** From the start on a thread, in milliseconds; at most what a timer of Node can wait, 2³¹ − 1. */
  readonly timeoutMs: number;
  /** How long a thread may take to take the run up, in milliseconds. */
  readonly startTimeoutMs: number;
  /** Told when a thread has taken the run up. */
  readonly onStarted: () => void;
  readonly onMessage: (message: Message) => void;
}

/** A run from its place in the queue to its settlement; the states are at the head of the file. */
export class ThreadRun<Input, Output, Message> {
  /** Settles once, with the output of the task or a `ComputeFailure`. */
  readonly outcome: Promise<Output>;
  readonly #options: ThreadRunOptions<Input, Message>;
  readonly #cancelled = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #kill = new AbortController();
  #state: 'queued' | 'starting' | 'running' | 'stopping' | 'settled' = 'queued';
  #resolve: (output: Output) => void = () => undefined;
  #reject: (failure: ComputeFailure) => void = () => undefined;
  /** What the run will fail with, once something has decided that it must. */
  #failure: ComputeFailure | undefined;
  /** The timer of the state: start limit, time limit or grace. */
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ThreadRunOptions<Input, Message>) {
    const { timeoutMs } = options;
    invariant(timeoutMs > 0 && timeoutMs <= LONGEST_TIMER_MS, `a time limit of ${timeoutMs} ms cannot be kept`);
    this.#options = options;
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Runs on the thread behind `handOver`; resolves when the run is settled and the thread is free or terminated. */
  async execute(handOver: HandOver): Promise<void> {
    const { taskName, input, startTimeoutMs } = this.#options;
    this.#state = 'starting';
    this.#arm(startTimeoutMs, () => this.failStart());
    const { port1, port2 } = new MessageChannel();
    port1.on('message', (frame: TaskFrame<Output, Message>) => this.#receive(frame));
    try {
      const request = { taskName, input, cancelled: this.#cancelled, port: port2 };
      await handOver(request, { transferList: [port2], signal: this.#kill.signal });
      this.#drain(port1);
      this.#settleUnanswered();
    } catch (error) {
      this.#drain(port1);
      this.#settle(this.#failureOf(error));
    } finally {
      port1.close();
    }
  }

  /** Asks the run to end with `reason`; `why` completes the sentence "Task x …". */
  stop(reason: ComputeFailureReason, why: string, cause?: unknown): void {
    switch (this.#state) {
      case 'queued':
        this.#settle(this.#failed(reason, why, cause));
        return;
      case 'starting':
      case 'running':
        this.#failure = this.#failed(reason, why, cause);
        this.#state = 'stopping';
        Atomics.store(this.#cancelled, CANCELLED_FLAG, 1);
        this.#arm(GRACE_MS, () => this.#kill.abort());
        return;
      case 'stopping':
      case 'settled':
        return;
    }
  }

  /** Ends the run if it still waits for a thread to take it up, because none will. `cause` is what the thread died of, if known. */
  failStart(cause?: unknown): void {
    if (this.#state !== 'starting') return;
    const why = cause instanceof Error ? `: ${cause.message}` : ` within ${this.#options.startTimeoutMs} ms`;
    this.#failure = this.#failed('crashed', `found no thread, because none could start${why}`, cause);
    this.#kill.abort();
  }

  #receive(frame: TaskFrame<Output, Message>): void {
    switch (frame.kind) {
      case 'started':
        this.#started();
        return;
      case 'message':
        this.#deliver(frame.message);
        return;
      case 'returned':
        this.#settle(this.#failure ?? { output: frame.output });
        return;
      case 'threw':
        this.#settle(this.#failure ?? this.#failed('threw', `failed: ${frame.message}`, frame.error));
        return;
    }
  }

  #started(): void {
    if (this.#state !== 'starting') return;
    const { timeoutMs, onStarted } = this.#options;
    this.#state = 'running';
    onStarted();
    this.#arm(timeoutMs, () => this.stop('timed_out', `took longer than its limit of ${timeoutMs} ms`));
  }

  /** An error of the listener must not become an uncaught exception of the process: it ends the run instead. */
  #deliver(message: Message): void {
    if (this.#state === 'settled') return;
    try {
      this.#options.onMessage(message);
    } catch (error) {
      this.stop('threw', `was stopped, because the listener of its messages failed: ${messageOf(error)}`, error);
    }
  }

  /** Frames that a thread had sent before it answered or died may still wait in the port. */
  #drain(port: MessagePort): void {
    for (let entry = receiveMessageOnPort(port); entry !== undefined; entry = receiveMessageOnPort(port)) {
      const frame: TaskFrame<Output, Message> = entry.message;
      this.#receive(frame);
    }
  }

  /** Of nearly every run the answer has come: the stack of an error that nobody sees would take as long as a message. */
  #settleUnanswered(): void {
    if (this.#state === 'settled') return;
    this.#settle(this.#failed('crashed', 'ended without an answer; its output could not be read'));
  }

  #settle(ending: ComputeFailure | { readonly output: Output }): void {
    if (this.#state === 'settled') return;
    this.#state = 'settled';
    clearTimeout(this.#timer);
    if (ending instanceof ComputeFailure) this.#reject(ending);
    else this.#resolve(ending.output);
  }

  #arm(delayMs: number, onElapsed: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(onElapsed, delayMs);
  }

  /** What it means that the hand-over was rejected with `error`. */
  #failureOf(error: unknown): ComputeFailure {
    if (this.#failure !== undefined) return this.#failure;
    if (error instanceof DOMException && error.name === 'DataCloneError') {
      return this.#failed('threw', `could not be sent to a thread: ${error.message}`, error);
    }
    if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
      return this.#failed('out_of_memory', 'needed more memory than a thread may have', error);
    }
    return this.#failed('crashed', `took its thread down: ${messageOf(error)}`, error);
  }

  #failed(reason: ComputeFailureReason, why: string, cause?: unknown): ComputeFailure {
    return new ComputeFailure(reason, `Task '${this.#options.taskName}' ${why.replace(/\.+$/, '')}.`, cause);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
