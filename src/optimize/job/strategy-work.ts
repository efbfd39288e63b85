/** Jobs about strategies: combinations of parameters on walk-forward windows. */
import type { Db, OptimizationRow } from '../../storage/index.ts';
import { computeJob } from '../engine/compute-job.ts';
import { JobFigures } from '../engine/job-figures.ts';
import { Checkpoints } from './checkpoint.ts';
import { figureCheckpoints } from './figure-checkpoints.ts';
import type { Findings } from './findings.ts';
import { completeJob, partialFindings, type SearchedJob, typesOf } from './finish-job.ts';
import type { JobEnd } from './job-outcome.ts';
import type { HeldJob, JobWork, WorkDeps } from './job-work.ts';
import { loadJob } from './load-job.ts';
import { TrialCount } from './trial-count.ts';

/** Loads a strategy job or a sweep, with what an earlier process has left of it. */
export async function openStrategyWork(deps: WorkDeps, held: HeldJob): Promise<JobWork> {
  const { row, holder } = held;
  const computable = await loadJob(deps, held);
  const figures = new JobFigures(row.totalCombinations, computable.segments, deps.memory);
  const checkpoints = new Checkpoints(deps, { id: row.id, holder }, figureCheckpoints(figures));
  if (held.submitted === undefined) await checkpoints.restore();
  return new StrategyWork(deps, held, { computable, figures, checkpoints });
}

class StrategyWork implements JobWork {
  readonly #deps: WorkDeps;
  readonly #held: HeldJob;
  readonly #job: SearchedJob & { readonly checkpoints: Checkpoints };

  constructor(deps: WorkDeps, held: HeldJob, job: SearchedJob & { readonly checkpoints: Checkpoints }) {
    this.#deps = deps;
    this.#held = held;
    this.#job = job;
  }

  get done(): number {
    return this.#job.figures.done;
  }

  async complete(): Promise<JobEnd> {
    const { compute, database, memory } = this.#deps;
    const { computable, figures } = this.#job;
    const count = new TrialCount(database, this.#row, typesOf(computable));
    const counting = count.readEarlier();
    // Awaited at the end; a failure meanwhile must not pass for one that nobody handles.
    counting.catch(() => undefined);
    const indicators = await computeJob(compute, computable, { figures, hooks: this.#hooks(), memory });
    const { signal } = this.#held;
    return await completeJob(compute, this.#row, { ...this.#job, count, counting, signal, indicators });
  }

  async partial(): Promise<Findings> {
    return await partialFindings(this.#deps.compute, this.#row, this.#job);
  }

  async settle(): Promise<void> {
    await this.#job.checkpoints.settle();
  }

  async storeCheckpoint(db: Db): Promise<void> {
    await this.#job.checkpoints.store(db);
  }

  release(): Promise<void> {
    const { memory } = this.#deps;
    const { figures, computable } = this.#job;
    memory.release(figures.rows);
    for (const { bySymbol } of computable.predictions.values()) bySymbol.forEach((column) => memory.release(column));
    return Promise.resolve();
  }

  get #row(): OptimizationRow {
    return this.#held.row;
  }

  #hooks() {
    const { signal, onProgress } = this.#held;
    return {
      signal,
      onBatch: () => {
        // A batch goes through all folds at once.
        onProgress(this.#row.nFolds);
        this.#job.checkpoints.tick((err) =>
          this.#deps.log.warn(
            { err, optimizationId: this.#row.id },
            'a checkpoint of an optimization could not be stored',
          ),
        );
      },
      onFold: onProgress,
    };
  }
}
