import { invariant } from '../core/index.ts';
import type { Forest } from './forest.ts';
import { logLoss, rootMeanSquaredError } from './metrics.ts';
import { predictionOf } from './objective.ts';
import type { Settings } from './settings.ts';
import { loadLabels, type TrainingData } from './training-data.ts';
import { addTree } from './tree-walk.ts';

/** Early stopping: measures each tree on rows that it was not grown on, and remembers where they were predicted best. */
export class Watch {
  /** So many trees predict the validation rows best; of equals the fewest. */
  bestTrees = 0;
  readonly #data: TrainingData;
  readonly #patience: number;
  readonly #rows: Int32Array;
  readonly #label: Float64Array;
  readonly #margins: Float64Array;
  #trees = 0;
  #best = Infinity;

  constructor(data: TrainingData, { patience }: Settings, base: number) {
    invariant(data.validation !== undefined && patience !== null, 'early stopping has rows to measure on');
    this.#data = data;
    this.#patience = patience;
    this.#rows = data.validation.rows;
    this.#label = new Float64Array(this.#rows.length);
    loadLabels(data, this.#rows, this.#label);
    this.#margins = new Float64Array(this.#rows.length).fill(base);
  }

  /** Adds a tree; false when the last `patience` trees have improved nothing. */
  isImproving(tree: Forest): boolean {
    const { binned, objective } = this.#data;
    addTree(tree, 0, { bins: binned.bins, stride: binned.rows, rows: this.#rows }, this.#margins);
    this.#trees += 1;
    const predictions = this.#margins.map((margin) => predictionOf(objective, margin));
    const loss = (objective === 'binary' ? logLoss : rootMeanSquaredError)(this.#label, predictions);
    if (loss < this.#best) {
      this.#best = loss;
      this.bestTrees = this.#trees;
    }
    return this.#trees - this.bestTrees < this.#patience;
  }
}
