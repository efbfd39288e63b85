import { at } from './column.ts';
import { type PrefixSums, rollingMean } from './prefix-sums.ts';
import { rollingDeviation } from './rolling-deviation.ts';

/**
 * Distance of each value from the mean of the last `window` values in their sample standard deviations:
 * `z_t = (x_t − mean)/sd`. NaN until `window` values exist and where sd = 0.
 *
 * @param values [T], oldest first, finite
 * @param sums of the values
 * @param shape the window, an integer ≥ 2, and `out`, [T], overwritten
 */
export function rollingZscore(
  values: Float64Array,
  sums: PrefixSums,
  { window, out }: { readonly window: number; readonly out: Float64Array },
): void {
  const mean = new Float64Array(values.length);
  rollingMean(sums, window, mean);
  rollingDeviation(values, window, out);
  for (let t = 0; t < values.length; t++) {
    const deviation = at(out, t);
    // NaN > 0 is false: the bars before the first full window stay undefined.
    out[t] = deviation > 0 ? (at(values, t) - at(mean, t)) / deviation : Number.NaN;
  }
}
