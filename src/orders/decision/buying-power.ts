import { type Decimal, maxOf, ZERO } from '../../core/index.ts';
import { heldAgainst } from './exposure.ts';
import type { AccountView } from './view.ts';
import { type SideTotal, sideTotals } from './working-orders.ts';

/**
 * What may still be ordered, never below 0: the cash, less what working orders may cost, less twice what is sold short. There
 * is no margin: a short sale takes as much as a purchase of its size, so neither what it brought in nor as much again is free.
 * Null when the short positions cannot be priced.
 */
export function buyingPower(account: AccountView): Decimal | null {
  if (account.shortValue === null) return null;
  let free = account.cash.minus(account.shortValue.times(2));
  for (const total of sideTotals(account.working)) free = free.minus(openingValue(account, total));
  return maxOf(free, ZERO);
}

/**
 * What the working orders of one side of a symbol may cost beyond what they close. They close what is held against them in the
 * order of their price, the cheapest first, so that what is left to open costs no less than it may.
 */
function openingValue(account: AccountView, { symbol, side, value }: SideTotal): Decimal {
  let held = heldAgainst(account, symbol, side);
  if (held.isZero()) return value;
  let opening = ZERO;
  const orders = account.working.filter((order) => order.symbol === symbol && order.side === side);
  for (const { remaining, price } of orders.toSorted((a, b) => a.price.cmp(b.price))) {
    opening = opening.plus(maxOf(remaining.minus(held), ZERO).times(price));
    held = maxOf(held.minus(remaining), ZERO);
  }
  return opening;
}
