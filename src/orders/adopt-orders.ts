/** Orders that were found at the broker and are not ours: they become rows, so that what they fill has its place in our books. */
import { createHash } from 'node:crypto';
import type { BrokerFill, BrokerOrder } from '../broker/index.ts';
import { type Clock, dateOf, decimalText, sumOf } from '../core/index.ts';
import type { Db, OrderRow } from '../storage/index.ts';
import type { AccountKey } from './books.ts';
import { isTerminal, statusHeard } from './order.ts';

/** What an order is known by: ours by its client id, others by the broker's. */
type Known = Pick<BrokerOrder, 'clientOrderId' | 'brokerOrderId'>;

/**
 * Our rows of what a broker tells of, which is found by its client id, else by the broker's own. The broker's is in no index, because
 * every order would have to be written into it: only what is told of for the first time is looked for by it, in all orders.
 */
export async function findRows(
  db: Db,
  { ownerId, mode }: AccountKey,
  told: readonly Known[],
): Promise<(known: Known) => OrderRow | undefined> {
  if (told.length === 0) return () => undefined;
  const names = told.flatMap((known) => [known.clientOrderId, externalId(known)]);
  const named = await db.order.findMany({ where: { ownerId, clientOrderId: { in: distinct(names) } } });
  const ours = named.filter((row) => row.mode === mode);
  const rowOf = finder(ours);
  const brokerIds = told.filter((known) => rowOf(known) === undefined).map(({ brokerOrderId }) => brokerOrderId);
  if (brokerIds.length === 0) return rowOf;
  const others = await db.order.findMany({ where: { ownerId, mode, brokerOrderId: { in: distinct(brokerIds) } } });
  return finder([...ours, ...others]);
}

function finder(rows: readonly OrderRow[]): (known: Known) => OrderRow | undefined {
  const byClientId = new Map(rows.map((row) => [row.clientOrderId, row]));
  const byBrokerId = new Map(rows.map((row) => [row.brokerOrderId, row]));
  return ({ clientOrderId, brokerOrderId }) => byClientId.get(clientOrderId) ?? byBrokerId.get(brokerOrderId);
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].filter((text) => text !== '');
}

/**
 * Makes rows of the orders that have none: source `external`, with the status that the broker says, as far as no fills are
 * needed for it. Needs the lock of the account, so that nobody else adopts them. Answers the new rows.
 */
export async function adoptOrders(
  db: Db,
  clock: Clock,
  { key, orders, correlationId }: { key: AccountKey; orders: readonly BrokerOrder[]; correlationId: string },
): Promise<readonly OrderRow[]> {
  const rowOf = await findRows(db, key, orders);
  const foreign = orders.filter((order) => rowOf(order) === undefined);
  if (foreign.length === 0) return [];
  const now = dateOf(clock);
  const rows = await db.order.createManyAndReturn({
    data: foreign.map((order) => ({ ...externalRow(order, now), ...key, correlationId })),
  });
  await db.orderTransition.createMany({
    data: rows.map(({ id, status, reason }) => {
      return { orderId: id, sequence: 1, fromStatus: null, toStatus: status, reason, at: now };
    }),
  });
  return rows;
}

function externalRow(order: BrokerOrder, now: Date) {
  const status = statusHeard('submitted', order.status);
  const price = order.limitPrice ?? order.stopPrice;
  return {
    clientOrderId: externalId(order),
    brokerOrderId: order.brokerOrderId,
    source: 'external',
    actor: 'broker',
    symbol: order.symbol,
    side: order.side,
    quantity: decimalText(order.quantity),
    orderType: order.orderType,
    limitPrice: order.limitPrice === null ? null : decimalText(order.limitPrice),
    stopPrice: order.stopPrice === null ? null : decimalText(order.stopPrice),
    timeInForce: order.timeInForce,
    status,
    reason: order.reason,
    decisionPrice: price === null ? null : decimalText(price),
    createdAt: order.submittedAt,
    submittedAt: order.submittedAt,
    updatedAt: now,
    endedAt: isTerminal(status) ? now : null,
  };
}

/** A client id for an order that has none of ours, the same each time. It cannot be one of somebody else's order. */
export function externalId({ brokerOrderId }: Pick<BrokerOrder, 'brokerOrderId'>): string {
  return `external-${createHash('sha256').update(brokerOrderId).digest('hex').slice(0, 32)}`;
}

/** What fills alone tell of the order that they belong to, which the broker does not show any more: it was filled. */
export function orderOfFills(fills: readonly BrokerFill[]): BrokerOrder | null {
  const [first] = fills;
  if (first === undefined) return null;
  const { brokerOrderId, clientOrderId, symbol, side, at } = first;
  const quantity = sumOf(fills.map((fill) => fill.quantity));
  const order = { brokerOrderId, clientOrderId, symbol, side, quantity, limitPrice: null, stopPrice: null };
  const facts = { orderType: 'market', timeInForce: 'day', status: 'filled', reason: null, submittedAt: at } as const;
  return { ...order, ...facts, filledQuantity: quantity };
}
