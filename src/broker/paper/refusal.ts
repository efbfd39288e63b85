/** Why the paper broker does not take an order or a change: a sentence, or null. */
import { DECIMAL_PLACES, type Decimal, decimalText, MAX_DECIMAL, sumOf } from '../../core/index.ts';
import type { OrderChanges } from '../broker.ts';
import type { OrderRequest } from '../order-request.ts';
import type { Books, Claim } from './books.ts';
import type { PaperOrder } from './paper-order.ts';
import type { PaperSettings } from './settings.ts';

/** What is wrong with the request by itself. */
export function refuseShape(request: OrderRequest): string | null {
  const { mode, orderType, quantity, limitPrice, stopPrice } = request;
  if (mode !== 'paper') return 'This broker trades on paper only.';
  if (!isAmount(quantity)) return `The quantity must be above 0 with at most ${DECIMAL_PLACES} decimals.`;
  const hasLimit = orderType === 'limit' || orderType === 'stop_limit';
  const hasStop = orderType === 'stop' || orderType === 'stop_limit';
  if (hasLimit !== (limitPrice !== null)) return 'Limit and stop_limit orders have a limit price, others have none.';
  if (hasStop !== (stopPrice !== null)) return 'Stop and stop_limit orders have a stop price, others have none.';
  return refusePrices([limitPrice, stopPrice]);
}

/** What is wrong with changing the order so. */
export function refuseChanges(order: PaperOrder, { quantity, limitPrice, stopPrice }: OrderChanges): string | null {
  if (quantity !== undefined && !isAmount(quantity)) {
    return `The quantity must be above 0 with at most ${DECIMAL_PLACES} decimals.`;
  }
  if (quantity?.lt(order.filledQuantity) === true) {
    return `The quantity cannot be less than the ${decimalText(order.filledQuantity)} that are filled.`;
  }
  if (limitPrice !== undefined && order.limitPrice === null) return 'The order has no limit price.';
  if (stopPrice !== undefined && order.stopPrice === null) return 'The order has no stop price.';
  if (stopPrice !== undefined && order.triggeredAt !== null) return 'The stop has been touched already.';
  return refusePrices([limitPrice ?? null, stopPrice ?? null]);
}

function refusePrices(prices: readonly (Decimal | null)[]): string | null {
  const isFine = prices.every((price) => price === null || isAmount(price));
  return isFine ? null : `A price must be above 0 with at most ${DECIMAL_PLACES} decimals.`;
}

function isAmount(value: Decimal): boolean {
  return value.isFinite() && value.gt(0) && value.lte(MAX_DECIMAL) && value.decimalPlaces() <= DECIMAL_PLACES;
}

/** What the account says to the order `wanted` beside those that are open: too short, or too little money. */
export function refuseFunds(
  { books, settings }: { readonly books: Books; readonly settings: PaperSettings },
  open: readonly Claim[],
  wanted: Claim,
): string | null {
  if (!settings.allowShort && wanted.side === 'sell') {
    const before = open.filter(({ symbol, side }) => symbol === wanted.symbol && side === 'sell');
    const free = books.closable(wanted.symbol, 'sell').minus(sumOf(before.map(({ remaining }) => remaining)));
    if (wanted.remaining.gt(free))
      return `Short sales are not possible: ${decimalText(free)} ${wanted.symbol} can be sold.`;
  }
  const others = books.neededFor(open);
  const needed = books.neededFor([...open, wanted]).minus(others);
  const free = books.freeCash.minus(others);
  if (needed.isZero() || needed.lte(free)) return null;
  return `The buying power does not suffice: the order needs ${decimalText(needed)}, and ${decimalText(free)} is free.`;
}
