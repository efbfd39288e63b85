/** Why an order was denied, ended before it was filled, or is unknown, in a word that is stored with it. */
import { type ErrorCode, invariant } from '../core/index.ts';

/** Of orders that a check denied: the code of the error. */
export const DENIAL_CODES = [
  'APPROVAL_REQUIRED',
  'CONFLICT',
  'DAILY_LOSS_LIMIT',
  'DAILY_TRADE_LIMIT',
  'DRAWDOWN_LIMIT',
  'DUPLICATE_ORDER',
  'INSUFFICIENT_FUNDS',
  'KILL_SWITCH_ACTIVE',
  'LIVE_DISABLED',
  'MARKET_CLOSED',
  'ORDER_NOT_SUPPORTED',
  'ORDER_RATE_LIMIT',
  'ORDER_VALUE_LIMIT',
  'POSITION_LIMIT',
  'PRICE_COLLAR',
  'REDUCING_ONLY',
  'RUNAWAY',
  'SHORT_NOT_ALLOWED',
  'STALE_PRICE',
  'UNAVAILABLE',
  'UNKNOWN_SYMBOL',
] as const satisfies readonly ErrorCode[];

/** One of `DENIAL_CODES`. */
export type DenialCode = (typeof DENIAL_CODES)[number];

/** Of orders that ended before they were filled, and of those of which nobody knows. */
export const END_CODES = [
  'broker_canceled',
  'broker_rejected',
  'canceled',
  'expired',
  'lost',
  'no_answer',
  'not_accepted',
  'not_sent',
] as const;

/** One of `END_CODES`. */
export type EndCode = (typeof END_CODES)[number];

/** Every reason that an order can show. */
export const ORDER_REASONS = [...DENIAL_CODES, ...END_CODES, 'other'] as const;

/** One of `ORDER_REASONS`; `other` stands for what another version of the program stored. */
export type OrderReason = (typeof ORDER_REASONS)[number];

/** A stored reason; null where there is none. */
export function orderReason(stored: string | null): OrderReason | null {
  return stored === null ? null : (ORDER_REASONS.find((reason) => reason === stored) ?? 'other');
}

/** The reason whose name in GraphQL this is. */
export function reasonNamed(name: Uppercase<OrderReason>): OrderReason {
  const reason = ORDER_REASONS.find((word) => word.toUpperCase() === name);
  invariant(reason !== undefined, `${name} is the name of a reason`);
  return reason;
}
