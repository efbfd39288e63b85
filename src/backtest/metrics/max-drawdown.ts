import { at } from '../../strategies/index.ts';

/**
 * Deepest fall from a peak as a fraction ≤ 0: `min_t(E_t/max_{s≤t} E_s − 1)`, the running maximum starting at
 * `initialCapital`. Below −1 when equity went negative; 0 without a fall.
 */
export function maxDrawdown(equity: Float64Array, initialCapital: number): number {
  let peak = initialCapital;
  let trough = initialCapital;
  let deepest = 0;
  for (let t = 0; t < equity.length; t++) {
    const value = at(equity, t);
    if (value > peak) {
      peak = value;
      trough = value;
    } else if (value < trough) {
      trough = value;
      deepest = Math.min(deepest, value / peak - 1);
    }
  }
  return deepest;
}
