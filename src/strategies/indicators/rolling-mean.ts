import { at } from './column.ts';
import { CompensatedSum } from './compensated-sum.ts';

/**
 * Mean of the last `window` values, the current one included: `m_t = (x_{t−w+1} + … + x_t)/w`.
 *
 * @param values [T], oldest first, finite
 * @param window w, an integer ≥ 1
 * @param out [T], overwritten; NaN until `window` values exist
 */
export function rollingMean(values: Float64Array, window: number, out: Float64Array): void {
  const sum = new CompensatedSum();
  for (let t = 0; t < values.length; t++) {
    sum.add(at(values, t));
    if (t >= window) sum.add(-at(values, t - window));
    out[t] = t < window - 1 ? Number.NaN : sum.value / window;
  }
}
