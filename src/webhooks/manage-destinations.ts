/** What people do with destinations: create, change, delete, give another secret; and send a delivery again. */
import { type Principal, requireScope } from '../access/index.ts';
import { conflict, dateOf, given, memberOf, notFound } from '../core/index.ts';
import type { WebhookDeliveryRow, WebhookDestinationRow } from '../storage/index.ts';
import { CLOSED } from './breaker.ts';
import { cancelDeliveries } from './cancel.ts';
import { DELIVERY_STATUSES } from './delivery.ts';
import type { WebhookDeps } from './deps.ts';
import {
  type DestinationInput,
  destinationInput,
  lockOwn,
  parseDestination,
  requireRoom,
  rotated,
  sealSecret,
} from './destination.ts';
import { deliveryEvent, destinationEvent } from './events.ts';

/** A destination and, this once, its secret. */
export interface RevealedDestination {
  readonly destination: WebhookDestinationRow;
  readonly secret: string;
}

/**
 * Creates a destination. `url` is required. Scope `trade`.
 *
 * @throws {DomainError} VALIDATION naming every field that is wrong; CONFLICT when there are too many
 */
export async function createWebhookDestination(
  deps: WebhookDeps,
  principal: Principal,
  input: DestinationInput,
): Promise<RevealedDestination> {
  requireScope(principal, 'trade');
  const ownerId = principal.userId;
  const columns = parseDestination(input, deps.webhookTargets);
  const now = dateOf(deps.clock);
  const secret = newSecret(deps);
  const sealed = sealSecret(deps.secrets, secret, ownerId);
  const destination = await deps.journal.write(async ({ db, append }) => {
    await requireRoom(db, ownerId);
    const data = { ...columns, ownerId, secret: sealed, createdAt: now, updatedAt: now };
    const row = await db.webhookDestination.create({ data });
    await append(destinationEvent('WebhookDestinationCreated', row, deps.ids.next()));
    return row;
  });
  return { destination, secret };
}

/**
 * Changes what is given. Failures that were counted are forgotten; what waited while it was disabled is sent once it is
 * enabled. Scope `trade`.
 *
 * @throws {DomainError} VALIDATION, NOT_FOUND
 */
export async function updateWebhookDestination(
  deps: WebhookDeps,
  principal: Principal,
  { id, ...input }: DestinationInput & { readonly id: number },
): Promise<WebhookDestinationRow> {
  requireScope(principal, 'trade');
  return await deps.journal.write(async ({ db, append }) => {
    const before = await lockOwn(db, { ownerId: principal.userId, id });
    const columns = parseDestination({ ...destinationInput(before), ...given(input) }, deps.webhookTargets);
    const data = { ...columns, ...CLOSED, updatedAt: dateOf(deps.clock) };
    const row = await db.webhookDestination.update({ where: { id }, data });
    await append(destinationEvent('WebhookDestinationUpdated', row, deps.ids.next()));
    return row;
  });
}

/**
 * Deletes a destination and its secrets. What waits for it is canceled; the history of its deliveries stays. Scope `trade`.
 *
 * @throws {DomainError} NOT_FOUND
 */
export async function deleteWebhookDestination(deps: WebhookDeps, principal: Principal, id: number): Promise<number> {
  requireScope(principal, 'trade');
  return await deps.journal.write(async ({ db, append }) => {
    await lockOwn(db, { ownerId: principal.userId, id });
    const now = dateOf(deps.clock);
    await cancelDeliveries(db, id, now);
    const secrets = { secret: '', oldSecret: null, oldSecretUntil: null };
    const data = { ...secrets, enabled: false, deletedAt: now, updatedAt: now };
    const row = await db.webhookDestination.update({ where: { id }, data });
    await append(destinationEvent('WebhookDestinationDeleted', row, deps.ids.next()));
    return id;
  });
}

/**
 * Gives a destination another secret; for 24 h the one before signs too. Scope `trade`.
 *
 * @throws {DomainError} NOT_FOUND
 */
export async function rotateWebhookSecret(
  deps: WebhookDeps,
  principal: Principal,
  id: number,
): Promise<RevealedDestination> {
  requireScope(principal, 'trade');
  const secret = newSecret(deps);
  const sealed = sealSecret(deps.secrets, secret, principal.userId);
  const destination = await deps.journal.write(async ({ db, append }) => {
    const before = await lockOwn(db, { ownerId: principal.userId, id });
    const now = dateOf(deps.clock);
    const data = { ...rotated(before, sealed, now), updatedAt: now };
    const row = await db.webhookDestination.update({ where: { id }, data });
    await append(destinationEvent('WebhookSecretRotated', row, deps.ids.next()));
    return row;
  });
  return { destination, secret };
}

/**
 * Sends a delivery again that has ended, with the same key and all attempts before it. Scope `trade`.
 *
 * @throws {DomainError} NOT_FOUND; CONFLICT when it is on its way, or another one is sent instead of it
 */
export async function replayWebhookDelivery(
  deps: WebhookDeps,
  principal: Principal,
  { id, destinationId }: { readonly id: number; readonly destinationId: number },
): Promise<WebhookDeliveryRow> {
  requireScope(principal, 'trade');
  return await deps.journal.write(async ({ db, append }) => {
    await lockOwn(db, { ownerId: principal.userId, id: destinationId, field: 'destinationId' });
    const before = await db.webhookDelivery.findFirst({ where: { id, destinationId } });
    if (before === null) throw notFound('webhook delivery', id);
    const status = memberOf(DELIVERY_STATUSES, before.status);
    if (status !== 'delivered' && status !== 'dead_letter') {
      throw conflict(`The webhook delivery ${id} is ${status}; only one that was delivered or given up is sent again.`);
    }
    const now = dateOf(deps.clock);
    const fresh = { status: 'pending', attempts: 0, begunAt: now, nextAttemptAt: now, endedAt: null };
    const row = await db.webhookDelivery.update({ where: { id }, data: fresh });
    await append(deliveryEvent('WebhookReplayed', row));
    return row;
  });
}

function newSecret({ ids }: WebhookDeps): string {
  return `whsec_${ids.next()}${ids.next()}`;
}
