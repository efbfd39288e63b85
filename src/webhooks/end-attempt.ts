/** The end of an attempt: what becomes of the delivery and of the breaker of its destination, in one transaction. */
import { dateOf } from '../core/index.ts';
import type { JournalWrite } from '../events/index.ts';
import type { WebhookDestinationRow } from '../storage/index.ts';
import { afterFailure, CLOSED } from './breaker.ts';
import type { Claim } from './claim.ts';
import { type AttemptEnd, afterAttempt, ended, overdueAt } from './delivery.ts';
import type { WebhookDeps } from './deps.ts';
import { lockDestination } from './destination.ts';
import { deliveryEvent } from './events.ts';

/** Deliveries that are given up together, at most; the others are at the next failure. */
const MAX_GIVEN_UP = 500;

/** Stores it, unless the lease was lost: then somebody else has the delivery, or nobody wants it any more. */
export async function endAttempt(deps: WebhookDeps, claim: Claim, end: AttemptEnd): Promise<void> {
  const { delivery, lease } = claim;
  await deps.journal.write(async (write) => {
    const destination = await lockDestination(write.db, delivery.destinationId);
    const now = dateOf(deps.clock);
    const data = afterAttempt(delivery, end, now);
    const stored = await write.db.webhookDelivery.updateMany({ where: { id: delivery.id, lease }, data });
    if (stored.count === 0 || destination === undefined) return;
    const givenUp = end.isDelivered
      ? await close(write, destination)
      : await countFailure(write, destination, { now, error: end.error });
    const row = { ...delivery, ...data };
    const isDead = data.status === 'dead_letter';
    if (end.isDelivered) await write.append(deliveryEvent('WebhookDelivered', row));
    await write.appendAll(
      [...(isDead ? [row] : []), ...givenUp].map((dead) => deliveryEvent('WebhookDeadLettered', dead)),
    );
  });
}

/** Gives a delivery back that was not sent to its end, as if it had not been taken. */
export async function giveBack(deps: WebhookDeps, { delivery, lease }: Claim): Promise<void> {
  await deps.database.transaction((db) =>
    db.webhookDelivery.updateMany({
      where: { id: delivery.id, lease },
      data: { status: 'pending', lease: null, nextAttemptAt: dateOf(deps.clock) },
    }),
  );
}

async function close({ db }: JournalWrite, { id, ...breaker }: WebhookDestinationRow): Promise<readonly never[]> {
  const isClosed = breaker.failuresInRow === 0 && breaker.openUntil === null;
  if (!isClosed) await db.webhookDestination.update({ where: { id }, data: CLOSED });
  return [];
}

/** Answers what is given up with it: nobody would make its attempts while the breaker is open. */
async function countFailure(
  { db }: JournalWrite,
  destination: WebhookDestinationRow,
  { now, error }: { readonly now: Date; readonly error: string },
) {
  const { id } = destination;
  const breaker = afterFailure(destination, now);
  await db.webhookDestination.update({ where: { id }, data: breaker });
  if (breaker.openUntil === null) return [];
  const rows = await db.webhookDelivery.findMany({
    where: overdueAt(id, now),
    orderBy: { id: 'asc' },
    take: MAX_GIVEN_UP,
  });
  const data = { ...ended('dead_letter', now), lastError: `The destination does not answer. Last: ${error}` };
  await db.webhookDelivery.updateMany({ where: { id: { in: rows.map((row) => row.id) } }, data });
  return rows.map((row) => ({ ...row, ...data }));
}
