/** When more is to be told than a destination gets requests: notices are put together into digests, none is left out. */
import type { IdSource } from '../core/index.ts';
import type { Db, WebhookDeliveryRow, WebhookDestinationRow } from '../storage/index.ts';
import { dueAt, ended } from './delivery.ts';

/** Notices in one digest, and about how long its body may be, in characters. */
const MAX_NOTICES = 100;
const MAX_BODY = 131_072;

/** Notices that are put together in one transaction; what is left is in the next. */
const MAX_TURN = 1_000;

/** Whose notices, and how much room there is. */
export interface Crowd {
  readonly destination: Pick<WebhookDestinationRow, 'id' | 'ownerId'>;
  readonly now: Date;
  /** Requests that may be made now. */
  readonly room: number;
  readonly ids: IdSource;
}

/** Puts notices together that are due for the first time and for which there is no room, the newest ones. */
export async function condense(db: Db, { destination, now, room, ids }: Crowd): Promise<void> {
  const due = dueAt(destination.id, now);
  const fresh = { ...due, status: 'pending', attempts: 0, event: { not: 'digest' } };
  const [all, waiting] = [
    await db.webhookDelivery.count({ where: due }),
    await db.webhookDelivery.count({ where: fresh }),
  ];
  const others = all - waiting;
  if (waiting <= room - others) return;
  const alone = Math.max(0, room - others - Math.ceil(waiting / MAX_NOTICES));
  const rows = await db.webhookDelivery.findMany({ where: fresh, orderBy: { id: 'asc' }, skip: alone, take: MAX_TURN });
  if (rows.length < 2) return;
  for (const notices of cut(rows)) {
    const digest = await db.webhookDelivery.create({ data: digestOf(notices, { destination, now, ids }) });
    await db.webhookDelivery.updateMany({
      where: { id: { in: notices.map(({ id }) => id) } },
      data: { ...ended('digested', now), digestId: digest.id },
    });
  }
}

/** Into as many as one digest takes, in order. */
function cut(rows: readonly WebhookDeliveryRow[]): readonly (readonly WebhookDeliveryRow[])[] {
  const pieces: WebhookDeliveryRow[][] = [];
  let length = 0;
  for (const row of rows) {
    const last = pieces.at(-1);
    const isFull = last === undefined || last.length >= MAX_NOTICES || length + row.body.length > MAX_BODY;
    if (isFull) pieces.push([row]);
    else last.push(row);
    length = row.body.length + (isFull ? 0 : length);
  }
  return pieces;
}

function digestOf(notices: readonly WebhookDeliveryRow[], { destination, now, ids }: Omit<Crowd, 'room'>) {
  const { id: destinationId, ownerId } = destination;
  const told = notices.map(({ key, event, createdAt, body }) => {
    const facts = JSON.stringify({ delivery_id: key, event, created_at: createdAt.toISOString() });
    // The body is JSON already.
    return `${facts.slice(0, -1)},"payload":${body}}`;
  });
  const body = `{"type":"digest","count":${notices.length},"notices":[${told.join(',')}]}`;
  const state = { status: 'pending', nextAttemptAt: now, createdAt: now, begunAt: now };
  return { ownerId, destinationId, key: ids.next(), event: 'digest', body, correlationId: ids.next(), ...state };
}
