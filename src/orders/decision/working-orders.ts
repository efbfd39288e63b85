/**
 * What is asked of working orders at every check: what those of one side of a symbol add up to. Worked out once for a list,
 * which is never changed, and carried on when an order is added, so that a turn of many orders does not add all of them up
 * for each.
 */
import type { Side } from '../../broker/index.ts';
import { type Decimal, ZERO } from '../../core/index.ts';
import type { WorkingOrder } from './view.ts';

/** The working orders of one side of a symbol, together. */
export interface SideTotal {
  readonly symbol: string;
  readonly side: Side;
  readonly remaining: Decimal;
  /** Σ remaining · price. */
  readonly value: Decimal;
}

const totals = new WeakMap<readonly WorkingOrder[], ReadonlyMap<string, SideTotal>>();

/** Every side of every symbol that has working orders. */
export function sideTotals(working: readonly WorkingOrder[]): Iterable<SideTotal> {
  return totalsOf(working).values();
}

/** What working orders may still fill on one side of a symbol. */
export function remainingOf(working: readonly WorkingOrder[], symbol: string, side: Side): Decimal {
  return totalsOf(working).get(keyOf({ symbol, side }))?.remaining ?? ZERO;
}

/** The list with one more. */
export function withOrder(working: readonly WorkingOrder[], order: WorkingOrder): readonly WorkingOrder[] {
  const longer = [...working, order];
  const sums = new Map(totalsOf(working));
  add(sums, order);
  totals.set(longer, sums);
  return longer;
}

function totalsOf(working: readonly WorkingOrder[]): ReadonlyMap<string, SideTotal> {
  const known = totals.get(working);
  if (known !== undefined) return known;
  const sums = new Map<string, SideTotal>();
  for (const order of working) add(sums, order);
  totals.set(working, sums);
  return sums;
}

function add(sums: Map<string, SideTotal>, order: WorkingOrder): void {
  const { symbol, side, remaining, price } = order;
  const { remaining: before, value } = sums.get(keyOf(order)) ?? { remaining: ZERO, value: ZERO };
  const sum = { remaining: before.plus(remaining), value: value.plus(remaining.times(price)) };
  sums.set(keyOf(order), { symbol, side, ...sum });
}

function keyOf({ symbol, side }: Pick<WorkingOrder, 'symbol' | 'side'>): string {
  return `${side} ${symbol}`;
}
