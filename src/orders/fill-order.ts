/** What a fill makes of its order. Whoever books fills does it with these functions, so that every order counts in one way. */
import type { BrokerFill } from '../broker/index.ts';
import { type Decimal, maxOf, toMoney, ZERO } from '../core/index.ts';
import { isTerminal, type OrderStatus } from './order.ts';

/** The part of an order that fills change. */
export interface OrderFigures {
  readonly status: OrderStatus;
  readonly quantity: Decimal;
  /** Never falls; above `quantity` only when the broker filled more than was ordered. */
  readonly filledQuantity: Decimal;
  /** Σ quantity · price of the fills, exact. */
  readonly filledValue: Decimal;
  /** Σ commission of the fills. */
  readonly commission: Decimal;
}

/**
 * The figures after a fill that has not been booked yet. A fill is a fact: it counts in every status, and when it is more than
 * was ordered, too (`excessQuantity` then says how much). The status becomes `filled` when everything is, else
 * `partially_filled`; what had ended stays as it ended, and what we denied stays denied.
 */
export function fillOrder(
  order: OrderFigures,
  fill: Pick<BrokerFill, 'quantity' | 'price' | 'commission'>,
): OrderFigures {
  const filledQuantity = order.filledQuantity.plus(fill.quantity);
  return {
    status: statusFilled(order, filledQuantity),
    quantity: order.quantity,
    filledQuantity,
    filledValue: order.filledValue.plus(fill.quantity.times(fill.price)),
    commission: order.commission.plus(fill.commission),
  };
}

function statusFilled({ status, quantity }: OrderFigures, filledQuantity: Decimal): OrderStatus {
  if (status === 'denied') return status;
  if (filledQuantity.gte(quantity)) return 'filled';
  return isTerminal(status) ? status : 'partially_filled';
}

/** The fills that are not booked yet, each execution once, in the order in which they came. */
export function unbookedFills(fills: readonly BrokerFill[], booked: ReadonlySet<string>): readonly BrokerFill[] {
  const seen = new Set(booked);
  return fills.filter(({ executionId }) => {
    if (seen.has(executionId)) return false;
    seen.add(executionId);
    return true;
  });
}

/** Mean price of what was filled, 8 decimals; null when nothing was. */
export function averageFillPrice({ filledQuantity, filledValue }: OrderFigures): Decimal | null {
  return filledQuantity.isZero() ? null : toMoney(filledValue.div(filledQuantity));
}

/** What may still be filled; 0 when the broker filled more than was ordered. */
export function remainingQuantity({ quantity, filledQuantity }: OrderFigures): Decimal {
  return maxOf(quantity.minus(filledQuantity), ZERO);
}

/** How much more than was ordered has been filled; 0 unless the broker is at fault. */
export function excessQuantity({ quantity, filledQuantity }: OrderFigures): Decimal {
  return maxOf(filledQuantity.minus(quantity), ZERO);
}
