/**
 * The thread-pool adapter of `Compute`, over piscina, which keeps the threads, carries the requests, and replaces a
 * thread that died. The queue is ours, and a request goes to piscina only when a thread is due to it, because piscina
 * (5.3) neither tells a waiting task from a running one nor settles a task whose thread dies while it is loading.
 */
import { setMaxListeners } from 'node:events';
import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { type Compute, ComputeFailure, type ComputeStats, type RunOptions } from './compute.ts';
import type { TaskName } from './task.ts';
import { ThreadRun } from './thread-run.ts';
import { type JobKey, Turns } from './turns.ts';

/** Options of a pool. */
export interface ThreadPoolOptions {
  /** `file:` URL of the module whose default export is made by `serveTasks`. */
  readonly workerUrl: URL;
  /** Threads, at least 1. Default: the processors that this process may use. */
  readonly threads?: number | undefined;
  /**
   * Further threads, 0 to 8 (more are 8), on which jobs that hold no thread overtake tasks that take long, and one task of
   * no job at a time does; they end when they have had nothing to do for a second. With one more than jobs run at the same
   * time each of up to seven jobs has a thread. Default 0.
   */
  readonly extraThreads?: number | undefined;
  /**
   * Limit of each thread's JavaScript heap in MiB. Default 2048. Buffers of typed arrays lie outside the heap, and Node
   * cannot limit them.
   */
  readonly maxMemoryMb?: number | undefined;
  /** Time limit of a run that names none, in milliseconds. Default 600,000. */
  readonly taskTimeoutMs?: number | undefined;
  /**
   * How long a thread may take to load the worker's entry and take a run up, in milliseconds. Past it the run fails as
   * `crashed`. Default 60,000: on a machine that is busy with other things a thread may need many seconds, and its job should not fail.
   */
  readonly startTimeoutMs?: number | undefined;
  /** Hears of a thread that died while it had no task. The pool goes on; this is for the log. */
  readonly onThreadError?: ((error: unknown) => void) | undefined;
}

/** Extra threads, at most, however many are asked for: each has a heap of its own and takes its share of the processors. */
const MAX_EXTRA_THREADS = 8;

/** How long an extra thread waits for another task, in milliseconds: some twenty times as long as loading one takes. */
const EXTRA_THREAD_IDLE_MS = 1000;

const REQUIRE_OF_MODULES = '--experimental-require-module';

/**
 * Has a thread load its entry by `import`. Piscina tries `require` first, and a thread that is terminated while it requires
 * an ES module fails an assertion of Node (ModuleWrap::CreateRequiredModuleFacade) that ends the whole process.
 */
function importOnly(): string[] {
  const isKnown = process.allowedNodeEnvironmentFlags.has(REQUIRE_OF_MODULES);
  return isKnown ? [REQUIRE_OF_MODULES.replace('--', '--no-')] : [];
}

/** What the pool needs of a run, whatever its types. */
type PooledRun = Pick<ThreadRun<never, never, never>, 'execute' | 'stop' | 'failStart'>;

/**
 * Runs tasks on threads that stay warm, one task per thread, in the order that `Turns` says. Idle threads do not keep the
 * process alive.
 */
export class ThreadPool implements Compute {
  readonly parallelism: number;
  readonly #taskTimeoutMs: number;
  readonly #startTimeoutMs: number;
  readonly #piscina: Piscina<unknown, unknown>;
  readonly #turns: Turns<PooledRun>;
  /** Looks for a turn that comes by time alone. */
  #turnTimer: NodeJS.Timeout | undefined;
  /** With the promise that resolves when the thread is free again. */
  readonly #running = new Map<PooledRun, Promise<void>>();
  /** Threads that were told to end and have not yet: resolved by their exit. */
  readonly #ending = new Set<Promise<void>>();
  #completed = 0;
  #lastThreadError: unknown;
  #closed: Promise<void> | undefined;

  constructor(options: ThreadPoolOptions) {
    this.parallelism = options.threads ?? availableParallelism();
    const extraThreads = Math.min(options.extraThreads ?? 0, MAX_EXTRA_THREADS);
    this.#turns = new Turns({ places: this.parallelism, extraPlaces: extraThreads, now: () => performance.now() });
    this.#taskTimeoutMs = options.taskTimeoutMs ?? 600_000;
    this.#startTimeoutMs = options.startTimeoutMs ?? 60_000;
    this.#piscina = new Piscina({
      filename: options.workerUrl.href,
      minThreads: this.parallelism,
      maxThreads: this.parallelism + extraThreads,
      idleTimeout: EXTRA_THREAD_IDLE_MS,
      // An idle thread must run its event loop, so that a late error of a task surfaces there and not in the next task.
      atomics: 'disabled',
      recordTiming: false,
      resourceLimits: { maxOldGenerationSizeMb: options.maxMemoryMb ?? 2048 },
      // None of this process's own: a thread refuses those of V8, such as --max-old-space-size.
      execArgv: importOnly(),
    });
    // Without a listener, the death of an idle thread would be an uncaught exception of this process.
    this.#piscina.on('error', (error: unknown) => {
      this.#lastThreadError = error;
      options.onThreadError?.(error);
    });
    this.#piscina.on('workerDestroy', ({ id }: { readonly id: number }) => {
      this.#awaitExit(id);
      setImmediate(() => this.#failStrandedRuns());
    });
  }

  run<Input, Output, Message = never>(
    task: TaskName<Input, Output, Message>,
    input: Input,
    options: RunOptions<Message> = {},
  ): Promise<Output> {
    return this.#runFor(null, task, { ...options, input });
  }

  forJob(): Compute {
    const job = Symbol('job');
    return {
      parallelism: this.parallelism,
      run: (task, input, options) => this.#runFor(job, task, { ...options, input }),
      forJob: () => this.forJob(),
      stats: () => this.stats(),
    };
  }

  async #runFor<Input, Output, Message>(
    job: JobKey | null,
    task: TaskName<Input, Output, Message>,
    options: RunOptions<Message> & { readonly input: Input },
  ): Promise<Output> {
    if (this.#closed !== undefined) throw new ComputeFailure('aborted', `Task '${task.name}' came to a closed pool.`);
    const { input, signal, onMessage, timeoutMs = this.#taskTimeoutMs } = options;
    const run = new ThreadRun<Input, Output, Message>({
      taskName: task.name,
      input,
      timeoutMs,
      startTimeoutMs: this.#startTimeoutMs,
      onStarted: () => this.#started(run),
      onMessage: (message) => onMessage?.(message),
    });
    const abort = (): void => this.#stop(run, 'was aborted by its caller', signal?.reason);
    if (signal?.aborted === true) abort();
    else this.#enqueue(run, job);
    if (signal !== undefined) {
      // One signal for all the runs of a job is usual; Node would suspect a leak from the eleventh listener on.
      setMaxListeners(0, signal);
      signal.addEventListener('abort', abort, { once: true });
    }
    try {
      return await run.outcome;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  stats(): ComputeStats {
    return {
      threads: this.parallelism,
      running: this.#turns.runningCount,
      queued: this.#turns.queuedCount,
      completed: this.#completed,
    };
  }

  /** Refuses new tasks, aborts queued and running ones, frees every thread. At most 2 s; a second call is the first. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    // Piscina would otherwise replace the threads that are terminated from here on, even after destroy().
    this.#piscina.options.minThreads = 0;
    for (const run of [...this.#turns.queued, ...this.#running.keys()]) {
      this.#stop(run, 'was aborted, because the pool is closing');
    }
    await Promise.all(this.#running.values());
    await this.#piscina.destroy();
    await Promise.all(this.#ending);
  }

  #enqueue(run: PooledRun, job: JobKey | null): void {
    this.#turns.enqueue(run, job);
    this.#dispatch();
  }

  #started(run: PooledRun): void {
    this.#turns.started(run);
    this.#dispatch();
  }

  /** Starts every task whose turn it is; looks again when one may overtake, unless something happens before. */
  #dispatch(): void {
    for (let run = this.#turns.take(); run !== undefined; run = this.#turns.take()) {
      this.#running.set(run, this.#execute(run));
    }
    clearTimeout(this.#turnTimer);
    const { msToNextChange } = this.#turns;
    if (msToNextChange !== undefined) this.#turnTimer = setTimeout(() => this.#dispatch(), msToNextChange);
  }

  async #execute(run: PooledRun): Promise<void> {
    await run.execute((request, options) => this.#piscina.run(request, options));
    this.#running.delete(run);
    this.#turns.ended(run);
    this.#completed += 1;
    this.#dispatch();
  }

  #stop(run: PooledRun, why: string, cause?: unknown): void {
    this.#turns.drop(run);
    run.stop('aborted', why, cause);
  }

  /** Piscina forgets a thread when it terminates it, some milliseconds before the thread is gone. */
  #awaitExit(threadId: number): void {
    // -1 is the id of a thread that has exited.
    const thread = threadId === -1 ? undefined : this.#piscina.threads.find((each) => each.threadId === threadId);
    if (thread === undefined) return;
    const exit = new Promise<void>((resolve) => {
      thread.once('exit', () => {
        this.#ending.delete(exit);
        resolve();
      });
    });
    this.#ending.add(exit);
  }

  /** When the last thread has died and piscina has given up replacing it, whoever waits for one would wait for ever. */
  #failStrandedRuns(): void {
    if (this.#piscina.threads.length > 0) return;
    for (const run of this.#running.keys()) run.failStart(this.#lastThreadError);
  }
}
