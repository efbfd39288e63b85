import { invariant } from '../core/index.ts';
import { type BinnedFeatures, MISSING } from './binned-features.ts';
import { byteAt, integerAt, type Kernel } from './kernel/index.ts';
import type { Objective } from './model-type.ts';
import type { Targets } from './objective.ts';

/** What a model is trained on. */
export interface TrainingData {
  readonly binned: BinnedFeatures;
  /** The rows to learn from, at least one, each once. */
  readonly rows: Int32Array;
  /** The label of every row of the features; 0 or 1 when probabilities are learned. Only training and validation rows are read. */
  readonly label: Float64Array | Uint8Array;
  readonly objective: Objective;
  /** The weight of every row of the features, not negative; 1 each when left out. */
  readonly weights?: Float64Array;
  /** Rows that early stopping measures on. They teach nothing else. */
  readonly validation?: { readonly rows: Int32Array };
}

/** Writes the labels of some rows. */
export function loadLabels({ label, objective }: TrainingData, rows: Int32Array, into: Float64Array): void {
  for (let i = 0; i < rows.length; i++) into[i] = label[integerAt(rows, i)] ?? Number.NaN;
  invariant(
    into.every((value) => (objective === 'binary' ? value === 0 || value === 1 : Number.isFinite(value))),
    'every row that is learned from has a label, which is 0 or 1 when probabilities are learned',
  );
}

/** Writes the labels and weights of the training rows, those with label 1 weighted as the settings say. */
export function loadTargets(data: TrainingData, positiveWeight: number, { label, weight }: Targets): void {
  const { rows, weights, objective } = data;
  loadLabels(data, rows, label);
  for (let i = 0; i < rows.length; i++) {
    const factor = objective === 'binary' && label[i] === 1 ? positiveWeight : 1;
    weight[i] = (weights?.[integerAt(rows, i)] ?? 1) * factor;
  }
}

/** Copies the bins of the training rows into a kernel, where they are the rows 0, 1, …. */
export function loadBins({ binned, rows }: TrainingData, kernel: Kernel): void {
  const { bins, binCounts, hasMissing } = kernel.arrays;
  const areSuccessive = rows.every((row, i) => row === integerAt(rows, 0) + i);
  for (const [feature, edges] of binned.edges.edges.entries()) {
    const source = binned.bins.subarray(feature * binned.rows, (feature + 1) * binned.rows);
    const column = bins.subarray(feature * rows.length, (feature + 1) * rows.length);
    if (areSuccessive) column.set(source.subarray(integerAt(rows, 0), integerAt(rows, 0) + rows.length));
    else for (let i = 0; i < rows.length; i++) column[i] = byteAt(source, integerAt(rows, i));
    binCounts[feature] = edges.length + 1;
    hasMissing[feature] = column.includes(MISSING) ? 1 : 0;
  }
  kernel.prepare();
}
