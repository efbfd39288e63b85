import { type Decimal, decimal, memberOf, ZERO } from '../../core/index.ts';
import type { PaperOrderRow } from '../../storage/index.ts';
import type { BrokerOrder } from '../broker.ts';
import type { OrderRequest } from '../order-request.ts';
import { ORDER_TYPES, SIDES, TIMES_IN_FORCE } from '../vocabulary.ts';

/** Every state of a paper order. What it rejects it does not keep, so there is no state for that. */
const PAPER_STATUSES = ['accepted', 'partially_filled', 'filled', 'canceled', 'expired'] as const;

/** The states in which an order may still be filled. */
export const OPEN_STATUSES: readonly PaperStatus[] = ['accepted', 'partially_filled'];

export type PaperStatus = (typeof PAPER_STATUSES)[number];

/** A row of PaperOrder, read. */
export interface PaperOrder extends Omit<OrderRequest, 'mode'> {
  readonly id: number;
  readonly status: PaperStatus;
  readonly reason: string | null;
  readonly filledQuantity: Decimal;
  /** Σ quantity · price of its fills, exact. */
  readonly filledValue: Decimal;
  /** When a stop was touched; null before and for other orders. */
  readonly triggeredAt: Date | null;
  /** The time of the quote that did something to it last, or of its last change: older quotes do nothing more. */
  readonly quotedAt: Date | null;
  /** Null: never. */
  readonly expiresAt: Date | null;
  readonly createdAt: Date;
}

export function paperOrderOf(row: PaperOrderRow): PaperOrder {
  return {
    id: row.id,
    clientOrderId: row.clientOrderId,
    symbol: row.symbol,
    side: memberOf(SIDES, row.side),
    quantity: decimal(row.quantity),
    orderType: memberOf(ORDER_TYPES, row.orderType),
    limitPrice: row.limitPrice === null ? null : decimal(row.limitPrice),
    stopPrice: row.stopPrice === null ? null : decimal(row.stopPrice),
    timeInForce: memberOf(TIMES_IN_FORCE, row.timeInForce),
    status: memberOf(PAPER_STATUSES, row.status),
    reason: row.reason,
    filledQuantity: decimal(row.filledQuantity),
    filledValue: decimal(row.filledValue),
    triggeredAt: row.triggeredAt,
    quotedAt: row.quotedAt,
    expiresAt: row.expiresAt,
    createdAt: row.createdAt,
  };
}

/** As everybody else sees it. */
export function brokerOrderOf(order: PaperOrder): BrokerOrder {
  const { clientOrderId, symbol, side, quantity, orderType, limitPrice, stopPrice, timeInForce } = order;
  return {
    brokerOrderId: String(order.id),
    ...{ clientOrderId, symbol, side, quantity, orderType, limitPrice, stopPrice, timeInForce },
    status: order.status,
    filledQuantity: order.filledQuantity,
    reason: order.reason,
    submittedAt: order.createdAt,
  };
}

export function isOpen({ status }: PaperOrder): boolean {
  return OPEN_STATUSES.includes(status);
}

/** What is still to be filled; 0 of an order that has ended. */
export function remainingOf(order: PaperOrder): Decimal {
  return isOpen(order) ? order.quantity.minus(order.filledQuantity) : ZERO;
}
