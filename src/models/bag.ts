/** Random forests (Breiman, 2001): trees on samples of the rows, each split among a few features, averaged. */
import { seededRandom } from '../core/index.ts';
import { at } from '../strategies/index.ts';
import type { Trained, TrainingRun } from './boost.ts';
import type { Forest } from './forest.ts';
import { growTree } from './growth/index.ts';
import { integerAt, type Kernel } from './kernel/index.ts';
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
  const rows = weigh(kernel.arrays, drawRows(data.rows.length, settings.subsample, random));
  const quantised = quantise(kernel, rows);
  const features = data.binned.edges.names.length;
  const share = settings.columnsByNode ?? Math.floor(Math.sqrt(features)) / features;
  const columnsOf = (): Int32Array => sampleColumns(features, share, random);
  const task = { kernel, settings, ...quantised, rows, leastGain: least, columnsOf };
  return growTree({ ...task, updatesMargins: false });
}

/** Writes the derivatives of all rows and the order of those that have weight; answers how many they are. */
function weigh({ derivatives, label, weight, order }: Kernel['arrays'], times: Int32Array): number {
  let count = 0;
  for (let row = 0; row < times.length; row++) {
    const hessian = integerAt(times, row) * at(weight, row);
    derivatives[2 * row] = hessian;
    derivatives[2 * row + 1] = -hessian * at(label, row);
    order[count] = row;
    if (hessian > 0) count++;
  }
  return count;
}
