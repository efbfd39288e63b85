/**
 * Gradients and hessians as integers, so that a sum does not depend on its order, and the histogram of a node is exactly that
 * of its parent without that of its sibling. The unit is a power of two, chosen for each tree so that no sum of any rows
 * can leave 31 bits: a thousand rows keep some 20 bits each, half a million 11, next to which the sampling error is large.
 */
import { at } from '../strategies/index.ts';
import { integerAt } from './kernel/index.ts';

/** Sums of magnitudes stay below this; rounding adds half a unit per row, and doubling them must still fit into 31 bits. */
const LARGEST_SUM = 2 ** 30;

/** What one unit of the integers is worth. */
export interface Units {
  readonly gradient: number;
  readonly hessian: number;
}

/** Pairs in, pairs out: `raw` has gradient and hessian of each row, `pairs` gets hessian and gradient. */
export function quantise(raw: Gradients, rows: Int32Array, pairs: Int32Array): Units {
  const units = { gradient: unitFor(raw.gradient, rows), hessian: unitFor(raw.hessian, rows) };
  // The inverse of a power of two is exact.
  const [perGradient, perHessian] = [1 / units.gradient, 1 / units.hessian];
  for (let place = 0; place < rows.length; place++) {
    const row = integerAt(rows, place);
    pairs[2 * place] = Math.floor(at(raw.hessian, row) * perHessian + 0.5);
    pairs[2 * place + 1] = Math.floor(at(raw.gradient, row) * perGradient + 0.5);
  }
  return units;
}

/** First and second derivative of the loss by the prediction, per training row. */
export interface Gradients {
  readonly gradient: Float64Array;
  /** Never negative. */
  readonly hessian: Float64Array;
}

function unitFor(values: Float64Array, rows: Int32Array): number {
  let sum = 0;
  for (let place = 0; place < rows.length; place++) sum += Math.abs(at(values, integerAt(rows, place)));
  return sum === 0 ? 1 : 2 ** Math.ceil(Math.log2(sum / LARGEST_SUM));
}
