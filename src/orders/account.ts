/** What an account is worth at the newest prices: for its owner, for decisions, and for the limits on losses. */
import { type Principal, requireScope } from '../access/index.ts';
import type { TradingMode } from '../broker/index.ts';
import { type Decimal, decimal, unavailable } from '../core/index.ts';
import { readSafety } from '../safety/index.ts';
import type { AccountRow, Db } from '../storage/index.ts';
import {
  type AccountKey,
  type Books,
  lockAccount,
  type Measures,
  measuresOn,
  type PricedPosition,
  readBooks,
  sameMeasures,
  type Valuation,
  valueBooks,
  workingOrder,
} from './books.ts';
import { buyingPower } from './decision/buying-power.ts';
import type { AccountView } from './decision/view.ts';
import type { OrderBasis } from './deps.ts';
import { openAccount } from './open-account.ts';
import { type PriceBoard, priceOf, readPrices } from './price-board.ts';
import { accountDay } from './session.ts';
import { effectiveMode } from './trading-mode.ts';

/** How often the rows are read again when a fill was booked while they were read. */
const MAX_READS = 5;

/** An account at the newest prices. What needs a price that there is not is null, never 0. */
export interface AccountValue {
  readonly mode: TradingMode;
  readonly currency: string;
  readonly cash: Decimal;
  /** Cash and the market value of all positions. */
  readonly equity: Decimal | null;
  /** Of all trades so far, after commissions. */
  readonly realizedPnl: Decimal;
  readonly unrealizedPnl: Decimal | null;
  /** Equity less that at the beginning of the trading day. */
  readonly dayPnl: Decimal | null;
  readonly dayStartEquity: Decimal;
  readonly peakEquity: Decimal;
  /** What may still be ordered, 0 or more. */
  readonly buyingPower: Decimal | null;
  readonly positions: readonly PricedPosition[];
  /** Held symbols without a price. */
  readonly missing: readonly string[];
}

/** The account that the caller trades with now. Scope `read`. */
export async function accountSummary(deps: OrderBasis, principal: Principal): Promise<AccountValue> {
  requireScope(principal, 'read');
  const settings = await readSafety(deps.database.read, principal.userId);
  return valueAccount(deps, principal.userId, effectiveMode(deps, settings));
}

/** What the caller holds in the account that it trades with now, by symbol. Scope `read`. */
export async function listPositions(deps: OrderBasis, principal: Principal): Promise<readonly PricedPosition[]> {
  const { positions } = await accountSummary(deps, principal);
  return positions.toSorted((a, b) => (a.symbol < b.symbol ? -1 : 1));
}

/**
 * The account as it stands, which is opened when it was not yet. Writes nothing else.
 *
 * @throws {DomainError} UNAVAILABLE when the account has to be opened and the broker does not answer
 */
export async function valueAccount(deps: OrderBasis, ownerId: number, mode: TradingMode): Promise<AccountValue> {
  const key = { ownerId, mode };
  await openAccount(deps, key);
  const books = await readUnlocked(deps, key);
  const board = await readPrices(deps.prices, symbolsOf(books));
  const valuation = valueBooks(books, board, deps.clock.now());
  return accountValue(books, { valuation, board, measures: measuresNow(deps, books.account, valuation) });
}

/**
 * The same, measured: the day, the day's beginning, the peak and the last equity are stored, so that the limits on losses
 * have something to go by.
 *
 * @throws {DomainError} as for `valueAccount`
 */
export async function measureAccount(deps: OrderBasis, ownerId: number, mode: TradingMode): Promise<AccountValue> {
  const key = { ownerId, mode };
  await openAccount(deps, key);
  const board = await readPrices(deps.prices, symbolsOf(await readUnlocked(deps, key)));
  return deps.database.transaction(async (db) => {
    const account = await lockAccount(db, deps.clock, key);
    if (account === null) throw unavailable('The account is being reset: try again.');
    const books = await readBooks(db, account);
    const valuation = valueBooks(books, board, deps.clock.now());
    const measures = await storeMeasures(db, account, measuresNow(deps, account, valuation));
    return accountValue(books, { valuation, board, measures });
  });
}

/** The account's measures now that it has this value. */
export function measuresNow(
  { clock }: Pick<OrderBasis, 'clock'>,
  account: AccountRow,
  { equity }: Valuation,
): Measures {
  return measuresOn(account, accountDay(clock.now()), equity);
}

/** Stores measures that differ from the row's. Needs its lock. */
export async function storeMeasures(db: Db, account: AccountRow, measures: Measures): Promise<Measures> {
  const { ownerId, mode } = account;
  const { day, dayStartEquity, peakEquity, lastEquity } = measures;
  if (!sameMeasures(account, measures))
    await db.$executeRaw`
      UPDATE "Account" SET "day" = ${day}, "dayStartEquity" = ${dayStartEquity}, "peakEquity" = ${peakEquity},
        "lastEquity" = ${lastEquity}
      WHERE "ownerId" = ${ownerId} AND "mode" = ${mode}`;
  return measures;
}

/** An account with everything that its value was worked out from. */
interface Valued {
  readonly valuation: Valuation;
  readonly board: PriceBoard;
  readonly measures: Measures;
}

/** As decisions look at it. `exceptId` is a working order that does not count, because it is the one that is changed. */
export function accountView(books: Books, { valuation, board, measures }: Valued, exceptId?: number): AccountView {
  const working = books.working.filter(({ id }) => id !== exceptId);
  return {
    cash: decimal(books.account.cash),
    equity: valuation.equity,
    shortValue: valuation.shortValue,
    dayStartEquity: decimal(measures.dayStartEquity),
    peakEquity: decimal(measures.peakEquity),
    positions: new Map(valuation.positions.map(({ symbol, quantity }) => [symbol, quantity])),
    working: working.map((row) => workingOrder(row, priceOf(board, row.symbol))),
  };
}

function accountValue(books: Books, valued: Valued): AccountValue {
  const { account } = books;
  const { equity, unrealizedPnl, positions, missing } = valued.valuation;
  const view = accountView(books, valued);
  return {
    mode: account.mode === 'live' ? 'live' : 'paper',
    currency: account.currency,
    cash: view.cash,
    equity,
    realizedPnl: decimal(account.realizedPnl),
    unrealizedPnl,
    dayPnl: equity?.minus(view.dayStartEquity) ?? null,
    dayStartEquity: view.dayStartEquity,
    peakEquity: view.peakEquity,
    buyingPower: buyingPower(view),
    positions,
    missing,
  };
}

/** Everything that has to be priced. */
export function symbolsOf({ positions, working }: Pick<Books, 'positions' | 'working'>): readonly string[] {
  return [...new Set([...positions, ...working].map(({ symbol }) => symbol))];
}

/** Rows that belong together although nothing was locked: a fill that was booked meanwhile would have moved the cursor. */
export async function readUnlocked({ database }: OrderBasis, key: AccountKey): Promise<Books> {
  const find = (): Promise<AccountRow> => database.read.account.findUniqueOrThrow({ where: { ownerId_mode: key } });
  for (let read = 0; read < MAX_READS; read += 1) {
    const books = await readBooks(database.read, await find());
    if ((await find()).fillCursor === books.account.fillCursor) return books;
  }
  throw unavailable('The account was being filled all the time while it was read: try again.');
}
