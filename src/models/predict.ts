import { invariant } from '../core/index.ts';
import { at } from '../strategies/index.ts';
import { type BinnedFeatures, binRows } from './binned-features.ts';
import { allRows, type Features } from './features.ts';
import { isAveraged, type Model, treeCount } from './model.ts';
import { predictionOf } from './objective.ts';
import { addTree } from './tree-walk.ts';

export interface PredictOptions {
  /** Only the first so many trees; all when left out. */
  readonly trees?: number;
}

/**
 * One prediction per row: the probability of label 1, or the value.
 *
 * @param features with the model's names in its order; if they are binned, with its edges
 * @param rows null for all
 */
export function predict(
  model: Model,
  features: Features | BinnedFeatures,
  rows: Int32Array | null,
  options: PredictOptions = {},
): Float64Array {
  const [scores] = predictPrefixes(model, features, rows, [options.trees ?? treeCount(model)]);
  invariant(scores !== undefined, 'each prefix has its scores');
  return scores;
}

/**
 * What the first n trees predict, for each n of `counts`, in one pass over the trees. A model that was stopped early has
 * fewer trees than were asked for; all of them stand in then.
 *
 * @param counts ascending, each 0 or more; a forest needs 1 or more
 */
export function predictPrefixes(
  model: Model,
  features: Features | BinnedFeatures,
  rows: Int32Array | null,
  counts: readonly number[],
): Float64Array[] {
  const picked = rows ?? allRows(features.rows);
  const data = binnedRows(model, features, picked);
  const sums = new Float64Array(picked.length).fill(model.base);
  let tree = 0;
  return counts.map((count) => {
    for (; tree < Math.min(count, treeCount(model)); tree++) addTree(model.forest, tree, data, sums);
    return sums.map((_, i) => scoreOf(model, at(sums, i), tree));
  });
}

function scoreOf(model: Model, sum: number, trees: number): number {
  return isAveraged(model) ? sum / trees : predictionOf(model.objective, sum);
}

function binnedRows(model: Model, features: Features | BinnedFeatures, rows: Int32Array) {
  if (!('bins' in features)) {
    const { bins } = binRows(features, model.edges, rows);
    return { bins, stride: rows.length, rows: allRows(rows.length) };
  }
  invariant(features.edges.hash === model.edges.hash, 'binned features have the edges of the model');
  return { bins: features.bins, stride: features.rows, rows };
}
