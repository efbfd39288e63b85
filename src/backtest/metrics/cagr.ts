import { finiteOrNull } from './moments.ts';

/**
 * Compound annual growth rate as a fraction: `(E_end/initialCapital)^(A/n) − 1`, n bars.
 *
 * @param equity [n], oldest first
 * @param options.periodsPerYear A
 * @returns null without bars, when equity ended below 0, and when a few bars' growth is too large to be annualised
 */
export function cagr(
  equity: Float64Array,
  options: { readonly initialCapital: number; readonly periodsPerYear: number },
): number | null {
  const end = equity.at(-1);
  if (end === undefined || end < 0) return null;
  return finiteOrNull((end / options.initialCapital) ** (options.periodsPerYear / equity.length) - 1);
}
