import { at } from './column.ts';

/**
 * Sums of all values up to each, as unevaluated pairs of doubles (Dekker 1971), so that the difference of any two is the
 * sum of the values between them to the last digits. One pass serves every window of a series.
 */
export interface PrefixSums {
  /** [T + 1] rounded sums of the first t values. */
  readonly high: Float64Array;
  /** [T + 1] what the rounding took, at most half a last digit of `high`. */
  readonly low: Float64Array;
}

/** @param values [T], oldest first, finite */
export function prefixSums(values: Float64Array): PrefixSums {
  const high = new Float64Array(values.length + 1);
  const low = new Float64Array(values.length + 1);
  let sum = 0;
  let rest = 0;
  for (let t = 0; t < values.length; t++) {
    const value = at(values, t);
    // Knuth's exact sum of two numbers, whatever their order.
    const next = sum + value;
    const part = next - sum;
    const lost = rest + (sum - (next - part) + (value - part));
    sum = next + lost;
    rest = lost - (sum - next);
    high[t + 1] = sum;
    low[t + 1] = rest;
  }
  return { high, low };
}

/** A rolling mean to compute: its window w ≥ 1, an integer, and where to write it, [T]. */
export interface RollingMean {
  readonly window: number;
  readonly out: Float64Array;
}

/** Values of which all means are computed before the next ones: their sums stay in a core's cache. */
const AT_ONCE = 2048;

/**
 * Means of the last `window` values, the current one included: `m_t = (x_{t−w+1} + … + x_t)/w`; NaN until `window` values
 * exist.
 *
 * @param sums of the values
 */
export function rollingMeans(sums: PrefixSums, means: readonly RollingMean[]): void {
  for (const { window, out } of means) out.fill(Number.NaN, 0, Math.min(window - 1, out.length));
  for (let from = 0; from < sums.high.length; from += AT_ONCE) {
    for (const mean of means) meansOf(sums, mean, from);
  }
}

/** The means from the value `from` on, so many as are computed at once. */
function meansOf({ high, low }: PrefixSums, { window, out }: RollingMean, from: number): void {
  const to = Math.min(from + AT_ONCE, out.length);
  const first = Math.max(from, window - 1);
  for (let t = first, start = first - window + 1; t < to; t++, start++) {
    const sum = at(high, t + 1) - at(high, start) + (at(low, t + 1) - at(low, start));
    out[t] = sum / window;
  }
}
