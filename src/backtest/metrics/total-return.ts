/** Return over all bars as a fraction: `E_end/initialCapital − 1`; 0 without bars. */
export function totalReturn(equity: Float64Array, initialCapital: number): number {
  return (equity.at(-1) ?? initialCapital) / initialCapital - 1;
}
