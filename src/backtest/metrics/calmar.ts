import { finiteOrNull } from './moments.ts';

/** Calmar ratio (Young 1991), over all bars: `cagr/|maxDrawdown|`; null without a drawdown or a CAGR. */
export function calmar(growth: number | null, drawdown: number): number | null {
  if (growth === null || drawdown === 0) return null;
  return finiteOrNull(growth / Math.abs(drawdown));
}
