/** What every change of an order's status leaves behind: a row of its history, and an event. */
import type { EventDraft } from '../events/index.ts';
import { type Db, insertKeyedRows, listOf } from '../storage/index.ts';
import { type OrderEventType, orderEvent } from './events.ts';
import type { OrderStatus } from './order.ts';
import { statusOf } from './order-row.ts';
import type { Changed } from './store-orders.ts';

const EVENT_OF: Readonly<Record<OrderStatus, OrderEventType>> = {
  pending_submit: 'OrderPlaced',
  denied: 'OrderDenied',
  unknown: 'OrderUnknown',
  submitted: 'OrderSubmitted',
  accepted: 'OrderAccepted',
  partially_filled: 'OrderPartiallyFilled',
  filled: 'OrderFilled',
  canceled: 'OrderCanceled',
  expired: 'OrderExpired',
  rejected: 'OrderRejected',
};

/** Stores the steps of orders whose rows this transaction has changed already, which keeps their numbers unique. */
export async function writeTransitions(db: Db, changed: readonly Changed[]): Promise<void> {
  const moved = changed.filter(({ before, after }) => before.status !== after.status);
  if (moved.length === 0) return;
  const ids = [...new Set(moved.map(({ after }) => after.id))];
  const newest = await db.$queryRaw<{ orderId: number; sequence: number | bigint }[]>`
    SELECT "orderId", MAX("sequence") AS "sequence" FROM "OrderTransition"
    WHERE "orderId" IN ${listOf(ids)} GROUP BY "orderId"`;
  const sequences = new Map(newest.map(({ orderId, sequence }) => [orderId, Number(sequence)]));
  const data = moved.map(({ before, after }) => {
    const sequence = (sequences.get(after.id) ?? 0) + 1;
    sequences.set(after.id, sequence);
    const { id: orderId, status: toStatus, reason, updatedAt: at } = after;
    return { orderId, sequence, fromStatus: before.status, toStatus, reason, at };
  });
  await insertKeyedRows(db, 'OrderTransition', data);
}

/** What is told of a step; every partial fill is, too. */
export function eventsOf({ before, after, isReplaced }: Changed, causationId: bigint | undefined): EventDraft[] {
  const isFilledFurther = before.filledQuantity !== after.filledQuantity && after.status === 'partially_filled';
  const types: OrderEventType[] = isReplaced === true ? ['OrderReplaced'] : [];
  if (before.status !== after.status || isFilledFurther) types.push(EVENT_OF[statusOf(after)]);
  return types.map((type) => orderEvent(type, after, { causationId }));
}

/** Cursor of the event with which each of these orders began, where the journal still has it. */
export async function readCauses(db: Db, orderIds: readonly number[]): Promise<ReadonlyMap<number, bigint>> {
  const rows = await db.$queryRaw<{ subjectId: number; cursor: bigint }[]>`
    SELECT "subjectId", "cursor" FROM "Event"
    WHERE "subjectType" = 'order' AND "subjectId" IN ${listOf(orderIds)} AND "type" = 'OrderPlaced'`;
  return new Map(rows.map(({ subjectId, cursor }) => [subjectId, cursor]));
}
