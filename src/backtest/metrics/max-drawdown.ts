/**
 * Deepest fall from a peak as a fraction ≤ 0: `min_t(E_t/max_{s≤t} E_s − 1)`, the running maximum starting at
 * `initialCapital`. Below −1 when equity went negative; 0 without a fall.
 */
export function maxDrawdown(equity: Float64Array, initialCapital: number): number {
  let peak = initialCapital;
  let deepest = 0;
  for (const value of equity) {
    if (value > peak) peak = value;
    const fall = value / peak - 1;
    if (fall < deepest) deepest = fall;
  }
  return deepest;
}
