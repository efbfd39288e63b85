/** What fills make of orders, positions and money: entered one after the other, exact, then stored together. */
import { applyTrade, type BrokerFill, type Holding, NOTHING_HELD } from '../broker/index.ts';
import { type Decimal, dateOf, decimal, decimalText, invariant } from '../core/index.ts';
import type { JournalWrite } from '../events/index.ts';
import {
  type AccountRow,
  type Db,
  type FillRow,
  insertRows,
  type OrderRow,
  type PositionRow,
} from '../storage/index.ts';
import type { OrderBasis } from './deps.ts';
import { accountEvent, fillEvent, modeOf, positionEvent } from './events.ts';
import { averageFillPrice, excessQuantity, fillOrder } from './fill-order.ts';
import { isTerminal } from './order.ts';
import { figuresOf, requestOf, statusOf } from './order-row.ts';
import { sessionOf } from './session.ts';
import { type Changed, storeOrders } from './store-orders.ts';
import { eventsOf, readCauses, writeTransitions } from './transitions.ts';

type LedgerDeps = Pick<OrderBasis, 'clock' | 'log'>;

/** The books of one account while fills are entered. Needs the lock of the account's row. */
export class Ledger {
  readonly #deps: LedgerDeps;
  readonly #account: AccountRow;
  readonly #holdings: Map<string, Holding>;
  readonly #orders = new Map<number, Changed>();
  readonly #fills: Omit<FillRow, 'id'>[] = [];
  #cash: Decimal;
  #realizedPnl: Decimal;

  private constructor(deps: LedgerDeps, account: AccountRow, holdings: Map<string, Holding>) {
    this.#deps = deps;
    this.#account = account;
    this.#holdings = holdings;
    this.#cash = decimal(account.cash);
    this.#realizedPnl = decimal(account.realizedPnl);
  }

  /** Reads what is held of these symbols. */
  static async open(
    deps: LedgerDeps,
    db: Db,
    { account, symbols }: { readonly account: AccountRow; readonly symbols: readonly string[] },
  ): Promise<Ledger> {
    const { ownerId, mode } = account;
    const rows = await db.position.findMany({ where: { ownerId, mode, symbol: { in: [...new Set(symbols)] } } });
    const holdings = rows.map(({ symbol, quantity, costBasis, realizedPnl }): [string, Holding] => [
      symbol,
      { quantity: decimal(quantity), costBasis: decimal(costBasis), realizedPnl: decimal(realizedPnl) },
    ]);
    return new Ledger(deps, account, new Map(holdings));
  }

  /** Enters a fill of an order. More than was ordered is a fact, too, and logged. */
  enter(fill: BrokerFill, row: OrderRow): void {
    const { executionId, symbol, side, at } = fill;
    const effect = applyTrade(this.#holdings.get(symbol) ?? NOTHING_HELD, fill);
    this.#holdings.set(symbol, effect.holding);
    this.#cash = this.#cash.plus(effect.cashChange);
    this.#realizedPnl = this.#realizedPnl.plus(effect.realizedPnl);
    const { ownerId, mode } = this.#account;
    const quantity = decimalText(fill.quantity);
    const price = decimalText(fill.price);
    const sums = { commission: decimalText(fill.commission), realizedPnl: decimalText(effect.realizedPnl) };
    this.#fills.push({ ownerId, orderId: row.id, executionId, mode, symbol, side, quantity, price, ...sums, at });

    const { before, after } = this.#orders.get(row.id) ?? { before: row, after: row };
    const filled = fillOrder(figuresOf(after), fill);
    const excess = excessQuantity(filled);
    if (excess.gt(0)) {
      const facts = { orderId: row.id, executionId, excess: decimalText(excess) };
      this.#deps.log.error(facts, 'The broker filled more than was ordered; it is booked');
    }
    const brokerOrderId = after.brokerOrderId ?? fill.brokerOrderId;
    const next = { ...filledRow(after, filled, dateOf(this.#deps.clock)), brokerOrderId };
    this.#orders.set(row.id, { before, after: next });
  }

  /** Stores everything that was entered, and that the broker's fills are read up to `fillCursor`. At least one was. */
  async store({ db, appendAll }: JournalWrite, fillCursor: string): Promise<void> {
    const { ownerId, mode } = this.#account;
    const updatedAt = dateOf(this.#deps.clock);
    const money = { cash: decimalText(this.#cash), realizedPnl: decimalText(this.#realizedPnl) };
    await db.account.updateMany({ where: { ownerId, mode }, data: { ...money, fillCursor, updatedAt } });
    const changed = [...this.#orders.values()];
    await storeOrders(db, changed);
    await insertRows(db, 'Fill', this.#fills);
    const positions = this.#positions();
    await storePositions(db, positions, updatedAt);
    await writeTransitions(db, changed);
    const causes = await readCauses(db, [...this.#orders.keys()]);
    const last = this.#orderOf(this.#fills.at(-1)).correlationId;
    await appendAll([
      ...this.#fills.map((fill) => fillEvent(this.#orderOf(fill), fill, causes.get(fill.orderId))),
      ...changed.flatMap((each) => eventsOf(each, causes.get(each.after.id))),
      ...positions.map((row) => positionEvent(row, last)),
      accountEvent({ ...this.#account, ...money }, last),
    ]);
  }

  #orderOf(fill: Omit<FillRow, 'id'> | undefined): OrderRow {
    const order = this.#orders.get(fill?.orderId ?? 0);
    invariant(order !== undefined, 'a fill that was entered has its order');
    return order.after;
  }

  #positions() {
    const key = { ownerId: this.#account.ownerId, mode: modeOf(this.#account) };
    return [...this.#holdings].map(([symbol, { quantity, costBasis, realizedPnl }]) => {
      const figures = { quantity: decimalText(quantity), costBasis: decimalText(costBasis) };
      return { ...key, symbol, ...figures, realizedPnl: decimalText(realizedPnl) };
    });
  }
}

/**
 * The order after a fill. One that had ended unfilled takes its place among the daily trades again: it is a trade. The claim of a
 * submission ends, because a fill answers it; that of a change does not.
 */
export function filledRow(row: OrderRow, filled: ReturnType<typeof fillOrder>, now: Date): OrderRow {
  const average = averageFillPrice(filled);
  const isEnd = filled.status !== row.status && isTerminal(filled.status);
  return {
    ...row,
    status: filled.status,
    filledQuantity: decimalText(filled.filledQuantity),
    filledValue: decimalText(filled.filledValue),
    commission: decimalText(filled.commission),
    averageFillPrice: average === null ? null : decimalText(average),
    reservedDay: gaveItsPlaceBack(row) ? dayOf(row) : row.reservedDay,
    updatedAt: now,
    ...(row.status === 'unknown' && { unknownSince: null, missingSince: null, reasonCode: null, reason: null }),
    ...((isEnd || row.status === 'pending_submit') && { claimedBy: null, claimUntil: null }),
    ...(isEnd && { endedAt: now, nextLookupAt: null }),
  };
}

function gaveItsPlaceBack(row: OrderRow): boolean {
  const status = statusOf(row);
  const isEnd = isTerminal(status) && status !== 'denied' && row.filledQuantity === '0';
  return isEnd && !row.isReducing && row.source !== 'external';
}

function dayOf(row: OrderRow): string | null {
  return sessionOf(requestOf(row), undefined, row.createdAt.getTime())?.tradingDay ?? null;
}

async function storePositions(db: Db, rows: readonly Omit<PositionRow, 'updatedAt'>[], updatedAt: Date): Promise<void> {
  for (const { ownerId, mode, symbol, quantity, costBasis, realizedPnl } of rows) {
    const figures = { quantity, costBasis, realizedPnl, updatedAt };
    await db.position.upsert({
      where: { ownerId_mode_symbol: { ownerId, mode, symbol } },
      create: { ownerId, mode, symbol, ...figures },
      update: figures,
    });
  }
}
