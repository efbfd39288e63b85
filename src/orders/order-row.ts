/** An order's row as the values that it stands for. */
import { ORDER_TYPES, type OrderRequest, SIDES, TIMES_IN_FORCE } from '../broker/index.ts';
import { type Decimal, decimal, memberOf } from '../core/index.ts';
import type { OrderRow } from '../storage/index.ts';
import { modeOf } from './events.ts';
import type { OrderFigures } from './fill-order.ts';
import { ORDER_STATUSES, type OrderStatus } from './order.ts';
import { ORDER_SOURCES, type OrderOrigin } from './order-source.ts';

/** What was ordered. */
export function requestOf(row: OrderRow): OrderRequest {
  return {
    clientOrderId: row.clientOrderId,
    mode: modeOf(row),
    symbol: row.symbol,
    side: memberOf(SIDES, row.side),
    quantity: decimal(row.quantity),
    orderType: memberOf(ORDER_TYPES, row.orderType),
    limitPrice: decimalOrNull(row.limitPrice),
    stopPrice: decimalOrNull(row.stopPrice),
    timeInForce: memberOf(TIMES_IN_FORCE, row.timeInForce),
  };
}

/** Who wanted it. */
export function originOf(row: OrderRow): OrderOrigin {
  return {
    source: memberOf(ORDER_SOURCES, row.source),
    sourceId: row.sourceId,
    actor: row.actor,
    correlationId: row.correlationId,
    ...(row.causationId !== null && { causationId: row.causationId }),
    ...(row.strategyId !== null && { strategyId: row.strategyId }),
    ...(row.killEventId !== null && { killEventId: row.killEventId }),
    ...(row.rebalancePlanId !== null && { rebalancePlanId: row.rebalancePlanId }),
  };
}

/** Where it stands. */
export function statusOf({ status }: { readonly status: string }): OrderStatus {
  return memberOf(ORDER_STATUSES, status);
}

/** What fills have made of it. */
export function figuresOf(row: OrderRow): OrderFigures {
  return {
    status: statusOf(row),
    quantity: decimal(row.quantity),
    filledQuantity: decimal(row.filledQuantity),
    filledValue: decimal(row.filledValue),
    commission: decimal(row.commission),
  };
}

function decimalOrNull(text: string | null): Decimal | null {
  return text === null ? null : decimal(text);
}
