import type { Trade } from '../trade.ts';

/** Share of closed trades with a profit > 0, costs included; 0 without trades. */
export function winRate(trades: readonly Trade[]): number {
  if (trades.length === 0) return 0;
  return trades.filter((trade) => trade.profit > 0).length / trades.length;
}
