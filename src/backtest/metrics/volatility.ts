import { finiteOrNull, sampleDeviation } from './moments.ts';

/**
 * Annualised volatility: `sd(r)·√A`, sd with n − 1.
 *
 * @param returns [T] simple returns per bar
 * @param periodsPerYear A
 * @returns null for fewer than two returns
 */
export function volatility(returns: Float64Array, periodsPerYear: number): number | null {
  return finiteOrNull(sampleDeviation(returns) * Math.sqrt(periodsPerYear));
}
