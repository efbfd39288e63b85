import { type Decimal, maxOf, ZERO } from '../../core/index.ts';
import { heldAgainst } from './exposure.ts';
import type { AccountView, WorkingOrder } from './view.ts';

/**
 * What may still be ordered, never below 0: the cash, less what working orders may cost, less twice what is sold short. There
 * is no margin: a short sale takes as much as a purchase of its size, so neither what it brought in nor as much again is free.
 * Null when the short positions cannot be priced.
 */
export function buyingPower(account: AccountView): Decimal | null {
  if (account.shortValue === null) return null;
  let free = account.cash.minus(account.shortValue.times(2));
  for (const [order, opening] of openingParts(account)) free = free.minus(opening.times(order.price));
  return maxOf(free, ZERO);
}

/**
 * What each working order opens beyond what it closes. Orders on one side of a symbol close what is held against them in order
 * of their price, the cheapest first, so that what is left to open costs no less than it may.
 */
function openingParts(account: AccountView): readonly (readonly [WorkingOrder, Decimal])[] {
  const left = new Map<string, Decimal>();
  return account.working
    .toSorted((a, b) => a.price.cmp(b.price))
    .map((order) => {
      const key = `${order.side} ${order.symbol}`;
      const held = left.get(key) ?? heldAgainst(account, order.symbol, order.side);
      left.set(key, maxOf(held.minus(order.remaining), ZERO));
      return [order, maxOf(order.remaining.minus(held), ZERO)] as const;
    });
}
