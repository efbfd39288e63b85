/**
 * Takes the jobs that wait and runs them in this process, in the background. A job that is submitted here is taken in the
 * transaction that stores it when there is a place and nothing waits; the others, and those of other processes, when it looks.
 *
 *   pending --take--> running --> complete | cancelled | error (see job-run.ts)
 *                     running --this process closes--> pending (the next process takes it at once)
 *                     running --this process dies----> its lease runs out, and another process takes it
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { dateOf } from '../../core/index.ts';
import type { AlignedBars } from '../../market/index.ts';
import type { OptimizationRow } from '../../storage/index.ts';
import { SharedMemory } from '../engine/shared-memory.ts';
import type { OptimizationProgress } from '../optimization.ts';
import { type Holder, takeableJobs, takeJob } from './job-lease.ts';
import { JobRun, type RunDeps } from './job-run.ts';
import { type ProgressRow, progressOf } from './progress.ts';
import { warmUp } from './warm-up.ts';

/** How often other processes' jobs, and those of dead ones, are looked for. */
const LOOK_MS = 1000;

/** What the runner works with. */
export interface RunnerDeps extends Omit<RunDeps, 'memory'> {
  /** Jobs that run at the same time in this process. */
  readonly maxRunningJobs: number;
}

/** A job that was stored just now. */
export interface StoredJob {
  /** As it was submitted. */
  readonly created: OptimizationRow;
  /** As it was taken in the same transaction; null when it waits. */
  readonly taken: OptimizationRow | null;
}

/** Runs jobs from the table until it is closed; the states are at the head of the file. */
export class OptimizationRunner {
  readonly #deps: RunnerDeps & RunDeps;
  readonly #holder: Holder;
  readonly #running = new Map<number, JobRun>();
  /** Places that are kept for jobs that are being taken. */
  #reserved = 0;
  readonly #submitting = new Set<Promise<unknown>>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #closed = false;
  readonly #cooling = new AbortController();
  #warming: Promise<void> | undefined;
  /** Not 0 once a job has begun, which wants the threads: a thread that is still loading survives this, and no cancellation. */
  readonly #isWarmEnough = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

  constructor(deps: RunnerDeps) {
    this.#deps = { ...deps, memory: new SharedMemory() };
    this.#holder = { name: deps.ids.next() };
  }

  /** Takes what waits, also jobs of processes that died, and looks for more every second. */
  start(): void {
    this.#timer = setInterval(() => this.wake(), LOOK_MS);
    this.wake();
  }

  /**
   * Does beforehand, in the background, what the first job would wait for, unless one waits already: it would find every
   * thread taken. Once is enough.
   */
  warmUp(): void {
    if (this.#closed) return;
    const { signal } = this.#cooling;
    this.#warming ??= this.#warmUpIfIdle(signal).catch((error: unknown) => {
      if (!signal.aborted)
        this.#deps.log.warn({ err: error }, 'warming up for optimization jobs failed; they will run');
    });
  }

  /**
   * Stores a job, and begins it when it was taken with that.
   *
   * @param data its bars
   * @param store in one transaction; `taker` is who may take it there, null when no place is free here
   * @returns the job as it was submitted
   */
  async submit(data: AlignedBars, store: (taker: Holder | null) => Promise<StoredJob>): Promise<OptimizationRow> {
    const isPlace = !this.#closed && this.#free > 0;
    const storing = this.#withPlaces(isPlace ? 1 : 0, async () => {
      const stored = await store(isPlace ? this.#holder : null);
      if (stored.taken !== null) this.#begin(stored.taken, data);
      return stored;
    });
    this.#submitting.add(storing);
    let isBegun = false;
    try {
      const { created, taken } = await storing;
      isBegun = taken !== null;
      return created;
    } finally {
      this.#submitting.delete(storing);
      // This one waits; or others do, that found the place kept for nothing.
      if (!isBegun) this.wake();
    }
  }

  /** Looks for jobs now: one was submitted. */
  wake(): void {
    if (this.#closed) return;
    if (this.#looking !== undefined) {
      this.#lookAgain = true;
      return;
    }
    this.#looking = this.#takeJobs()
      .catch((error: unknown) => this.#deps.log.error({ err: error }, 'looking for optimization jobs failed'))
      .finally(() => {
        this.#looking = undefined;
        if (!this.#lookAgain) return;
        this.#lookAgain = false;
        this.wake();
      });
  }

  /** Stops a job that runs here; it stores what it has. Does nothing for a job that runs elsewhere or not at all. */
  cancel(id: number): void {
    this.#running.get(id)?.stop('cancel');
  }

  /** How far a job is: to the moment when it runs here, else as it was last stored. */
  progressOf(row: ProgressRow): OptimizationProgress {
    const job = this.#running.get(row.id);
    if (job !== undefined && row.status === 'running') return job.progress();
    return progressOf(row, { combo: row.progressCombo, fold: row.progressFold });
  }

  /** Jobs that run here now. */
  get runningCount(): number {
    return this.#running.size;
  }

  /** Takes no more jobs, stops those that run, and gives them back for another process. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#cooling.abort();
    // At once: what jobs wait for is closed next, and one that is not told to stop by then fails.
    for (const job of this.#running.values()) job.stop('shutdown');
    await Promise.allSettled([this.#looking, ...this.#submitting]);
    await Promise.all([this.#warming, ...Array.from(this.#running.values(), (job) => job.ended)]);
  }

  async #warmUpIfIdle(signal: AbortSignal): Promise<void> {
    await this.#looking;
    if (this.#running.size + this.#reserved === 0 && !signal.aborted) {
      await warmUp(this.#deps, { signal, isEnough: this.#isWarmEnough });
    }
  }

  async #takeJobs(): Promise<void> {
    const { database, clock } = this.#deps;
    const free = this.#free;
    if (free <= 0) return;
    await this.#withPlaces(free, async () => {
      for (const id of await takeableJobs(database, dateOf(clock), free)) {
        if (this.#closed || this.#running.has(id)) continue;
        const row = await database.transaction((db) => takeJob(db, id, this.#holder, dateOf(clock)));
        if (row !== null) this.#begin(row);
      }
    });
  }

  get #free(): number {
    return this.#deps.maxRunningJobs - this.#running.size - this.#reserved;
  }

  /** Keeps places for the jobs that `take` may begin, until it has ended. */
  async #withPlaces<T>(count: number, take: () => Promise<T>): Promise<T> {
    this.#reserved += count;
    try {
      return await take();
    } finally {
      this.#reserved -= count;
    }
  }

  #begin(row: OptimizationRow, submitted?: AlignedBars): void {
    Atomics.store(this.#isWarmEnough, 0, 1);
    const compute = this.#deps.compute.forJob();
    const job = new JobRun({ ...this.#deps, compute }, { row, holder: this.#holder, submitted });
    this.#running.set(row.id, job);
    // It was being taken meanwhile.
    if (this.#closed) job.stop('shutdown');
    void job.ended.then(async () => {
      this.#running.delete(row.id);
      // Those who listen hear of its end before the next is looked for.
      await breathe();
      this.wake();
    });
  }
}
