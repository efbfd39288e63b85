/** Trees of which all nodes of a level are split alike: a weaker learner, and so one that fits noise less. */
import { at } from '../../strategies/index.ts';
import { MISSING } from '../binned-features.ts';
import { type Forest, type Split, TreeBuilder } from '../forest.ts';
import { ENTRIES, integerAt, type Span, type Sums } from '../kernel/index.ts';
import { gainUnit, leafValue, type TreeTask } from './tree-task.ts';

/** Histograms that are kept at the same time, at most: one per node of the last level that is split. */
export function slotsOfLevels(maxDepth: number): number {
  return 2 ** (maxDepth - 1);
}

interface LevelNode extends Span {
  readonly node: number;
  readonly sums: Sums;
  readonly slot: number;
}

/** Grows one tree, level by level, as long as a level gains. */
export function growSymmetric(task: TreeTask): Forest {
  const { sums } = task;
  const tree = new TreeBuilder(sums.hessian * task.units.hessian);
  const columns = task.columnsOf();
  task.kernel.arrays.columns.set(columns);
  let level: readonly LevelNode[] = [{ from: 0, to: task.rows, node: 0, sums, slot: 0 }];
  task.kernel.build({ from: 0, to: task.rows }, columns.length, 0);
  for (let depth = 0; depth < task.settings.maxDepth; depth++) {
    const split = bestOfLevel(task, level, columns);
    if (split === null) break;
    const isLast = depth + 1 === task.settings.maxDepth;
    level = splitLevel({ task, tree, columns: columns.length, isLast }, level, split);
  }
  for (const leaf of level) {
    const value = tree.setValue(leaf.node, leafValue(task, leaf.sums));
    if (task.updatesMargins) task.kernel.setSteps(leaf, value);
  }
  return tree.finish();
}

/** The split that gains most in all nodes together; null when none does. */
function bestOfLevel(
  { kernel, units, leastGain }: TreeTask,
  level: readonly LevelNode[],
  columns: Int32Array,
): Split | null {
  const { profile, binCounts } = kernel.arrays;
  profile.fill(0);
  for (const { slot, sums } of level) kernel.addProfile(slot, columns.length, sums);
  const best = { feature: 0, threshold: 0, isMissingLeft: false, gain: leastGain / gainUnit(units) };
  let isFound = false;
  for (const feature of columns) {
    for (let side = 0; side < 2; side++) {
      const start = (2 * feature + side) * ENTRIES;
      for (let bin = 0; bin < integerAt(binCounts, feature); bin++) {
        const gain = at(profile, start + bin);
        if (!(gain > best.gain)) continue;
        Object.assign(best, { feature, threshold: bin, isMissingLeft: side === 1, gain });
        isFound = true;
      }
    }
  }
  return isFound ? { ...best, gain: best.gain * gainUnit(units) } : null;
}

interface LevelTask {
  readonly task: TreeTask;
  readonly tree: TreeBuilder;
  readonly columns: number;
  /** Whether the children are leaves, which need no histograms. */
  readonly isLast: boolean;
}

function splitLevel(
  { task, tree, columns, isLast }: LevelTask,
  level: readonly LevelNode[],
  split: Split,
): LevelNode[] {
  const { kernel, units } = task;
  const next: LevelNode[] = [];
  for (const parent of level) {
    const middle = kernel.partition(parent, split);
    const sums = sumsBelow(task, parent.slot, split);
    const rest = { gradient: parent.sums.gradient - sums.gradient, hessian: parent.sums.hessian - sums.hessian };
    const node = tree.split(parent.node, split, [sums.hessian * units.hessian, rest.hessian * units.hessian]);
    const slot = parent.slot + level.length;
    const left = { from: parent.from, to: middle, node, sums };
    const right = { from: middle, to: parent.to, node: node + 1, sums: rest };
    const isLeftSmaller = left.to - left.from <= right.to - right.from;
    if (!isLast) {
      kernel.build(isLeftSmaller ? left : right, columns, slot);
      kernel.subtract(parent.slot, slot, columns);
    }
    next.push({ ...left, slot: isLeftSmaller ? slot : parent.slot });
    next.push({ ...right, slot: isLeftSmaller ? parent.slot : slot });
  }
  return next;
}

/** The sums on the left of a split, by the histogram of the node. */
function sumsBelow({ kernel }: TreeTask, slot: number, { feature, threshold, isMissingLeft }: Split): Sums {
  const { histograms, binCounts } = kernel.arrays;
  const start = 2 * ENTRIES * (slot * binCounts.length + feature);
  let hessian = isMissingLeft ? integerAt(histograms, start + 2 * MISSING) : 0;
  let gradient = isMissingLeft ? integerAt(histograms, start + 2 * MISSING + 1) : 0;
  for (let bin = 0; bin <= threshold; bin++) {
    hessian += integerAt(histograms, start + 2 * bin);
    gradient += integerAt(histograms, start + 2 * bin + 1);
  }
  return { gradient, hessian };
}
