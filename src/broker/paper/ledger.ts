/** The books as rows. Whoever changes an account locks it first, so that one account changes in one order, whatever process. */
import { type Decimal, decimal, decimalText } from '../../core/index.ts';
import type { Db } from '../../storage/index.ts';
import type { Holding } from '../holding.ts';
import { Books } from './books.ts';
import { OPEN_STATUSES, type PaperOrder, paperOrderOf } from './paper-order.ts';
import type { PaperSettings } from './settings.ts';

/** A row of PaperAccount, locked until the transaction ends. */
export interface LockedAccount {
  readonly ownerId: number;
  readonly currency: string;
  readonly cash: Decimal;
  /** The sequence of its newest fill. */
  readonly fillCount: number;
}

/** Takes the account's lock; it must be the first statement of a transaction. A new account starts with the initial cash. */
export async function lockAccount(
  tx: Db,
  settings: PaperSettings,
  { ownerId, now }: { readonly ownerId: number; readonly now: Date },
): Promise<LockedAccount> {
  const cash = decimalText(settings.initialCash);
  await tx.$executeRaw`INSERT INTO "PaperAccount" ("ownerId", "currency", "initialCash", "cash", "fillCount", "updatedAt")
    VALUES (${ownerId}, ${settings.currency}, ${cash}, ${cash}, 0, ${now})
    ON CONFLICT ("ownerId") DO UPDATE SET "updatedAt" = ${now}`;
  const row = await tx.paperAccount.findUniqueOrThrow({ where: { ownerId } });
  return { ownerId, currency: row.currency, cash: decimal(row.cash), fillCount: row.fillCount };
}

/** The books of a locked account. */
export async function readBooks(tx: Db, settings: PaperSettings, account: LockedAccount): Promise<Books> {
  const rows = await tx.paperPosition.findMany({ where: { ownerId: account.ownerId } });
  const holdings = rows.map(({ symbol, quantity, costBasis, realizedPnl }): [string, Holding] => [
    symbol,
    { quantity: decimal(quantity), costBasis: decimal(costBasis), realizedPnl: decimal(realizedPnl) },
  ]);
  return new Books(settings, account.cash, holdings);
}

/** Stores the cash, how many fills there are now, and the positions of the symbols that were traded. */
export async function writeBooks(
  tx: Db,
  { account, books }: { readonly account: LockedAccount; readonly books: Books },
  { fillCount, symbols, now }: { readonly fillCount: number; readonly symbols: Iterable<string>; readonly now: Date },
): Promise<void> {
  const { ownerId } = account;
  for (const symbol of symbols) {
    const holding = books.holding(symbol);
    const texts = {
      quantity: decimalText(holding.quantity),
      costBasis: decimalText(holding.costBasis),
      realizedPnl: decimalText(holding.realizedPnl),
    };
    await tx.paperPosition.upsert({
      where: { ownerId_symbol: { ownerId, symbol } },
      create: { ownerId, symbol, ...texts },
      update: texts,
    });
  }
  await tx.paperAccount.update({
    where: { ownerId },
    data: { cash: decimalText(books.cash), fillCount, updatedAt: now },
  });
}

/** The orders of an owner that may still be filled, oldest first. */
export async function openOrdersOf(db: Db, ownerId: number): Promise<readonly PaperOrder[]> {
  const rows = await db.paperOrder.findMany({
    where: { ownerId, status: { in: [...OPEN_STATUSES] } },
    orderBy: { id: 'asc' },
  });
  return rows.map(paperOrderOf);
}

/** The order with this client id. */
export async function orderOf(db: Db, ownerId: number, clientOrderId: string): Promise<PaperOrder | null> {
  const row = await db.paperOrder.findUnique({ where: { ownerId_clientOrderId: { ownerId, clientOrderId } } });
  return row === null ? null : paperOrderOf(row);
}
