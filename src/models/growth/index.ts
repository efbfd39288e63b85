/** How one tree grows from quantised gradients: node by node, or level by level. */

import type { Forest } from '../forest.ts';
import { ALPHA, LAMBDA, MIN_CHILD_WEIGHT } from '../kernel/index.ts';
import type { Settings } from '../settings.ts';
import { growByNode, slotsByNode } from './grow-by-node.ts';
import { growSymmetric, slotsOfLevels } from './grow-symmetric.ts';
import type { TreeTask } from './tree-task.ts';

export type { TreeTask } from './tree-task.ts';

/** Grows one tree by the policy of the settings. */
export function growTree(task: TreeTask): Forest {
  setPenalties(task);
  const tree = task.settings.policy === 'symmetric' ? growSymmetric(task) : growByNode(task);
  if (task.updatesMargins) task.kernel.takeSteps();
  return tree;
}

/** Histograms that a kernel needs room for. */
export function slotsFor({ policy, maxDepth, maxLeaves, isForest }: Settings): number {
  if (isForest) return 1;
  return policy === 'symmetric' ? slotsOfLevels(maxDepth) : slotsByNode(policy === 'leafwise', maxLeaves, maxDepth);
}

/** The kernel searches in the units of the quantised sums. They are powers of two, so that nothing is rounded here. */
function setPenalties({ kernel, settings, units }: TreeTask): void {
  kernel.arrays.settings[LAMBDA] = settings.lambda / units.hessian;
  kernel.arrays.settings[ALPHA] = settings.alpha / units.gradient;
  kernel.arrays.settings[MIN_CHILD_WEIGHT] = settings.minChildWeight / units.hessian;
}
