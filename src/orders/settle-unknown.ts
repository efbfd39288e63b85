/** Orders of which it is not known what became: they are looked up at the broker by their client id, and never sent again. */
import type { BrokerOrder } from '../broker/index.ts';
import { dateOf } from '../core/index.ts';
import type { OrderRow } from '../storage/index.ts';
import { answerOf } from './broker-answer.ts';
import { askBroker } from './cancel-order.ts';
import { modeOf } from './events.ts';
import type { OrderDeps } from './gateway.ts';
import { isTerminal, WORKING_STATUSES } from './order.ts';
import { statusOf } from './order-row.ts';

/** So many are looked up in one go; the rest the next time. */
const MAX_LOOKUPS = 100;

/** How long after the end of its claim an order that was not sent, or whose answer was not stored, counts as unknown, in ms. */
const CLAIM_GRACE_MS = 1_000;

/**
 * Looks up every order whose time has come: those that are unknown, those that are being canceled or changed. Answers how many.
 * What the broker does not say is asked again later; failures are logged.
 */
export async function settleUnknown(deps: OrderDeps): Promise<number> {
  const { database, clock, gateway } = deps;
  const due = await database.read.order.findMany({
    where: { status: { in: [...WORKING_STATUSES] }, nextLookupAt: { lte: dateOf(clock) } },
    orderBy: { nextLookupAt: 'asc' },
    take: MAX_LOOKUPS,
  });
  const rows = due.filter(({ id }) => !gateway.isSending(id));
  await Promise.all(rows.map((row) => lookUpOrLog(deps, row)));
  return rows.length;
}

/**
 * Claims that ended without a word: the process that was to send the order is gone or stuck, and may have sent it. It is
 * unknown from now on. Answers how many.
 */
export async function expireClaims(deps: OrderDeps): Promise<number> {
  const { database, clock, gateway } = deps;
  const over = new Date(clock.now() - CLAIM_GRACE_MS);
  const rows = await database.read.order.findMany({ where: { status: 'pending_submit', claimUntil: { lt: over } } });
  const lost = rows.filter(({ id }) => !gateway.isSending(id));
  const reason = 'The process that was to send it did not say whether it has.';
  await Promise.all(lost.map(({ id }) => gateway.hear(id, { kind: 'unknown', reason })));
  return lost.length;
}

async function lookUpOrLog(deps: OrderDeps, row: OrderRow): Promise<void> {
  try {
    await lookUp(deps, row);
  } catch (err) {
    deps.log.error({ err, orderId: row.id }, 'An order could not be looked up; it will be again');
  }
}

/** Asks the broker for an order and stores what it says; a cancellation that was asked for is asked for again. */
export async function lookUp(deps: OrderDeps, row: OrderRow): Promise<OrderRow> {
  const { gateway, log } = deps;
  let found: BrokerOrder | null;
  try {
    found = await findAtBroker(deps, row);
  } catch (err) {
    log.warn({ err, orderId: row.id }, 'The broker does not say whether it has an order; it is asked again');
    return gateway.hear(row.id, { kind: 'no_answer' });
  }
  if (found === null) return gateway.hear(row.id, { kind: 'missing' });
  const after = await gateway.apply(row, found);
  const mustCancel = after.cancelRequestedAt !== null && !isTerminal(statusOf(after));
  return mustCancel ? askBroker(deps, after) : after;
}

/** Orders that were placed elsewhere need not have a client id: they are found among the open ones. */
async function findAtBroker({ gateway }: OrderDeps, row: OrderRow): Promise<BrokerOrder | null> {
  const { broker, timeoutMs } = gateway.sender(modeOf(row));
  if (row.source !== 'external') {
    return answerOf((call) => broker.order(row.ownerId, row.clientOrderId, call), timeoutMs);
  }
  const open = await answerOf((call) => broker.openOrders(row.ownerId, call), timeoutMs);
  return open.find(({ brokerOrderId }) => brokerOrderId === row.brokerOrderId) ?? null;
}
