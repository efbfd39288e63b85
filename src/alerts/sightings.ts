/** What is seen of the values that alerts watch. What is missing, stale or from the future is not seen at all. */
import { type Decimal, decimal, maxOf, sumOf, toMoney, ZERO } from '../core/index.ts';
import type { Measured } from '../goals/index.ts';
import type { Quote } from '../market/index.ts';
import type { AccountValue } from '../orders/index.ts';
import { BREACH } from './alert.ts';
import type { RiskMetric } from './condition.ts';
import type { Sighting } from './evaluate-levels.ts';
import { driftMessage } from './messages.ts';

/** How old a quote may be, in ms: what values positions, too. */
const MAX_QUOTE_AGE_MS = 15 * 60_000;

/** From how far in the future it may be: the clocks of sources are not ours. */
const MAX_AHEAD_MS = 60_000;

/** A quote as alerts see it at an instant; null when it says nothing of now. */
export function sightingOfQuote({ price, at, source }: Quote, now: number): Sighting | null {
  const quotedAt = at.getTime();
  const isFresh = now - quotedAt <= MAX_QUOTE_AGE_MS && quotedAt - now <= MAX_AHEAD_MS;
  if (!isFresh || !Number.isFinite(price) || price <= 0) return null;
  const exact = toMoney(decimal(price));
  const facts = { price: exact.toNumber(), quote_at: at.toISOString(), source };
  return { value: exact.toNumber(), exact, at: quotedAt, now, facts };
}

/** A figure of an account as alerts see it at an instant; null while the account cannot be valued. */
export function sightingOfRisk(account: AccountValue, metric: RiskMetric, now: number): Sighting | null {
  const exact = riskFigure(account, metric);
  if (exact === null) return null;
  const equity = account.equity === null ? null : account.equity.toNumber();
  const facts = { value: exact.toNumber(), equity, currency: account.currency, mode: account.mode };
  return { value: exact.toNumber(), exact, at: now, now, facts };
}

/** How far an account is from a goal, as checks say it. */
export interface SeenDrift {
  readonly goalId: number;
  readonly name: string;
  readonly isBreached: boolean;
  readonly maxDrift: Decimal;
  readonly threshold: Decimal;
  /** The symbols that are too far off. */
  readonly symbols: readonly string[];
  readonly totalValue: Decimal;
}

/** A drift as alerts see it: its value says only whether it is a breach. */
export function sightingOfBreach(seen: SeenDrift, at: number, now: number): Sighting {
  const { goalId, name, isBreached, maxDrift, threshold, symbols, totalValue } = seen;
  const drift = { max_drift: maxDrift.toNumber(), threshold: threshold.toNumber(), total_value: totalValue.toNumber() };
  return {
    ...{ value: isBreached ? BREACH.begun : BREACH.over, exact: maxDrift, at, now },
    facts: { goal_id: goalId, goal: name, ...drift, symbols },
    drift: { threshold, message: driftMessage(name, { maxDrift, threshold }) },
  };
}

/** A drift that was measured just now. */
export function sightingOfDrift({ goal, drift, at }: Measured, now: number): Sighting {
  const symbols = drift.rows.filter(({ isBreached }) => isBreached).map(({ symbol }) => symbol);
  const { maxDrift, threshold, totalValue, needsRebalance: isBreached } = drift;
  const seen = { goalId: goal.id, name: goal.name, isBreached, maxDrift, threshold, symbols, totalValue };
  return sightingOfBreach(seen, at.getTime(), now);
}

/**
 * A figure of an account, a fraction: `drawdown` is the fall of equity from its highest, `daily_loss` that since the trading day
 * began, both 0 or more; `exposure` is the value of all positions, long and short alike, as a part of equity. Null while
 * a position has no fresh price, or without equity to measure by.
 */
function riskFigure(account: AccountValue, metric: RiskMetric): Decimal | null {
  const { equity, peakEquity, dayStartEquity, positions } = account;
  if (equity === null) return null;
  switch (metric) {
    case 'drawdown':
      return fallFrom(peakEquity, equity);
    case 'daily_loss':
      return fallFrom(dayStartEquity, equity);
    case 'exposure': {
      if (!equity.gt(0)) return null;
      return toMoney(sumOf(positions.map(({ marketValue }) => (marketValue ?? ZERO).abs())).div(equity));
    }
  }
}

function fallFrom(before: Decimal, equity: Decimal): Decimal | null {
  return before.gt(0) ? toMoney(maxOf(before.minus(equity), ZERO).div(before)) : null;
}
