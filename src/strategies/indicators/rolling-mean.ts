import { BLOCK_LENGTH, type Block, inBlocks } from '../../core/index.ts';
import { at } from './column.ts';

/** A rolling mean to compute: its window w ≥ 1, an integer, and where to write it, [T]. */
export interface RollingMean {
  readonly window: number;
  readonly out: Float64Array;
}

/**
 * Means of the last `window` values, the current one included: `m_t = (x_{t−w+1} + … + x_t)/w`; NaN until `window` values
 * exist. One pass over the values serves all windows.
 *
 * @param values [T], oldest first, finite
 */
export function rollingMeans(values: Float64Array, means: readonly RollingMean[]): void {
  for (const { window, out } of means) out.fill(Number.NaN, 0, Math.min(window - 1, out.length));
  const windows = means.map(({ window }) => Math.min(window, values.length));
  const sums = new PrefixSums(Math.max(0, ...windows));
  inBlocks(values.length, (block) => {
    sums.follow(values, block);
    for (const mean of means) writeMeans(sums, mean, block);
  });
}

/**
 * Sums of all values up to each of a block, and of the values before it as far as windows reach, as unevaluated pairs of
 * doubles (Dekker 1971), so that the difference of any two is the sum of the values between them to the last digits.
 */
class PrefixSums {
  /** Of the first t values at t − base: the rounded sum, and what the rounding took, at most half a last digit of it. */
  readonly high: Float64Array;
  readonly low: Float64Array;
  base: number;
  private readonly reach: number;

  /** @param reach most values that a window holds */
  constructor(reach: number) {
    this.reach = reach;
    this.base = -reach;
    this.high = new Float64Array(reach + BLOCK_LENGTH + 1);
    this.low = new Float64Array(reach + BLOCK_LENGTH + 1);
  }

  /** Turns to the next block of values, from the first on. */
  follow(values: Float64Array, block: Block): void {
    if (block.from > 0) {
      this.high.copyWithin(0, BLOCK_LENGTH);
      this.low.copyWithin(0, BLOCK_LENGTH);
    }
    this.base = block.from - this.reach;
    this.add(values, block);
  }

  private add(values: Float64Array, { from, to }: Block): void {
    const { high, low, base } = this;
    let sum = at(high, from - base);
    let rest = at(low, from - base);
    for (let t = from; t < to; t++) {
      const value = at(values, t);
      // Knuth's exact sum of two numbers, whatever their order.
      const next = sum + value;
      const part = next - sum;
      const lost = rest + (sum - (next - part) + (value - part));
      sum = next + lost;
      rest = lost - (sum - next);
      high[t + 1 - base] = sum;
      low[t + 1 - base] = rest;
    }
  }
}

/** Writes the means of a block. */
function writeMeans({ high, low, base }: PrefixSums, { window, out }: RollingMean, { from, to }: Block): void {
  const first = Math.max(from, window - 1);
  for (let t = first, end = first + 1 - base, start = end - window; t < to; t++, end++, start++) {
    out[t] = (at(high, end) - at(high, start) + (at(low, end) - at(low, start))) / window;
  }
}
