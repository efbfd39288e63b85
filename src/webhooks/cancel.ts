/** Deliveries that nobody wants any more, because their destination was deleted. */
import { dateOf } from '../core/index.ts';
import { type Db, lockRows } from '../storage/index.ts';
import { ended } from './delivery.ts';
import type { WebhookDeps } from './deps.ts';

/** Cancels what waits for a destination or is being sent to it, in a transaction that holds its lock. */
export async function cancelDeliveries(db: Db, destinationId: number, now: Date): Promise<void> {
  await db.webhookDelivery.updateMany({
    where: { destinationId, status: { in: ['pending', 'sending'] } },
    data: { ...ended('canceled', now), lastError: 'The destination was deleted.' },
  });
}

/**
 * Cancels what was written while its destination was being deleted: enqueueing locks nothing, so on PostgreSQL neither of the two
 * transactions sees the other.
 */
export async function cancelOrphans({ database, clock }: WebhookDeps): Promise<void> {
  const deleted = await database.read.$queryRaw<{ id: number }[]>`
    SELECT d."id" FROM "WebhookDestination" d
    WHERE d."deletedAt" IS NOT NULL AND EXISTS (SELECT 1 FROM "WebhookDelivery" w
      WHERE w."destinationId" = d."id" AND w."status" IN ('pending', 'sending'))
    ORDER BY d."id"`;
  for (const { id } of deleted) {
    await database.transaction(async (db) => {
      await lockRows(db, 'WebhookDestination', [id]);
      await cancelDeliveries(db, id, dateOf(clock));
    });
  }
}
