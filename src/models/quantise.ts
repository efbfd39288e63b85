/**
 * Gradients and hessians as integers, so that a sum does not depend on its order, and the histogram of a node is exactly that
 * of its parent without that of its sibling. The unit is a power of two, chosen for each tree so that no sum of any rows
 * can leave 31 bits: a thousand rows keep some 20 bits each, half a million 11, next to which the sampling error is large.
 */
import { invariant } from '../core/index.ts';
import type { Kernel, Sums, Units } from './kernel/index.ts';

/** Sums of magnitudes stay below this; rounding adds half a unit per row, and doubling them must still fit into 31 bits. */
const LARGEST_SUM = 2 ** 30;

/** What quantised derivatives are worth, and their sums. */
export interface Quantised {
  readonly units: Units;
  readonly sums: Sums;
}

/** The inverse of a unit is finite, too. */
const LEAST_EXPONENT = -1022;

/** Makes integers of the derivatives of the first `count` rows in the order of a kernel, which are finite and so is their sum. */
export function quantise(kernel: Kernel, count: number): Quantised {
  const { gradient, hessian } = kernel.measure(count);
  invariant(Number.isFinite(gradient) && Number.isFinite(hessian), 'the derivatives of the loss are finite');
  const units = { gradient: unitFor(gradient), hessian: unitFor(hessian) };
  return { units, sums: kernel.quantise(count, units) };
}

function unitFor(sum: number): number {
  return sum === 0 ? 1 : 2 ** Math.max(LEAST_EXPONENT, Math.ceil(Math.log2(sum / LARGEST_SUM)));
}
