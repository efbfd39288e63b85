/**
 * Computes the trainings of a tuning job on the worker threads, one lane per thread. It knows nothing of the database.
 * What was found stands in the figures as soon as a training is done; what stands there already is not done again.
 */
import type { Compute } from '../../compute/index.ts';
import { invariant } from '../../core/index.ts';
import { planRows } from '../../features/index.ts';
import type { BinnedFeatures } from '../../models/index.ts';
import type { Parameters } from '../../strategies/index.ts';
import { inLanes } from '../engine/lanes.ts';
import type { SharedMemory } from '../engine/shared-memory.ts';
import type { TuningFold } from './cut.ts';
import { trainParams } from './fit-groups.ts';
import { stagesOf } from './stages.ts';
import type { FitUnit, TuningFigures } from './tuning-figures.ts';
import { foldRows, type TuningJob, type TuningRows } from './tuning-job.ts';
import { BINS, FINAL, FIT, type FinalFit, REPLAY, ROWS } from './tuning-tasks.ts';

/** How a caller follows and stops a computation. */
export interface TuningHooks {
  readonly signal: AbortSignal;
  /** Told after each training: of the fold (from 1) that it was tested on. */
  onFit(fold: number): void;
}

/** The computations of one job. Call `release` when nothing runs any more. */
export class TuningComputation {
  readonly #compute: Compute;
  readonly #job: TuningJob;
  readonly #memory: SharedMemory;
  readonly #signal: AbortSignal;
  #rows: Promise<TuningRows> | undefined;
  /** By fold and number of bins: what every combination of a fold shares. */
  readonly #bins = new Map<string, Promise<BinnedFeatures>>();
  /** What they lie on. */
  readonly #binMemory: Uint8Array[] = [];

  constructor(
    compute: Compute,
    job: TuningJob,
    { memory, signal }: { readonly memory: SharedMemory; readonly signal: AbortSignal },
  ) {
    this.#compute = compute;
    this.#job = job;
    this.#memory = memory;
    this.#signal = signal;
  }

  /** Computes what is not in the figures yet. @throws {ComputeFailure} when a worker fails, or the signal aborts */
  async search(figures: TuningFigures, hooks: TuningHooks): Promise<void> {
    for await (const stage of stagesOf(this.#job.search.method, figures)) {
      const units = stage.filter((unit) => !figures.has(unit));
      let next = 0;
      await inLanes(Math.min(this.#compute.parallelism, units.length), hooks.signal, async (signal) => {
        for (let unit = units[next++]; unit !== undefined; unit = units[next++]) {
          figures.complete(unit, await this.#fitUnit(figures, unit, signal));
          hooks.onFit(unit.fold + 1);
        }
      });
    }
  }

  /** Trains a combination on every fold again: what trading on its predictions brings, bar by bar. */
  async replay(params: Parameters) {
    return await Promise.all(
      this.#job.cut.folds.map(async (fold) => present(await this.#run(REPLAY, await this.#fitOf(params, fold)))),
    );
  }

  /** Trains a combination on all that was chosen by and scores it on the hold-out. */
  async final(params: Parameters): Promise<FinalFit> {
    return present(await this.#run(FINAL, await this.#fitOf(params, this.#job.cut.holdout)));
  }

  /** Gives shared memory back. */
  async release(): Promise<void> {
    const rows = await this.#rows?.catch(() => undefined);
    if (rows === undefined) return;
    // It was taken as a column of 64-bit numbers, see `#writeRows`.
    if (rows.features.values instanceof Float64Array) this.#memory.release(rows.features.values);
    this.#memory.release(rows.labels);
    for (const bins of this.#binMemory.splice(0)) this.#memory.release(bins);
  }

  async #fitUnit(figures: TuningFigures, unit: FitUnit, signal: AbortSignal): Promise<Float64Array> {
    const { params, members } = figures.groupOf(unit);
    const fold = this.#job.cut.folds[unit.fold];
    invariant(fold !== undefined, `there is a fold ${unit.fold}`);
    const work = await this.#fitOf(params, fold);
    return present(await this.#compute.run(FIT, { ...work, counts: members.map(({ trees }) => trees) }, { signal }));
  }

  async #fitOf(params: Parameters, fold: TuningFold) {
    const { modelType, objective, search, settings, thresholds } = this.#job;
    const trained = trainParams(params);
    const { labels } = await this.#loadRows();
    const binned = await this.#binsOf(fold, trained.max_bin);
    const input = {
      modelType,
      params: trained,
      objective,
      binned,
      labels,
      fold: foldRows(this.#job, fold),
      seed: search.seed,
    };
    return { input, counts: [trained.n_estimators], terms: { settings, thresholds } };
  }

  #loadRows(): Promise<TuningRows> {
    this.#rows ??= this.#writeRows();
    return this.#rows;
  }

  async #writeRows(): Promise<TuningRows> {
    const { featureConfig: config, bars } = this.#job;
    const { rows } = planRows(config, bars);
    const names = config.features.map(({ name }) => name);
    const values = this.#memory.column(names.length * rows);
    const labels = this.#memory.column(rows);
    await this.#run(ROWS, { config, bars, values, labels });
    return { features: { names, rows, values }, labels };
  }

  #binsOf(fold: TuningFold, maxBin: number): Promise<BinnedFeatures> {
    const trainRows = fold.train.to * this.#job.bars.length;
    const key = `${trainRows}:${maxBin}`;
    const known = this.#bins.get(key);
    if (known !== undefined) return known;
    const made = this.#loadRows().then(({ features }) => {
      const bins = this.#memory.bytes(features.names.length * features.rows);
      this.#binMemory.push(bins);
      return this.#run(BINS, { features, trainRows, maxBin, bins });
    });
    this.#bins.set(key, made);
    return made;
  }

  #run: BoundRun = (task, input) => this.#compute.run(task, input, { signal: this.#signal });
}

/** `Compute.run` with the signal of the job. */
type BoundRun = <Input, Output>(
  task: import('../../compute/index.ts').TaskName<Input, Output>,
  input: Input,
) => Promise<Output>;

/** A task answers null when it was cancelled, and then its run has been aborted: nobody reads the answer. */
function present<Output>(output: Output | null): Output {
  invariant(output !== null, 'a training that was not cancelled has an outcome');
  return output;
}
