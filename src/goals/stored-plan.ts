/**
 * A plan as it is stored.
 *
 *   not_needed
 *   suggested --begin--> executing --every trade has ended or its time is over--> executed | partially_executed | blocked
 *
 * A plan that nobody begins stays `suggested`, and cannot be begun once it has expired. Its basis is what it was made from: the
 * hash covers it, so that the same account leads to the same hash, and another one to another.
 */
import { createHash } from 'node:crypto';
import { type Decimal, decimal, decimalText, readJson } from '../core/index.ts';
import type { Holdings } from './drift.ts';
import type { Goal } from './goal.ts';
import type { Plan, PlannedTrade } from './plan.ts';

/** What a plan can be; see above. */
export const PLAN_STATUSES = [
  'not_needed',
  'suggested',
  'executing',
  'executed',
  'partially_executed',
  'blocked',
] as const;
export type PlanStatus = (typeof PLAN_STATUSES)[number];

/** What a trade can be while there is no order of it; then it is what the order is. */
export const TRADE_STATUSES = ['planned', 'skipped', 'blocked'] as const;
export type TradeStatus = (typeof TRADE_STATUSES)[number];

/** How long a plan may be begun, in ms. */
export const PLAN_VALID_MS = 300_000;

/** What a plan was made from, as decimal texts. */
export interface PlanBasis {
  /** By symbol, without cash. */
  readonly targets: Readonly<Record<string, string>>;
  readonly threshold: string;
  readonly cash: string;
  readonly positions: Readonly<Record<string, string>>;
  readonly prices: Readonly<Record<string, string>>;
}

/** The basis of a plan that is made now. */
export function basisOf({ targets, threshold }: Goal, { cash, positions, prices }: Holdings): PlanBasis {
  return {
    targets: textsOf(targets),
    threshold: decimalText(threshold),
    cash: decimalText(cash),
    positions: textsOf(positions),
    prices: textsOf(prices),
  };
}

/** What `basisOf` made, out of a row. */
export function readBasis({ basis }: { readonly basis: string }): PlanBasis {
  return readJson<PlanBasis>(basis);
}

/** The hash of a plan: of the goal, its targets, what is held, and the trades. Prices move it only where trades change. */
export function planHash(goalId: number, basis: PlanBasis, { trades }: Plan): string {
  const { targets, threshold, cash, positions } = basis;
  const quantities = trades.map(({ symbol, side, quantity, isSkipped }) => {
    return [symbol, side, decimalText(quantity), isSkipped];
  });
  const text = JSON.stringify([goalId, targets, threshold, cash, positions, quantities]);
  return createHash('sha256').update(text).digest('hex');
}

/** What a goal lets its rebalances bring a symbol to: the weight and the threshold. */
export function maxPositionPct({ targets, threshold }: Goal, { symbol }: PlannedTrade): string {
  return decimalText((targets.get(symbol) ?? decimal(0)).plus(threshold));
}

/** The client id of the order of a trade: the same in every process and after every crash. */
export function tradeOrderId(planId: number, index: number): string {
  return `rebalance-${planId}-${index}`;
}

/** In the order of the symbols, so that equal maps are equal texts. */
function textsOf(amounts: ReadonlyMap<string, Decimal>): Readonly<Record<string, string>> {
  const entries = [...amounts].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([symbol, amount]) => [symbol, decimalText(amount)]));
}
