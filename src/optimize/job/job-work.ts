/** What a kind of job does, as `JobRun` sees it: compute on, keep checkpoints, and say what was found. */
import type { Compute } from '../../compute/index.ts';
import type { Log } from '../../core/index.ts';
import type { AlignedBars, MarketData } from '../../market/index.ts';
import type { Database, Db, OptimizationRow } from '../../storage/index.ts';
import type { ModelSource, StrategyRegistry } from '../../strategies/index.ts';
import type { SharedMemory } from '../engine/shared-memory.ts';
import type { Findings } from './findings.ts';
import type { Holder } from './job-lease.ts';
import type { JobEnd } from './job-outcome.ts';

/** What every kind works with. */
export interface WorkDeps {
  readonly database: Database;
  readonly log: Log;
  readonly registry: StrategyRegistry;
  readonly models: ModelSource;
  readonly market: MarketData;
  readonly compute: Compute;
  readonly memory: SharedMemory;
  /** Computing that would be lost and is worth a checkpoint, ms; default 2000. */
  readonly checkpointMs?: number | undefined;
}

/** The job that is worked on, and who holds it. */
export interface HeldJob {
  readonly row: OptimizationRow;
  readonly holder: Holder;
  /** Its bars, when it was submitted here just now: then nothing has been computed of it either. */
  readonly submitted?: AlignedBars | undefined;
  /** Aborts when the job is to stop here. */
  readonly signal: AbortSignal;
  /** Told whenever something was computed: of the fold (from 1) where it is known. */
  readonly onProgress: (fold?: number) => void;
}

/** A job that has been loaded, with what an earlier process had computed of it. */
export interface JobWork {
  /** Combinations about which nothing more will be found. */
  readonly done: number;
  /** Computes the rest and judges it. @throws {ComputeFailure} when a worker fails, or the signal aborts */
  complete(): Promise<JobEnd>;
  /** What was found so far, of a job that stops on its way. */
  partial(): Promise<Findings>;
  /** Resolves when no checkpoint is being written. */
  settle(): Promise<void>;
  /** Stores what is in no checkpoint yet, in a transaction of the caller, who holds the lease in it. */
  storeCheckpoint(db: Db): Promise<void>;
  /** Gives shared memory back, when no thread uses it any more. */
  release(): Promise<void>;
}
