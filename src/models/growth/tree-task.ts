import type { Kernel, Sums, Units } from '../kernel/index.ts';
import { shrunken } from '../kernel/index.ts';
import type { Settings } from '../settings.ts';

/** What growing one tree needs: the rows and their gradients are in the kernel, in the first `rows` places of its order. */
export interface TreeTask {
  readonly kernel: Kernel;
  readonly settings: Settings;
  readonly units: Units;
  /** Sums of all rows. */
  readonly sums: Sums;
  readonly rows: number;
  /** Only a split that gains more is made, in the units of the loss. */
  readonly leastGain: number;
  /** The features of a node, ascending: those of the tree, or others for each node. */
  readonly columnsOf: () => Int32Array;
  /** Whether each leaf is added to the margins of its rows, which then are all the rows of the kernel. */
  readonly updatesMargins: boolean;
}

/** What one unit of a search's gain is worth. */
export function gainUnit({ gradient, hessian }: Units): number {
  return (gradient * gradient) / hessian;
}

/** The value of a leaf, −T(G)/(H + λ) times the learning rate; 0 for one without weight. */
export function leafValue({ settings, units }: TreeTask, sums: Sums): number {
  const hessian = sums.hessian * units.hessian + settings.lambda;
  if (sums.hessian <= 0 || hessian <= 0) return 0;
  return (-shrunken(sums.gradient * units.gradient, settings.alpha) / hessian) * settings.rate;
}
