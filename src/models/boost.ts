/** Gradient boosting: each tree is grown on what the sum of those before it still gets wrong. */
import { seededRandom } from '../core/index.ts';
import { allRows } from './features.ts';
import type { Forest } from './forest.ts';
import { growTree } from './growth/index.ts';
import type { Kernel } from './kernel/index.ts';
import { baseMargin, leastGain } from './objective.ts';
import { quantise } from './quantise.ts';
import { sampleColumns, sampleRows } from './sampling.ts';
import type { Settings } from './settings.ts';
import type { TrainingData } from './training-data.ts';
import { addTree } from './tree-walk.ts';
import { Watch } from './watch.ts';

export interface TrainingRun {
  readonly kernel: Kernel;
  readonly settings: Settings;
  readonly data: TrainingData;
  readonly seed: string;
  /** Called after each tree; false stops. */
  readonly onTree: (tree: number) => boolean;
}

export interface Trained {
  readonly base: number;
  readonly trees: readonly Forest[];
}

export function boost(run: TrainingRun): Trained {
  const booster = new Booster(run);
  for (let tree = 0; tree < run.settings.trees; tree++) {
    const isImproving = booster.step(tree);
    if (!run.onTree(tree) || !isImproving) break;
  }
  return booster.result();
}

class Booster {
  readonly #run: TrainingRun;
  readonly #base: number;
  readonly #leastGain: number;
  readonly #rows: Int32Array;
  readonly #margins: Float64Array;
  readonly #trees: Forest[] = [];
  readonly #watch: Watch | null;

  constructor(run: TrainingRun) {
    const { kernel, data, settings } = run;
    this.#run = run;
    this.#base = baseMargin(data.objective, kernel.arrays);
    this.#leastGain = leastGain(data.objective, kernel.arrays);
    this.#rows = allRows(data.rows.length);
    this.#margins = kernel.arrays.margins.fill(this.#base);
    this.#watch = settings.patience === null ? null : new Watch(data, settings, this.#base);
  }

  /** Grows a tree; false when the validation rows have not improved for too long. */
  step(tree: number): boolean {
    const { kernel, settings, data, seed } = this.#run;
    kernel.differentiate(data.objective);
    const random = seededRandom(`${seed}/tree/${tree}`);
    const rows = settings.subsample < 1 ? sampleRows(this.#rows.length, settings.subsample, random) : this.#rows;
    const features = data.binned.edges.names.length;
    const columns = sampleColumns(features, settings.columns, random);
    kernel.arrays.order.set(rows);
    const quantised = quantise(kernel, rows.length);
    // The rows of the tree are known by their leaves; if some were left out, all walk through it.
    const updatesMargins = rows.length === this.#rows.length;
    const grown = growTree({
      ...{ kernel, settings, ...quantised },
      ...{ rows: rows.length, leastGain: this.#leastGain, columnsOf: () => columns, updatesMargins },
    });
    this.#trees.push(grown);
    if (!updatesMargins) this.#add(grown);
    return this.#watch?.isImproving(grown) ?? true;
  }

  result(): Trained {
    return { base: this.#base, trees: this.#trees.slice(0, this.#watch?.bestTrees ?? this.#trees.length) };
  }

  #add(tree: Forest): void {
    const { binned, rows } = this.#run.data;
    addTree(tree, 0, { bins: binned.bins, stride: binned.rows, rows }, this.#margins);
  }
}
