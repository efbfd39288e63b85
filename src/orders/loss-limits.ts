/** The limits on losses, looked at without an order: prices move positions although nobody trades. */
import { type Decimal, decimal, decimalText } from '../core/index.ts';
import { type HaltCause, type Limits, readSafety } from '../safety/index.ts';
import { type AccountValue, measureAccount } from './account.ts';
import type { AccountKey } from './books.ts';
import { haltForLosses, type KillDeps } from './kill/kill-trading.ts';

const ONE = decimal(1);

/** A limit that was reached. */
export interface LossFinding {
  readonly cause: Extract<HaltCause, 'daily_loss' | 'drawdown'>;
  readonly reason: string;
}

/**
 * The limit that an account has reached, null when none; nothing is said of one that cannot be valued. The same bounds as
 * for orders: equity at or below the bound.
 */
export function findLoss(
  { equity, dayStartEquity, peakEquity }: Pick<AccountValue, 'equity' | 'dayStartEquity' | 'peakEquity'>,
  { maxDailyLossPct, maxDrawdownPct }: Pick<Limits, 'maxDailyLossPct' | 'maxDrawdownPct'>,
): LossFinding | null {
  if (equity === null) return null;
  const dayBound = dayStartEquity.times(ONE.minus(maxDailyLossPct));
  if (equity.lte(dayBound)) {
    return {
      cause: 'daily_loss',
      reason: reasonOf(equity, dayBound, `${decimalText(dayStartEquity)} at the day's beginning`),
    };
  }
  const peakBound = peakEquity.times(ONE.minus(maxDrawdownPct));
  if (equity.gt(peakBound)) return null;
  return { cause: 'drawdown', reason: reasonOf(equity, peakBound, `a peak of ${decimalText(peakEquity)}`) };
}

function reasonOf(equity: Decimal, bound: Decimal, after: string): string {
  return `The equity is ${decimalText(equity)} after ${after}; it has to stay above ${decimalText(bound)}.`;
}

/** Measures an account at the newest prices, and halts its owner when a limit was reached. */
export async function watchLosses(deps: KillDeps, { ownerId, mode }: AccountKey): Promise<void> {
  const settings = await readSafety(deps.database.read, ownerId);
  if (settings.state === 'halted') return;
  const loss = findLoss(await measureAccount(deps, ownerId, mode), settings);
  if (loss !== null) await haltForLosses(deps, ownerId, loss);
}
