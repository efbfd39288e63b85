/** Taking deliveries: which destinations something is due for, and the turn of one, decided under the lock of its row. */
import { dateOf } from '../core/index.ts';
import type { Db, WebhookDeliveryRow, WebhookDestinationRow } from '../storage/index.ts';
import { breakerState } from './breaker.ts';
import { dueAt, LEASE_MS } from './delivery.ts';
import type { WebhookDeps } from './deps.ts';
import { lockDestination } from './destination.ts';
import { condense } from './digest.ts';
import { MAX_IN_MINUTE, MINUTE_MS, paced, roomAt } from './pace.ts';

/** Requests to one destination at the same time, over all processes. */
export const MAX_PER_DESTINATION = 4;

/** A delivery that this process sends. */
export interface Claim {
  readonly delivery: WebhookDeliveryRow;
  readonly destination: WebhookDestinationRow;
  /** What the end of the attempt has to name. */
  readonly lease: string;
}

/**
 * Ids of the destinations that something is due for and that may be sent to. By hand, because it has to cost as much as there
 * are destinations, not deliveries that wait for them.
 */
export async function findDue(read: Db, now: Date): Promise<readonly number[]> {
  const minuteAgo = new Date(now.getTime() - MINUTE_MS);
  const rows = await read.$queryRaw<{ id: number }[]>`
    SELECT d."id" FROM "WebhookDestination" d
    WHERE d."enabled" = ${true} AND d."deletedAt" IS NULL AND (d."openUntil" IS NULL OR d."openUntil" <= ${now})
      AND (d."minuteCount" < ${MAX_IN_MINUTE} OR d."minuteBeganAt" <= ${minuteAgo} OR d."minuteBeganAt" > ${now})
      AND EXISTS (SELECT 1 FROM "WebhookDelivery" w WHERE w."destinationId" = d."id"
        AND w."status" IN ('pending', 'sending') AND w."nextAttemptAt" <= ${now})
    ORDER BY d."id"`;
  return rows.map(({ id }) => id);
}

/** Takes at most `limit` deliveries of a destination under a lease; none when another process was there first. */
export async function claimTurn(deps: WebhookDeps, id: number, limit: number): Promise<readonly Claim[]> {
  return await deps.database.transaction(async (db) => {
    const destination = await lockDestination(db, id);
    if (destination?.enabled !== true) return [];
    const now = dateOf(deps.clock);
    const room = roomAt(destination, now);
    const places = Math.min(limit, room, await freePlaces(db, destination, now));
    if (places <= 0) return [];
    await condense(db, { destination, now, room, ids: deps.ids });
    const due = await db.webhookDelivery.findMany({ where: dueAt(id, now), orderBy: { id: 'asc' }, take: places });
    const lease = deps.ids.next();
    await db.webhookDelivery.updateMany({
      where: { id: { in: due.map((row) => row.id) } },
      data: { status: 'sending', lease, nextAttemptAt: new Date(now.getTime() + LEASE_MS) },
    });
    await db.webhookDestination.update({ where: { id }, data: paced(destination, due.length, now) });
    return due.map((delivery) => ({ delivery, destination, lease }));
  });
}

/** How many requests may be made beside those under way; one in all to find out whether a destination answers again. */
async function freePlaces(db: Db, destination: WebhookDestinationRow, now: Date): Promise<number> {
  const { id } = destination;
  const state = breakerState(destination, now);
  if (state === 'open') return 0;
  const underWay = { destinationId: id, status: 'sending', nextAttemptAt: { gt: now } };
  const places = state === 'half_open' ? 1 : MAX_PER_DESTINATION;
  return places - (await db.webhookDelivery.count({ where: underWay }));
}
