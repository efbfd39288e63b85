/**
 * One delivery, from the transaction that wrote it to its end.
 *
 *   pending --due: a dispatcher takes it under a lease--> sending
 *   sending --answered 2xx--> delivered
 *   sending --failed, attempts are left--> pending, due after the next wait
 *   sending --failed, none is left--> dead_letter
 *   sending --its process closes--> pending; --its process dies--> the lease runs out, and it is due
 *   pending --there are too many in a minute--> digested: its digest goes this way instead of it
 *   pending | sending --its destination is deleted--> canceled
 *   pending, older than all its waits, while its destination fails--> dead_letter
 *   delivered | dead_letter --replay--> pending
 *
 * A dispatcher that ends a delivery has to name its lease, so that each attempt has one end. What was sent by a process that
 * died before it could say so is sent again under the same key: at least once, never knowingly twice.
 */
import type { WebhookDeliveryRow } from '../storage/index.ts';

/** States of a delivery. */
export const DELIVERY_STATUSES = ['pending', 'sending', 'delivered', 'dead_letter', 'digested', 'canceled'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** Waits between attempts, in ms: the first attempt is made at once. */
const WAITS_MS = [5_000, 30_000, 120_000, 600_000, 3_600_000, 10_800_000] as const;

/** From the first attempt to the last, in ms. */
const ALL_WAITS_MS = WAITS_MS.reduce((sum, wait) => sum + wait, 0);

/** How long a dispatcher is believed to be sending without a word, in ms. */
export const LEASE_MS = 30_000;

/** What came of an attempt: the receiver's status, or a sentence on why there is no good one. */
export type AttemptEnd =
  | { readonly isDelivered: true; readonly status: number }
  | { readonly isDelivered: false; readonly status: number | null; readonly error: string };

/** What a row becomes at the end of an attempt. */
export function afterAttempt({ attempts }: Pick<WebhookDeliveryRow, 'attempts'>, end: AttemptEnd, now: Date) {
  const common = { attempts: attempts + 1, lastStatus: end.status, lease: null };
  if (end.isDelivered) return { ...common, ...ended('delivered', now), lastError: null };
  const wait = WAITS_MS[attempts];
  if (wait === undefined) return { ...common, ...ended('dead_letter', now), lastError: end.error };
  const nextAttemptAt = new Date(now.getTime() + wait);
  return { ...common, status: 'pending' as const, nextAttemptAt, lastError: end.error };
}

/** The columns of a delivery that goes no further. */
export function ended<const Status extends DeliveryStatus>(status: Status, now: Date) {
  return { status, endedAt: now, nextAttemptAt: null, lease: null };
}

/** Deliveries of a destination that are due. */
export function dueAt(destinationId: number, now: Date) {
  return { destinationId, status: { in: ['pending', 'sending'] }, nextAttemptAt: { lte: now } };
}

/** Those that wait and should have had their last attempt. */
export function overdueAt(destinationId: number, now: Date) {
  return { destinationId, status: 'pending', begunAt: { lte: new Date(now.getTime() - ALL_WAITS_MS) } };
}
