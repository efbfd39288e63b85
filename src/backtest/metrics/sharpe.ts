import { mean, sampleDeviation } from './moments.ts';

/** A deviation of returns up to this is none: there is no risk to divide by. */
const NO_VARIANCE = 1e-15;

/**
 * Sharpe ratio, annualised (Sharpe 1994), risk-free rate 0: `mean(r)/sd(r)·√A`, sd with n − 1.
 *
 * @param returns [T] simple returns per bar
 * @param periodsPerYear A
 * @returns 0 when sd(r) ≤ 10⁻¹⁵ and for fewer than two returns
 */
export function sharpe(returns: Float64Array, periodsPerYear: number): number {
  const center = mean(returns);
  const deviation = sampleDeviation(returns, center);
  return deviation > NO_VARIANCE ? (center / deviation) * Math.sqrt(periodsPerYear) : 0;
}
