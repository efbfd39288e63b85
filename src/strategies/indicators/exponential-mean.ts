import { at } from './column.ts';

/**
 * Exponential moving average: α = 2/(w+1), `e_0 = x_0`, `e_t = α·x_t + (1−α)·e_{t−1}`; defined from the first value on.
 *
 * @param values [T], oldest first, finite
 * @param window w, an integer ≥ 1
 * @param out [T], overwritten
 */
export function exponentialMean(values: Float64Array, window: number, out: Float64Array): void {
  const alpha = 2 / (window + 1);
  let mean = values[0] ?? Number.NaN;
  for (let t = 0; t < values.length; t++) {
    mean = t === 0 ? mean : alpha * at(values, t) + (1 - alpha) * mean;
    out[t] = mean;
  }
}
