/** One closed position, from flat to flat or to the other side. Times are epoch milliseconds of the bars of the fills. */
export interface Trade {
  /** The symbol; of a spread both, the long leg of a long spread first, e.g. `SPY/IWM`. */
  readonly symbol: string;
  readonly side: 'long' | 'short';
  /** Shares, > 0: of a spread those of its first leg, of a market maker all that were opened between flat and flat. */
  readonly quantity: number;
  readonly entryTime: number;
  /** Average price of the opening fills, slippage included; of a spread the ratio of its legs' prices. */
  readonly entryPrice: number;
  readonly exitTime: number;
  /** Average price of the closing fills, as `entryPrice`. */
  readonly exitPrice: number;
  /** Equity just after the last closing fill minus equity just before the first opening one, all costs included. */
  readonly profit: number;
  /** `profit` as a fraction of the value of the opening fills (of both legs of a spread). */
  readonly returnFraction: number;
}

/** A gain or loss up to this share of the equity, some nine units in its last place, is rounding. */
const NO_PROFIT = 2e-15;

/**
 * Profit of a trade that all equity was in, from the equity just before its first fill and just after its last; exactly 0
 * where the two differ by rounding only, so that a trade that comes out even never counts as won.
 */
export function profitOf(before: number, after: number): number {
  const profit = after - before;
  return Math.abs(profit) <= NO_PROFIT * Math.abs(before) ? 0 : profit;
}
