import { CompensatedSum } from '../../strategies/index.ts';
import { finiteOrNull, mean } from './moments.ts';

/**
 * Sortino ratio, annualised (Sortino & Price 1994), target return 0: `mean(r)/√mean(min(r, 0)²)·√A`. The downside is
 * averaged over all bars, also those that gained.
 *
 * @param returns [T] simple returns per bar
 * @param periodsPerYear A
 * @returns null when no bar lost
 */
export function sortino(returns: Float64Array, periodsPerYear: number): number | null {
  const squares = new CompensatedSum();
  for (const value of returns) squares.add(Math.min(value, 0) ** 2);
  if (!(squares.value > 0)) return null;
  const downside = Math.sqrt(squares.value / returns.length);
  return finiteOrNull((mean(returns) / downside) * Math.sqrt(periodsPerYear));
}
