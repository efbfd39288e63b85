import { type Decimal, decimal, invariant, ZERO } from '../../core/index.ts';

/** How the paper broker fills and what it charges. */
export interface PaperSettings {
  /** Of every account, also the commissions'. */
  readonly currency: string;
  /** What a new account starts with; 0 or more. Default 100,000. */
  readonly initialCash: Decimal;
  /** By how much fills are worse than the quote, in 1/100 of a percent of the price; [0, 10000). Default 2. */
  readonly slippageBps: Decimal;
  /** Commission in 1/100 of a percent of a fill's value; [0, 10000]. Default 0. */
  readonly commissionBps: Decimal;
  /** Commission of an order, charged with its first fill; 0 or more. Default 0. */
  readonly commissionPerTrade: Decimal;
  /** The greatest part of a minute's volume that an account gets of a symbol within a minute; (0, 1]. Null, the default: all. */
  readonly maxVolumeShare: Decimal | null;
  /** Whether positions may be negative. Default true. */
  readonly allowShort: boolean;
}

export const PAPER_DEFAULTS: PaperSettings = {
  currency: 'USD',
  initialCash: decimal(100_000),
  slippageBps: decimal(2),
  commissionBps: ZERO,
  commissionPerTrade: ZERO,
  maxVolumeShare: null,
  allowShort: true,
};

/** The defaults with what is given in place of them; whoever reads the configuration has checked the ranges. */
export function paperSettings(given: Partial<PaperSettings>): PaperSettings {
  const settings = { ...PAPER_DEFAULTS, ...given };
  const { initialCash, slippageBps, commissionBps, commissionPerTrade, maxVolumeShare } = settings;
  invariant(!initialCash.lt(0), 'the initial cash is not negative');
  invariant(slippageBps.gte(0) && slippageBps.lt(10_000), 'the slippage is in [0, 10000) bps');
  invariant(commissionBps.gte(0) && commissionBps.lte(10_000), 'the commission is in [0, 10000] bps');
  invariant(!commissionPerTrade.lt(0), 'the commission of a trade is not negative');
  invariant(
    maxVolumeShare === null || (maxVolumeShare.gt(0) && maxVolumeShare.lte(1)),
    'the volume share is in (0, 1]',
  );
  return settings;
}
