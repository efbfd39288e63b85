import type { BacktestSettings } from './settings.ts';

/** What trading costs, as fractions. */
export interface Costs {
  /** Of the traded value. */
  readonly commission: number;
  /** Of the open, against the trader. */
  readonly slippage: number;
}

const BPS_PER_UNIT = 10_000;

/** The settings' basis points as fractions. */
export function costsOf(settings: BacktestSettings): Costs {
  return {
    commission: settings.commissionBps / BPS_PER_UNIT,
    slippage: settings.slippageBps / BPS_PER_UNIT,
  };
}
