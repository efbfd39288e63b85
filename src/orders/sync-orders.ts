/** What the broker says of the orders that work, asked for when it tells that something happened. */
import type { BrokerOrder } from '../broker/index.ts';
import type { Decimal } from '../core/index.ts';
import type { OrderRow } from '../storage/index.ts';
import type { AccountKey } from './books.ts';
import { answerOf } from './broker-answer.ts';
import type { OrderDeps } from './gateway.ts';
import { WORKING_STATUSES } from './order.ts';
import { requestOf } from './order-row.ts';
import { lookUp } from './settle-unknown.ts';

/**
 * Compares our working orders with the broker's open ones: what it has is taken over, and what it does not have any more is
 * looked up, because it has ended. Orders that are being sent are left alone.
 *
 * @throws {DomainError} UNAVAILABLE when the broker does not say
 */
export async function syncOrders(deps: OrderDeps, key: AccountKey): Promise<void> {
  const { database, gateway } = deps;
  // Ours first: what is placed in between is then not missed among the broker's.
  const rows = await database.read.order.findMany({
    where: { ...key, status: { in: WORKING_STATUSES.filter((status) => status !== 'pending_submit') } },
  });
  if (rows.length === 0) return;
  const { broker, timeoutMs } = gateway.sender(key.mode);
  const open = await answerOf((call) => broker.openOrders(key.ownerId, call), timeoutMs);
  const byBrokerId = new Map(open.map((order) => [order.brokerOrderId, order]));
  await Promise.all(rows.map((row) => syncOne(deps, row, byBrokerId.get(row.brokerOrderId ?? ''))));
}

async function syncOne(deps: OrderDeps, row: OrderRow, order: BrokerOrder | undefined): Promise<void> {
  // An unknown order is looked up when its time has come.
  if (row.status === 'unknown' || deps.gateway.isSending(row.id)) return;
  // A change may have been made since this list was: other terms are asked for anew.
  if (order === undefined || hasOtherTerms(row, order)) await lookUp(deps, row);
  else if (order.status !== row.status || !order.filledQuantity.eq(row.filledQuantity)) {
    await deps.gateway.apply(row, order);
  }
}

function hasOtherTerms(row: OrderRow, { quantity, limitPrice, stopPrice }: BrokerOrder): boolean {
  const now = requestOf(row);
  const isSamePrice = sameDecimal(now.limitPrice, limitPrice) && sameDecimal(now.stopPrice, stopPrice);
  return !isSamePrice || !now.quantity.eq(quantity);
}

function sameDecimal(a: Decimal | null, b: Decimal | null): boolean {
  return a === null || b === null ? a === b : a.eq(b);
}
