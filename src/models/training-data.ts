import { invariant } from '../core/index.ts';
import { at } from '../strategies/index.ts';
import { type BinnedFeatures, MISSING } from './binned-features.ts';
import type { Kernel } from './kernel/index.ts';
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

/** Labels and weights of some rows, those with label 1 weighted as the settings say. */
export function targetsOf(data: TrainingData, rows: Int32Array, positiveWeight: number): Targets {
  const label = Float64Array.from(rows, (row) => data.label[row] ?? Number.NaN);
  invariant(
    label.every((value) => (data.objective === 'binary' ? value === 0 || value === 1 : Number.isFinite(value))),
    'every row that is learned from has a label, which is 0 or 1 when probabilities are learned',
  );
  const factor = data.objective === 'binary' ? positiveWeight : 1;
  const weight = Float64Array.from(rows, (row, i) => (data.weights?.[row] ?? 1) * (at(label, i) === 1 ? factor : 1));
  return { label, weight };
}

/** Copies the bins of the training rows into a kernel, where they are the rows 0, 1, …. */
export function loadBins({ binned, rows }: TrainingData, kernel: Kernel): void {
  const { bins, binCounts, hasMissing } = kernel.arrays;
  const isRun = rows.length > 0 && (rows.at(-1) ?? 0) - (rows[0] ?? 0) === rows.length - 1 && isAscending(rows);
  for (const [feature, edges] of binned.edges.edges.entries()) {
    const source = binned.bins.subarray(feature * binned.rows, (feature + 1) * binned.rows);
    const target = bins.subarray(feature * rows.length, (feature + 1) * rows.length);
    if (isRun) target.set(source.subarray(rows[0], (rows[0] ?? 0) + rows.length));
    else copyRows(source, rows, target);
    binCounts[feature] = edges.length + 1;
    hasMissing[feature] = target.includes(MISSING) ? 1 : 0;
  }
}

function isAscending(rows: Int32Array): boolean {
  return rows.every((row, i) => i === 0 || row > (rows[i - 1] ?? 0));
}

function copyRows(source: Uint8Array, rows: Int32Array, target: Uint8Array): void {
  for (let i = 0; i < rows.length; i++) target[i] = source[rows[i] ?? 0] ?? MISSING;
}
