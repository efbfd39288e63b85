/** Random forests (Breiman, 2001): trees on samples of the rows, each split among a few features, averaged. */
import { seededRandom } from '../core/index.ts';
import { at } from '../strategies/index.ts';
import type { Trained, TrainingRun } from './boost.ts';
import { allRows } from './features.ts';
import type { Forest } from './forest.ts';
import { growTree } from './growth/index.ts';
import { leastGain } from './objective.ts';
import { quantise } from './quantise.ts';
import { drawRows, sampleColumns } from './sampling.ts';

/**
 * A leaf is the mean label of its rows: the Newton step from 0 for the squared error. The gain of a split is then the
 * decrease of the squared error, which for labels of 0 and 1 is half that of the Gini impurity.
 */
export function bag(run: TrainingRun): Trained {
  const trees: Forest[] = [];
  const least = leastGain(run.data.objective, run.kernel.arrays);
  for (let tree = 0; tree < run.settings.trees; tree++) {
    trees.push(growOn(run, tree, least));
    if (!run.onTree(tree)) break;
  }
  return { base: 0, trees };
}

function growOn({ kernel, settings, data, seed }: TrainingRun, tree: number, least: number): Forest {
  const random = seededRandom(`${seed}/tree/${tree}`);
  const { derivatives, label, weight } = kernel.arrays;
  const hessian = drawRows(data.rows.length, settings.subsample, random).map((times, row) => times * at(weight, row));
  for (let row = 0; row < hessian.length; row++) {
    derivatives[2 * row] = at(hessian, row);
    derivatives[2 * row + 1] = -at(hessian, row) * at(label, row);
  }
  const rows = allRows(hessian.length).filter((row) => at(hessian, row) > 0);
  kernel.arrays.order.set(rows);
  const quantised = quantise(kernel, rows.length);
  const features = data.binned.edges.names.length;
  const share = settings.columnsByNode ?? Math.floor(Math.sqrt(features)) / features;
  const columnsOf = (): Int32Array => sampleColumns(features, share, random);
  const task = { kernel, settings, ...quantised, rows: rows.length, leastGain: least, columnsOf };
  return growTree({ ...task, updatesMargins: false });
}
