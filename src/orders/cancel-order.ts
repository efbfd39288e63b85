/** Canceling: always possible, also while trading is halted, and as often as one likes. */
import { type Principal, requireScope } from '../access/index.ts';
import { conflict, dateOf, notFound } from '../core/index.ts';
import type { OrderRow } from '../storage/index.ts';
import type { OrderBasis } from './deps.ts';
import { modeOf } from './events.ts';
import type { OrderDeps } from './gateway.ts';
import { isTerminal, WORKING_STATUSES } from './order.ts';
import { statusOf } from './order-row.ts';
import { asked } from './send.ts';

/** How long the cancellation of an order has until it is looked at again, in ms. */
const LOOKUP_MS = 2_000;

/**
 * Cancels an order of the caller. Answers when the broker has answered: the row is `canceled`, or still works with
 * `cancelRequestedAt`, and then is looked at until it has ended. One that was canceled already is answered as it is. Scope
 * `trade`.
 *
 * @throws {DomainError} NOT_FOUND; CONFLICT when it has ended otherwise, or was placed elsewhere
 */
export async function cancelOrder(deps: OrderDeps, principal: Principal, id: number): Promise<OrderRow> {
  requireScope(principal, 'trade');
  const row = await findOwn(deps, principal, id);
  return requestCancel(deps, row);
}

/** The caller's order with this id. */
export async function findOwn({ database }: OrderBasis, principal: Principal, id: number): Promise<OrderRow> {
  const row = await database.read.order.findFirst({ where: { id, ownerId: principal.userId } });
  if (row === null) throw notFound('order', id);
  return row;
}

/** Cancels an order, whoever asked; see `cancelOrder`. The request is stored first, so that it holds after a crash. */
export function requestCancel(deps: OrderDeps, { id }: Pick<OrderRow, 'id'>): Promise<OrderRow> {
  return deps.gateway.underWay(() => markAndAsk(deps, id));
}

async function markAndAsk(deps: OrderDeps, id: number): Promise<OrderRow> {
  const marked = await markRequest(deps, id);
  if (isTerminal(statusOf(marked))) return ended(marked);
  // The broker may not have it yet: it is canceled as soon as it is known to be there.
  const row = deps.gateway.isSending(id) ? await deps.gateway.sent(marked) : marked;
  return isTerminal(statusOf(row)) ? ended(row) : askBroker(deps, row);
}

async function markRequest({ database, clock }: OrderDeps, id: number): Promise<OrderRow> {
  return database.transaction(
    async (db) => {
      const now = dateOf(clock);
      await db.order.updateMany({
        where: { id, status: { in: [...WORKING_STATUSES] }, cancelRequestedAt: null, source: { not: 'external' } },
        data: { cancelRequestedAt: now, lookups: 0, nextLookupAt: new Date(now.getTime() + LOOKUP_MS), updatedAt: now },
      });
      const row = await db.order.findUniqueOrThrow({ where: { id } });
      if (row.source !== 'external') return row;
      throw conflict(`Order ${id} was placed elsewhere and is only shown here: cancel it at the broker.`);
    },
    { isUrgent: true },
  );
}

/** Asks the broker to cancel a working order, once, and stores what it says. */
export async function askBroker(deps: OrderDeps, row: OrderRow): Promise<OrderRow> {
  const sender = deps.gateway.sender(modeOf(row));
  const answer = await asked(sender, (call) => sender.broker.cancel(row.ownerId, row.clientOrderId, call));
  const order = answer.kind === 'unknown' ? null : answer.order;
  if (order === null) {
    deps.log.warn({ orderId: row.id, answer }, 'A cancellation was not confirmed; the order is looked up');
    return row;
  }
  const after = await deps.gateway.apply(row, order);
  if (answer.kind === 'refused' && isTerminal(statusOf(after))) return ended(after);
  return after;
}

function ended(row: OrderRow): OrderRow {
  if (row.status === 'canceled') return row;
  throw conflict(`Order ${row.id} has ended (${row.status}) and cannot be canceled.`, { status: row.status });
}
