/** Our books of one account: its money, what it holds, and what may still be filled. Read, priced, and measured. */
import { SIDES, type TradingMode } from '../broker/index.ts';
import {
  type Clock,
  type Decimal,
  dateOf,
  decimal,
  decimalText,
  maxOf,
  memberOf,
  toMoney,
  ZERO,
} from '../core/index.ts';
import { type AccountRow, type Db, listOf, type OrderRow, type PositionRow } from '../storage/index.ts';
import { highestPrice } from './decision/exposure.ts';
import type { WorkingOrder } from './decision/view.ts';
import { WORKING_STATUSES } from './order.ts';
import { requestOf } from './order-row.ts';
import type { KnownPrice, PriceBoard } from './price-board.ts';
import { sessionOf } from './session.ts';

/** Whose account, and which of the two. */
export interface AccountKey {
  readonly ownerId: number;
  readonly mode: TradingMode;
}

/** The rows that stand for an account at one moment. */
export interface Books {
  readonly account: AccountRow;
  /** Without those that were closed. */
  readonly positions: readonly PositionRow[];
  readonly working: readonly OrderRow[];
}

/** One position at the newest price. */
export interface PricedPosition {
  readonly mode: TradingMode;
  readonly symbol: string;
  readonly quantity: Decimal;
  readonly costBasis: Decimal;
  /** Cost per unit, 8 decimals. */
  readonly averagePrice: Decimal;
  readonly realizedPnl: Decimal;
  /** The following three are null when there is no price. */
  readonly marketPrice: Decimal | null;
  /** Quantity times price, 8 decimals. */
  readonly marketValue: Decimal | null;
  readonly unrealizedPnl: Decimal | null;
}

/** What an account is worth. */
export interface Valuation {
  readonly positions: readonly PricedPosition[];
  /** The cash and the market value of every position; null when one has no price, or one that is too old. */
  readonly equity: Decimal | null;
  readonly unrealizedPnl: Decimal | null;
  /** What the short positions are worth, 0 or more. */
  readonly shortValue: Decimal | null;
  /** Held symbols without a price that will do. */
  readonly missing: readonly string[];
}

/**
 * The account's row, with its lock until `db` commits; null when there is none yet. Whoever reads positions and working
 * orders behind it sees every fill either in both or in neither, because fills are booked under the same lock.
 */
export async function lockAccount(db: Db, clock: Clock, { ownerId, mode }: AccountKey): Promise<AccountRow | null> {
  const updatedAt = dateOf(clock);
  const [row] = await db.$queryRaw<AccountRow[]>`
    UPDATE "Account" SET "updatedAt" = ${updatedAt} WHERE "ownerId" = ${ownerId} AND "mode" = ${mode} RETURNING *`;
  return row ?? null;
}

/** Positions and working orders that go with an account's row. */
export async function readBooks(db: Db, account: AccountRow): Promise<Books> {
  const { ownerId, mode } = account;
  const positions = await db.$queryRaw<PositionRow[]>`
    SELECT * FROM "Position" WHERE "ownerId" = ${ownerId} AND "mode" = ${mode} AND "quantity" <> '0'`;
  const working = await db.$queryRaw<OrderRow[]>`
    SELECT * FROM "Order" WHERE "ownerId" = ${ownerId} AND "mode" = ${mode} AND "status" IN ${listOf(WORKING_STATUSES)}`;
  return { account, positions, working };
}

/** A working order as far as it counts in decisions. `last` is used where it was decided without a price. */
export function workingOrder(row: OrderRow, last: Decimal | null): WorkingOrder {
  const request = requestOf(row);
  const decisionPrice = row.decisionPrice === null ? last : decimal(row.decisionPrice);
  return {
    symbol: row.symbol,
    side: memberOf(SIDES, row.side),
    remaining: maxOf(request.quantity.minus(row.filledQuantity), ZERO),
    price: highestPrice(request, decisionPrice) ?? last ?? ZERO,
  };
}

/** How old the price of a position may be while its market is open, in ms; nor may it be from further in the future. */
export const MAX_HELD_PRICE_AGE_MS = 15 * 60_000;

/** The books at these prices at an instant (epoch ms). While a market is open, a price that is too old counts as none. */
export function valueBooks({ account, positions }: Omit<Books, 'working'>, board: PriceBoard, now: number): Valuation {
  const priced = positions.map((row) => pricePosition(row, heldPrice(board, row.symbol, now)));
  const missing = priced.flatMap(({ symbol, marketPrice }) => (marketPrice === null ? [symbol] : []));
  if (missing.length > 0) return { positions: priced, equity: null, unrealizedPnl: null, shortValue: null, missing };
  let equity = decimal(account.cash);
  let unrealizedPnl = ZERO;
  let shortValue = ZERO;
  for (const position of priced) {
    const value = position.marketValue ?? ZERO;
    equity = equity.plus(value);
    unrealizedPnl = unrealizedPnl.plus(position.unrealizedPnl ?? ZERO);
    if (value.isNeg()) shortValue = shortValue.minus(value);
  }
  return { positions: priced, equity, unrealizedPnl, shortValue, missing };
}

function heldPrice(board: PriceBoard, symbol: string, now: number): Decimal | null {
  const known = board.get(symbol);
  return known?.kind === 'priced' && !isStale(symbol, known, now) ? known.price : null;
}

/** Whether a price is too old to value anything with: a closed market's last one is not. */
export function isStale(symbol: string, known: Extract<KnownPrice, { kind: 'priced' }>, now: number): boolean {
  const isOpen = sessionOf({ symbol, timeInForce: 'day' }, known, now)?.isOpen === true;
  return isOpen && Math.abs(now - known.at) > MAX_HELD_PRICE_AGE_MS;
}

function pricePosition(row: PositionRow, marketPrice: Decimal | null): PricedPosition {
  const quantity = decimal(row.quantity);
  const costBasis = decimal(row.costBasis);
  const marketValue = marketPrice === null ? null : toMoney(quantity.times(marketPrice));
  return {
    mode: row.mode === 'live' ? 'live' : 'paper',
    symbol: row.symbol,
    quantity,
    costBasis,
    averagePrice: quantity.isZero() ? ZERO : toMoney(costBasis.div(quantity)),
    realizedPnl: decimal(row.realizedPnl),
    marketPrice,
    marketValue,
    unrealizedPnl: marketValue === null ? null : marketValue.minus(costBasis),
  };
}

/** What the loss limits are measured against, as the account's row has it. */
export type Measures = Pick<AccountRow, 'day' | 'dayStartEquity' | 'peakEquity' | 'lastEquity'>;

/**
 * The measures on a day: a new trading day begins with the equity that was measured last, and the peak is the highest ever
 * measured. An equity that is not known (null) moves nothing but the day.
 */
export function measuresOn(before: Measures, day: string, equity: Decimal | null): Measures {
  const isNewDay = day > before.day;
  const measured = equity === null ? null : toMoney(equity);
  return {
    day: isNewDay ? day : before.day,
    dayStartEquity: isNewDay ? before.lastEquity : before.dayStartEquity,
    peakEquity: measured === null ? before.peakEquity : decimalText(maxOf(decimal(before.peakEquity), measured)),
    lastEquity: measured === null ? before.lastEquity : decimalText(measured),
  };
}

/** Whether two measures are the same. */
export function sameMeasures(a: Measures, b: Measures): boolean {
  return (
    a.day === b.day &&
    a.dayStartEquity === b.dayStartEquity &&
    a.peakEquity === b.peakEquity &&
    a.lastEquity === b.lastEquity
  );
}
