/** What the paper broker answers of what is committed. */
import { type Decimal, decimal, invalid, memberOf } from '../../core/index.ts';
import type { Db } from '../../storage/index.ts';
import type { BrokerAccount, BrokerFill, BrokerFills, BrokerPosition } from '../broker.ts';
import { SIDES } from '../vocabulary.ts';
import type { PaperSettings } from './settings.ts';

/** Fills of one answer. */
const PAGE = 500;

/** The fills after a cursor, which is the sequence of the last one that was told. */
export async function fillsAfter(db: Db, ownerId: number, after: string): Promise<BrokerFills> {
  if (!/^\d{0,9}$/.test(after)) throw invalid('after', 'Expected a cursor of an earlier answer.');
  const rows = await db.paperFill.findMany({
    where: { ownerId, sequence: { gt: Number(after) } },
    orderBy: { sequence: 'asc' },
    take: PAGE,
    include: { order: { select: { clientOrderId: true } } },
  });
  const fills = rows.map(
    (row): BrokerFill => ({
      executionId: String(row.sequence),
      brokerOrderId: String(row.paperOrderId),
      clientOrderId: row.order.clientOrderId,
      symbol: row.symbol,
      side: memberOf(SIDES, row.side),
      quantity: decimal(row.quantity),
      price: decimal(row.price),
      commission: decimal(row.commission),
      at: row.at,
    }),
  );
  return { fills, cursor: fills.at(-1)?.executionId ?? after };
}

export async function positionsOf(db: Db, ownerId: number): Promise<readonly BrokerPosition[]> {
  const rows = await db.paperPosition.findMany({
    where: { ownerId, quantity: { not: '0' } },
    orderBy: { symbol: 'asc' },
  });
  return rows.map(({ symbol, quantity, costBasis }) => ({
    symbol,
    quantity: decimal(quantity),
    costBasis: decimal(costBasis),
  }));
}

/** An account that has not been used yet is one with the initial cash. */
export async function accountOf(db: Db, settings: PaperSettings, ownerId: number): Promise<BrokerAccount> {
  const row = await db.paperAccount.findUnique({ where: { ownerId } });
  const cash: Decimal = row === null ? settings.initialCash : decimal(row.cash);
  return { currency: row?.currency ?? settings.currency, cash };
}
