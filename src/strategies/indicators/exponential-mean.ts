import { type Block, inBlocks } from '../../core/index.ts';
import { at } from './column.ts';

/** An exponential mean to compute: its window w ≥ 1, an integer, and where to write it, [T]. */
export interface ExponentialMean {
  readonly window: number;
  readonly out: Float64Array;
}

/** So many are computed side by side: each value waits for the one before it, and the others fill the wait. */
type Lanes = readonly [ExponentialMean, ExponentialMean, ExponentialMean, ExponentialMean];
const LANES = 4;

/**
 * Exponential moving averages: α = 2/(w+1), `e_0 = x_0`, `e_t = α·x_t + (1−α)·e_{t−1}`; defined from the first value on.
 *
 * @param values [T], oldest first, finite
 */
export function exponentialMeans(values: Float64Array, means: readonly ExponentialMean[]): void {
  for (const { out } of means) out.set(values.subarray(0, 1));
  for (let first = 0; first < means.length; first += LANES) {
    const [a, b = a, c = a, d = a] = means.slice(first, first + LANES);
    if (a === undefined || b === undefined || c === undefined || d === undefined) continue;
    inBlocks(values.length, (block) => followMeans(values, [a, b, c, d], block));
  }
}

/** Writes the means of a block, but of the first value; those before it are written. */
function followMeans(values: Float64Array, [first, second, third, fourth]: Lanes, { from, to }: Block): void {
  const start = Math.max(1, from);
  const [outA, outB, outC, outD] = [first.out, second.out, third.out, fourth.out];
  const [a, b, c, d] = [alphaOf(first), alphaOf(second), alphaOf(third), alphaOf(fourth)];
  let meanA = at(outA, start - 1);
  let meanB = at(outB, start - 1);
  let meanC = at(outC, start - 1);
  let meanD = at(outD, start - 1);
  for (let t = start; t < to; t++) {
    const value = at(values, t);
    outA[t] = meanA = a * value + (1 - a) * meanA;
    outB[t] = meanB = b * value + (1 - b) * meanB;
    outC[t] = meanC = c * value + (1 - c) * meanC;
    outD[t] = meanD = d * value + (1 - d) * meanD;
  }
}

function alphaOf({ window }: ExponentialMean): number {
  return 2 / (window + 1);
}
