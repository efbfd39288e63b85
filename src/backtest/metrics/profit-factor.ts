import { CompensatedSum } from '../../strategies/index.ts';
import type { Trade } from '../trade.ts';
import { finiteOrNull } from './moments.ts';

/** `Σ profits/|Σ losses|` of the closed trades, costs included; null without losses. */
export function profitFactor(trades: readonly Trade[]): number | null {
  const profits = new CompensatedSum();
  const losses = new CompensatedSum();
  for (const { profit } of trades) (profit > 0 ? profits : losses).add(profit);
  return losses.value === 0 ? null : finiteOrNull(profits.value / Math.abs(losses.value));
}
