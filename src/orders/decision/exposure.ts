/** What an order would do to the position: how much of it reduces, how much opens, and at what price it counts. */
import type { OrderRequest, Side } from '../../broker/index.ts';
import { type Decimal, maxOf, minOf, ZERO } from '../../core/index.ts';
import type { AccountView, DecisionView } from './view.ts';
import { remainingOf } from './working-orders.ts';

/** What is held of a symbol; negative when short. */
export function positionOf(account: AccountView, symbol: string): Decimal {
  return account.positions.get(symbol) ?? ZERO;
}

/** What working orders may still fill on one side of a symbol. */
export function workingQuantity(account: AccountView, symbol: string, side: Side): Decimal {
  return remainingOf(account.working, symbol, side);
}

/**
 * How much can still be ordered on a side so that nothing but the position is closed: what is held against that side, less
 * what working orders already close. 0 when nothing is.
 */
export function reducibleQuantity(account: AccountView, symbol: string, side: Side): Decimal {
  return maxOf(heldAgainst(account, symbol, side).minus(workingQuantity(account, symbol, side)), ZERO);
}

/** What a side closes of a position before it opens one: a purchase what is short, a sale what is held. */
export function heldAgainst(account: AccountView, symbol: string, side: Side): Decimal {
  const position = positionOf(account, symbol);
  return maxOf(side === 'buy' ? position.neg() : position, ZERO);
}

/** Whether the order can only bring the position nearer to 0, whatever else that works is filled before it. */
export function isReducing({ account, request }: DecisionView): boolean {
  return request.quantity.lte(reducibleQuantity(account, request.symbol, request.side));
}

/** The part of the order beyond what it closes; 0 of one that only reduces. */
export function openingQuantity({ account, request }: DecisionView): Decimal {
  const closing = minOf(request.quantity, reducibleQuantity(account, request.symbol, request.side));
  return request.quantity.minus(closing);
}

/** The parts of an order that say at which price it may be filled. */
export type PricedOrder = Pick<OrderRequest, 'side' | 'orderType' | 'limitPrice' | 'stopPrice'>;

/**
 * The price that an order may be filled at, at most, by what is known now: it counts at this price in every check. Null when
 * that needs the last price and there is none.
 *
 * A purchase costs at most its limit. A stop that the market has passed already is filled at once, so a purchase counts at
 * the higher of stop and last price. A sale with a limit is filled at the market when that is higher. A market order counts at
 * the last price, and so does what slips beyond it.
 */
export function highestPrice(order: PricedOrder, last: Decimal | null): Decimal | null {
  const { side, orderType, limitPrice, stopPrice } = order;
  switch (orderType) {
    case 'market':
      return last;
    case 'limit':
      return side === 'buy' ? limitPrice : higher(limitPrice, last);
    case 'stop':
      return side === 'buy' ? higher(stopPrice, last) : stopPrice;
    case 'stop_limit':
      return side === 'buy' ? limitPrice : higher(limitPrice, stopPrice);
  }
}

function higher(a: Decimal | null, b: Decimal | null): Decimal | null {
  return a === null || b === null ? null : maxOf(a, b);
}

/** Quantity of the order times `highestPrice`, exact; null when it cannot be priced. */
export function orderValue({ request, quote }: DecisionView): Decimal | null {
  return highestPrice(request, quote?.price ?? null)?.times(request.quantity) ?? null;
}
