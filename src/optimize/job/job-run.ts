/**
 * One job that runs in this process: it keeps the lease, computes, and stores what came of it.
 *
 *   searching --all combinations done--> judging --stored--> complete
 *   searching or judging --cancelled---> cancelled (what was computed is kept)
 *   searching or judging --a worker failed--> error (what was computed is kept)
 *   searching or judging --this process closes--> pending, with a checkpoint (the next process goes on from there)
 *   searching or judging --the lease was lost--> nothing: it is another process's job now
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, dateOf, type IdSource, memberOf } from '../../core/index.ts';
import type { Journal } from '../../events/index.ts';
import type { OptimizationRow } from '../../storage/index.ts';
import { OPTIMIZATION_JOB_TYPES, type OptimizationJobType, type OptimizationProgress } from '../optimization.ts';
import { progressEvent } from './events.ts';
import { type Findings, noFindings } from './findings.ts';
import { failureReason } from './job-failure.ts';
import { type Holder, RENEW_MS, releaseJob, renewLease } from './job-lease.ts';
import { type JobEnd, storeJobEnd } from './job-outcome.ts';
import type { HeldJob, JobWork, WorkDeps } from './job-work.ts';
import { openModelWork } from './model-work.ts';
import { progressOf } from './progress.ts';
import { ProgressThrottle } from './progress-throttle.ts';
import { openStrategyWork } from './strategy-work.ts';

/**
 * A job that was taken so often without an end kills its process, so it ends with an error instead. Not fewer: a server that is
 * stopped soon after each start, on a slow machine, comes to nothing either.
 */
const MAX_ATTEMPTS = 20;

/** What jobs run with. */
export interface RunDeps extends WorkDeps {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** How each kind of job is worked on. */
const OPEN_WORK: Readonly<Record<OptimizationJobType, (deps: WorkDeps, held: HeldJob) => Promise<JobWork>>> = {
  strategy: openStrategyWork,
  sweep: openStrategyWork,
  model: openModelWork,
};

/** Why a running job is told to stop. */
export type StopReason = 'cancel' | 'shutdown' | 'lost';

/** A job that this process holds. */
export type TakenJob = Pick<HeldJob, 'row' | 'holder' | 'submitted'>;

/** Runs one job that was taken; see the head of the file. */
export class JobRun {
  /** Resolves when nothing is left to do for it here; never rejects. */
  readonly ended: Promise<void>;
  readonly #deps: RunDeps;
  readonly #row: OptimizationRow;
  readonly #holder: Holder;
  readonly #submitted: HeldJob['submitted'];
  readonly #abort = new AbortController();
  readonly #throttle: ProgressThrottle;
  #job: JobWork | null = null;
  #fold = 0;

  constructor(deps: RunDeps, { row, holder, submitted }: TakenJob) {
    this.#deps = deps;
    this.#row = row;
    this.#holder = holder;
    this.#submitted = submitted;
    this.#throttle = new ProgressThrottle(deps.clock, () => this.#publish());
    this.ended = this.#run().catch((error: unknown) =>
      deps.log.error(
        { err: error, optimizationId: row.id },
        'an optimization could not be ended; its lease will run out',
      ),
    );
  }

  /** Stops it; what follows depends on the reason. */
  stop(reason: StopReason): void {
    this.#abort.abort(reason);
  }

  /** How far it is now. */
  progress(): OptimizationProgress {
    return progressOf(this.#row, { combo: this.#job?.done ?? 0, fold: this.#fold });
  }

  async #run(): Promise<void> {
    const ended = new AbortController();
    const renewing = this.#keepLease(ended.signal);
    // Of one that was submitted just now those who listen are about to hear that.
    if (this.#submitted === undefined) this.#throttle.tick();
    try {
      await this.#work();
    } finally {
      this.#throttle.close();
      ended.abort();
      await renewing;
    }
  }

  async #work(): Promise<void> {
    const end = await this.#compute();
    this.#throttle.close();
    await this.#job?.settle();
    if (end === null) return await this.#giveBack();
    const job = { row: this.#row, holder: this.#holder };
    await storeJobEnd(this.#deps, job, { end, now: dateOf(this.#deps.clock) });
    // After a failure a task may still be writing.
    if (end.status === 'complete') await this.#job?.release();
  }

  /** Computes the job; null when it is to be given back or was lost. */
  async #compute(): Promise<JobEnd | null> {
    const { cancelRequestedAt, attempt } = this.#row;
    if (cancelRequestedAt !== null) return await this.#stopped('cancelled', null);
    if (attempt > MAX_ATTEMPTS) {
      return await this.#stopped('error', `The server stopped ${MAX_ATTEMPTS} times while it computed this job.`);
    }
    try {
      const open = OPEN_WORK[memberOf(OPTIMIZATION_JOB_TYPES, this.#row.jobType)];
      this.#job = await open(this.#deps, this.#held());
      return await this.#job.complete();
    } catch (error) {
      return await this.#endOf(error);
    }
  }

  #held(): HeldJob {
    return {
      row: this.#row,
      holder: this.#holder,
      submitted: this.#submitted,
      signal: this.#abort.signal,
      onProgress: (fold) => {
        this.#fold = fold ?? this.#fold;
        this.#throttle.tick();
      },
    };
  }

  async #endOf(error: unknown): Promise<JobEnd | null> {
    const { signal } = this.#abort;
    if (signal.aborted) return signal.reason === 'cancel' ? await this.#stopped('cancelled', null) : null;
    const reason = failureReason(error);
    if (reason !== null) {
      this.#warn(error, 'an optimization failed');
      return await this.#stopped('error', reason);
    }
    const { ids, log } = this.#deps;
    const errorId = ids.next();
    log.error({ err: error, errorId, optimizationId: this.#row.id }, 'an optimization failed because of a bug');
    return await this.#stopped('error', `Computing failed because of an error of the server: ${errorId}.`);
  }

  /** The end of a job that did not become complete, with what it has. */
  async #stopped(status: 'cancelled' | 'error', error: string | null): Promise<JobEnd> {
    const findings = await this.#partialFindings();
    return { status, error, findings: () => Promise.resolve(findings) };
  }

  async #partialFindings(): Promise<Findings> {
    const job = this.#job;
    if (job === null || job.done === 0) return noFindings(this.#row);
    try {
      return await job.partial();
    } catch (error) {
      this.#warn(error, 'the partial results of an optimization could not be ranked');
      return noFindings(this.#row);
    }
  }

  /** For the next process to go on from here; nothing when the job is another one's now. */
  async #giveBack(): Promise<void> {
    if (this.#abort.signal.reason !== ('shutdown' satisfies StopReason)) return;
    await this.#deps.database.transaction(async (db) => {
      const isHeld = await releaseJob(db, this.#row.id, this.#holder);
      if (isHeld) await this.#job?.storeCheckpoint(db);
    });
  }

  /** Renews the lease twice a second until the job has ended. */
  async #keepLease(ended: AbortSignal): Promise<void> {
    const isTime = (): Promise<boolean> => sleep(RENEW_MS, true, { signal: ended }).catch(() => false);
    while (await isTime()) await this.#renew();
  }

  /** A failure to renew is no reason to stop until the lease has run out. */
  async #renew(): Promise<void> {
    const { database, clock } = this.#deps;
    try {
      const now = dateOf(clock);
      const renewal = await renewLease(database, this.#row.id, this.#holder, { now, progress: this.progress() });
      if (renewal === 'lost') this.stop('lost');
      if (renewal === 'cancel_requested') this.stop('cancel');
      if (renewal === 'held') this.#throttle.tick();
    } catch (error) {
      this.#warn(error, 'the lease of an optimization could not be renewed');
    }
  }

  #publish(): void {
    const { journal, clock } = this.#deps;
    journal.publishProgress(progressEvent(this.#row, this.progress(), dateOf(clock)));
  }

  #warn(err: unknown, message: string): void {
    this.#deps.log.warn({ err, optimizationId: this.#row.id }, message);
  }
}
