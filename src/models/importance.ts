/** Which features a model uses, and how much worse it gets without each. */
import { seededRandom } from '../core/index.ts';
import type { BinnedFeatures } from './binned-features.ts';
import { LEAF } from './forest.ts';
import type { Model } from './model.ts';
import { predict } from './predict.ts';

export interface Importance {
  readonly feature: string;
  readonly importance: number;
}

/** The share of each feature in the gains of all splits, in the order of the features; 0 each when there is no split. */
export function gainImportance(model: Model): readonly Importance[] {
  const { feature, gain } = model.forest;
  const sums = new Float64Array(model.edges.names.length);
  feature.forEach((column, node) => {
    if (column !== LEAF) sums[column] = (sums[column] ?? 0) + (gain[node] ?? 0);
  });
  const total = sums.reduce((sum, each) => sum + each, 0);
  return model.edges.names.map((name, j) => ({ feature: name, importance: total === 0 ? 0 : (sums[j] ?? 0) / total }));
}

/** Rows that importances are measured on: best those that the model was not trained on. */
export interface ImportanceData {
  readonly binned: BinnedFeatures;
  readonly rows: Int32Array;
  /** Of every row of the features. */
  readonly label: Float64Array | Uint8Array;
}

/** How well predictions fit labels; larger is better (`(y, p) => -logLoss(y, p)`). */
export type Metric = (label: Float64Array, prediction: Float64Array) => number;

/**
 * By how much the metric falls when the values of a feature are shuffled among the rows: near 0, or below, for one that
 * predicts nothing there. Features that say the same stand in for each other and seem unimportant both.
 */
export function permutationImportance(
  model: Model,
  data: ImportanceData,
  metric: Metric,
  seed: number | bigint,
): readonly Importance[] {
  const { binned, rows } = data;
  const label = Float64Array.from(rows, (row) => data.label[row] ?? Number.NaN);
  const before = metric(label, predict(model, binned, rows));
  const bins = binned.bins.slice();
  return binned.edges.names.map((name, j) => {
    const column = bins.subarray(j * binned.rows, (j + 1) * binned.rows);
    const kept = column.slice();
    shuffle(column, rows, `${seed}/permute/${j}`);
    const after = metric(label, predict(model, { ...binned, bins }, rows));
    column.set(kept);
    return { feature: name, importance: before - after };
  });
}

/** Fisher and Yates, among the given rows. */
function shuffle(column: Uint8Array, rows: Int32Array, seed: string): void {
  const random = seededRandom(seed);
  for (let i = rows.length - 1; i > 0; i--) {
    const here = rows[i] ?? 0;
    const there = rows[Math.floor(random.uniform() * (i + 1))] ?? 0;
    const value = column[here] ?? 0;
    column[here] = column[there] ?? 0;
    column[there] = value;
  }
}
