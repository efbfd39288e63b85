/** Jobs about models: combinations of parameters on expanding folds, a verdict, and the model that is kept. */
import type { Db, OptimizationRow } from '../../storage/index.ts';
import { rankedIndexes, TuningComputation } from '../tuning/index.ts';
import { Checkpoints } from './checkpoint.ts';
import { EarlierModelTrials } from './earlier-model-trials.ts';
import type { Findings } from './findings.ts';
import { fitCheckpoints } from './fit-checkpoints.ts';
import type { JobEnd } from './job-outcome.ts';
import type { HeldJob, JobWork, WorkDeps } from './job-work.ts';
import { type LoadedTuning, loadTuning } from './load-tuning.ts';
import { judgedFindings, tunedFindings } from './tuning-findings.ts';

/** Loads a job about a model, with what an earlier process has left of it. */
export async function openModelWork(deps: WorkDeps, held: HeldJob): Promise<JobWork> {
  const loaded = await loadTuning(deps, held);
  const source = fitCheckpoints(loaded.figures);
  const checkpoints = new Checkpoints(deps, { id: held.row.id, holder: held.holder }, source);
  if (held.submitted === undefined) await checkpoints.restore();
  return new ModelWork(deps, held, { ...loaded, checkpoints });
}

class ModelWork implements JobWork {
  readonly #deps: WorkDeps;
  readonly #held: HeldJob;
  readonly #loaded: LoadedTuning & { readonly checkpoints: Checkpoints };
  readonly #computation: TuningComputation;

  constructor(deps: WorkDeps, held: HeldJob, loaded: LoadedTuning & { readonly checkpoints: Checkpoints }) {
    this.#deps = deps;
    this.#held = held;
    this.#loaded = loaded;
    this.#computation = new TuningComputation(deps.compute, loaded.job, { memory: deps.memory, signal: held.signal });
  }

  get done(): number {
    return this.#loaded.figures.settled;
  }

  async complete(): Promise<JobEnd> {
    const { figures } = this.#loaded;
    await this.#computation.search(figures, { signal: this.#held.signal, onFit: (fold) => this.#onFit(fold) });
    const ranked = await rankedIndexes(figures);
    const params = figures.params[ranked[0] ?? -1];
    if (params === undefined) {
      const findings = await this.partial();
      return { status: 'complete', error: null, findings: () => Promise.resolve(findings) };
    }
    const final = await this.#computation.final(params);
    const returns = await this.#computation.replay(params);
    const earlier = new EarlierModelTrials(this.#row);
    await earlier.read(this.#deps.database.read);
    const judge = (): Promise<Findings> =>
      judgedFindings(this.#loaded, { ranked, final, returns, row: this.#row, earlier: earlier.keys });
    let counted: number;
    let judged: Findings;
    // Another job on the same bars may end meanwhile; then there were more trials.
    do {
      counted = earlier.keys.size;
      judged = await judge();
      await earlier.read(this.#deps.database.read);
    } while (earlier.keys.size !== counted);
    return {
      status: 'complete',
      error: null,
      // One that ended since, which is a moment, is counted in the transaction, and others wait longer to write: of 10,000
      // combinations 0.3 s, where storing them takes 0.4 s. The event loop goes round meanwhile.
      findings: async (db) => {
        await earlier.read(db);
        return earlier.keys.size === counted ? judged : await judge();
      },
    };
  }

  async partial(): Promise<Findings> {
    return await tunedFindings(this.#loaded, await rankedIndexes(this.#loaded.figures));
  }

  async settle(): Promise<void> {
    await this.#loaded.checkpoints.settle();
  }

  async storeCheckpoint(db: Db): Promise<void> {
    await this.#loaded.checkpoints.store(db);
  }

  async release(): Promise<void> {
    await this.#computation.release();
  }

  get #row(): OptimizationRow {
    return this.#held.row;
  }

  #onFit(fold: number): void {
    this.#held.onProgress(fold);
    this.#loaded.checkpoints.tick((err) =>
      this.#deps.log.warn({ err, optimizationId: this.#row.id }, 'a checkpoint of an optimization could not be stored'),
    );
  }
}
