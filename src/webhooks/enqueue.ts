/** The way into the outbox: what is to be told becomes rows, in the transaction of what happened. */
import { createHash } from 'node:crypto';
import { type JsonObject, readJson } from '../core/index.ts';
import type { JournalWrite } from '../events/index.ts';
import { insertRows } from '../storage/index.ts';
import type { WebhookEvent } from './webhook-event.ts';

/** Something to tell an owner's destinations. */
export interface WebhookNotice {
  readonly ownerId: number;
  readonly event: WebhookEvent;
  /** The row that it tells of, such as the trigger of an alert. */
  readonly subjectId: number;
  /** What is posted, as JSON; some kilobytes at most. */
  readonly payload: JsonObject;
  /** Shared by everything that one cause set off; with `event` and `subjectId` it names the notice. */
  readonly correlationId: string;
  /** When it happened: attempts are due from then on. */
  readonly at: Date;
}

/**
 * Writes a delivery for each enabled destination of the owner that wants such events; without one it does nothing. Whoever
 * commits the transaction has told it: it is sent after that, also when the process dies. No row that anybody waits for is
 * locked, so that it may stand anywhere in the transaction.
 */
export async function enqueueDeliveries({ db }: JournalWrite, notice: WebhookNotice): Promise<void> {
  const { ownerId, event, subjectId, correlationId, at } = notice;
  const destinations = await db.webhookDestination.findMany({
    where: { ownerId, enabled: true, deletedAt: null },
    select: { id: true, events: true },
    orderBy: { id: 'asc' },
  });
  const wanting = destinations.filter(({ events }) => readJson<readonly string[]>(events).includes(event));
  const body = JSON.stringify(notice.payload);
  const state = { status: 'pending', nextAttemptAt: at, createdAt: at, begunAt: at } as const;
  await insertRows(
    db,
    'WebhookDelivery',
    wanting.map(({ id }) => ({
      ...{ ownerId, destinationId: id, event, subjectId, body, correlationId, ...state },
      key: deliveryKey([correlationId, event, String(subjectId), String(id)]),
    })),
  );
}

/** 32 hex digits that name a delivery for ever: receivers know it by them when it comes again. */
function deliveryKey(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join(' ')).digest('hex').slice(0, 32);
}
