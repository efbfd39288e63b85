/**
 * Runs the jobs of this process, in the background.
 *
 *   pending --take--> running --all combinations done--> complete
 *                     running --cancelled-------------> cancelled (what was computed is kept)
 *                     running --a worker failed-------> error
 *                     running --this process closes---> pending (the next process takes it at once)
 *                     running --this process dies-----> its lease runs out, and another process takes it
 *
 * A job that was taken `MAX_ATTEMPTS` times without an end kills its process, so it ends with an error instead.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Compute } from '../compute/index.ts';
import { type Clock, dateOf, type IdSource, type Log } from '../core/index.ts';
import type { Journal } from '../events/index.ts';
import type { MarketData } from '../market/index.ts';
import type { Database, OptimizationRow } from '../storage/index.ts';
import type { StrategyRegistry } from '../strategies/index.ts';
import { computeJob } from './compute-job.ts';
import type { CombinationOutcome } from './evaluate.ts';
import { progressEvent } from './events.ts';
import { failureReason } from './job-failure.ts';
import { type Holder, RENEW_MS, releaseJob, renewLease, takeableJobs, takeJob } from './job-lease.ts';
import { type JobBars, type JobEnd, storeJobEnd } from './job-outcome.ts';
import { loadJob } from './load-job.ts';
import type { OptimizationProgress } from './optimization.ts';
import { ProgressThrottle } from './progress-throttle.ts';

const MAX_ATTEMPTS = 10;
/** How often other processes' jobs, and those of dead ones, are looked for. */
const LOOK_MS = 1000;

/** What the runner works with. */
export interface RunnerDeps {
  readonly database: Database;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: Log;
  readonly registry: StrategyRegistry;
  readonly market: MarketData;
  readonly compute: Compute;
  /** Jobs that run at the same time in this process. */
  readonly maxRunningJobs: number;
}

/** Why a running job is told to stop. */
type StopReason = 'cancel' | 'shutdown' | 'lost';

/** What `progressOf` reads of a job's row. */
export type ProgressRow = Pick<
  OptimizationRow,
  'id' | 'status' | 'jobType' | 'config' | 'progressCombo' | 'progressFold' | 'totalCombinations' | 'nFolds'
>;

interface RunningJob {
  readonly row: OptimizationRow;
  readonly abort: AbortController;
  readonly outcomes: CombinationOutcome[];
  readonly throttle: ProgressThrottle;
  fold: number;
  bars: JobBars | null;
  ended: Promise<void>;
}

/** Runs jobs from the table until it is closed; the states are at the head of the file. */
export class OptimizationRunner {
  readonly #deps: RunnerDeps;
  readonly #holder: Holder;
  readonly #running = new Map<number, RunningJob>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #closed = false;

  constructor(deps: RunnerDeps) {
    this.#deps = deps;
    this.#holder = { name: deps.ids.next() };
  }

  /** Takes what waits, also jobs of processes that died, and looks for more every second. */
  start(): void {
    this.#timer = setInterval(() => this.wake(), LOOK_MS);
    this.wake();
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
    this.#running.get(id)?.abort.abort('cancel' satisfies StopReason);
  }

  /** How far a job is: to the moment when it runs here, else as it was last stored. */
  progressOf(row: ProgressRow): OptimizationProgress {
    const job = this.#running.get(row.id);
    if (job !== undefined && row.status === 'running') return progressOf(job);
    return {
      combo: row.progressCombo,
      total: row.totalCombinations,
      fold: row.progressFold,
      nFolds: row.nFolds,
      currentStrategy: null,
      strategyIndex: null,
      totalStrategies: null,
    };
  }

  /** Jobs that run here now. */
  get runningCount(): number {
    return this.#running.size;
  }

  /** Takes no more jobs, stops those that run, and gives them back for another process. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#looking;
    for (const job of this.#running.values()) job.abort.abort('shutdown' satisfies StopReason);
    await Promise.all(Array.from(this.#running.values(), (job) => job.ended));
  }

  async #takeJobs(): Promise<void> {
    const { database, clock, maxRunningJobs } = this.#deps;
    const free = maxRunningJobs - this.#running.size;
    if (free <= 0) return;
    for (const id of await takeableJobs(database, dateOf(clock), free)) {
      if (this.#closed || this.#running.has(id)) continue;
      const row = await database.transaction((db) => takeJob(db, id, this.#holder, dateOf(clock)));
      if (row !== null) this.#begin(row);
    }
  }

  #begin(row: OptimizationRow): void {
    const job: RunningJob = {
      row,
      abort: new AbortController(),
      outcomes: [],
      throttle: new ProgressThrottle(this.#deps.clock, () => this.#publish(job)),
      fold: 0,
      bars: null,
      ended: Promise.resolve(),
    };
    this.#running.set(row.id, job);
    job.ended = this.#run(job)
      .catch((error: unknown) =>
        this.#deps.log.error(
          { err: error, optimizationId: row.id },
          'an optimization could not be ended; its lease will run out',
        ),
      )
      .finally(() => {
        this.#running.delete(row.id);
        this.wake();
      });
  }

  async #run(job: RunningJob): Promise<void> {
    const ended = new AbortController();
    const renewing = this.#keepLease(job, ended.signal);
    job.throttle.tick();
    try {
      await this.#end(job, await this.#compute(job));
    } finally {
      job.throttle.close();
      ended.abort();
      await renewing;
    }
  }

  /** Computes the job; null when it is to be given back or was lost. */
  async #compute(job: RunningJob): Promise<JobEnd | null> {
    const { row, abort, outcomes } = job;
    if (row.cancelRequestedAt !== null) return { status: 'cancelled', outcomes };
    if (row.attempt > MAX_ATTEMPTS) {
      return {
        status: 'error',
        outcomes,
        error: `The server stopped ${MAX_ATTEMPTS} times while it computed this job.`,
      };
    }
    try {
      const { computable, ...bars } = await loadJob(this.#deps, row);
      job.bars = bars;
      await computeJob(this.#deps.compute, computable, {
        signal: abort.signal,
        observer: {
          onProgress: (done, fold) => {
            outcomes.push(...done);
            job.fold = fold || job.fold;
            job.throttle.tick();
          },
        },
      });
      return { status: 'complete', outcomes };
    } catch (error) {
      return this.#endOf(job, error);
    }
  }

  #endOf({ row, abort, outcomes }: RunningJob, error: unknown): JobEnd | null {
    if (abort.signal.aborted) return abort.signal.reason === 'cancel' ? { status: 'cancelled', outcomes } : null;
    const { ids, log } = this.#deps;
    const reason = failureReason(error);
    if (reason !== null) {
      log.warn({ err: error, optimizationId: row.id }, 'an optimization failed');
      return { status: 'error', outcomes, error: reason };
    }
    const errorId = ids.next();
    log.error({ err: error, errorId, optimizationId: row.id }, 'an optimization failed because of a bug');
    return { status: 'error', outcomes, error: `Computing failed because of an error of the server: ${errorId}.` };
  }

  async #end(job: RunningJob, end: JobEnd | null): Promise<void> {
    const { journal, database, clock } = this.#deps;
    const { row, bars, abort } = job;
    job.throttle.close();
    if (end !== null) {
      const identity = { id: row.id, holder: this.#holder, total: row.totalCombinations, nFolds: row.nFolds };
      await storeJobEnd(journal, identity, { end, bars, now: dateOf(clock) });
    } else if (abort.signal.reason === 'shutdown') {
      await database.transaction((db) => releaseJob(db, row.id, this.#holder));
    }
  }

  /** Renews the lease twice a second until the job has ended. */
  async #keepLease(job: RunningJob, ended: AbortSignal): Promise<void> {
    const isTime = (): Promise<boolean> => sleep(RENEW_MS, true, { signal: ended }).catch(() => false);
    while (await isTime()) await this.#renew(job);
  }

  /** A failure to renew is no reason to stop until the lease has run out. */
  async #renew(job: RunningJob): Promise<void> {
    const { database, clock, log } = this.#deps;
    try {
      const progress = progressOf(job);
      const renewal = await renewLease(database, job.row.id, this.#holder, { now: dateOf(clock), progress });
      if (renewal === 'lost') job.abort.abort('lost' satisfies StopReason);
      if (renewal === 'cancel_requested') job.abort.abort('cancel' satisfies StopReason);
      if (renewal === 'held') job.throttle.tick();
    } catch (error) {
      log.warn({ err: error, optimizationId: job.row.id }, 'the lease of an optimization could not be renewed');
    }
  }

  #publish(job: RunningJob): void {
    const { journal, clock } = this.#deps;
    journal.publishProgress(progressEvent(job.row, progressOf(job), dateOf(clock)));
  }
}

function progressOf(job: RunningJob): OptimizationProgress {
  return {
    combo: job.outcomes.length,
    total: job.row.totalCombinations,
    fold: job.fold,
    nFolds: job.row.nFolds,
    currentStrategy: null,
    strategyIndex: null,
    totalStrategies: null,
  };
}
