/** Where an owner's notices go: what a caller says of it, and its row with its lock. */
import { conflict, invalid, invariant, notFound, parseAll, readJson, shown } from '../core/index.ts';
import { type Db, lockOwner, type SecretBox, SecretUnreadable, type WebhookDestinationRow } from '../storage/index.ts';
import type { TargetPolicy } from './addresses.ts';
import { parseTarget } from './target.ts';
import { WEBHOOK_EVENTS, type WebhookEvent } from './webhook-event.ts';

/** Destinations that an owner may have at a time. */
const MAX_DESTINATIONS = 20;

/** How long the secret before signs too after a change, in ms. */
const OLD_SECRET_MS = 86_400_000;

/** What a caller gives; on update only what is given changes. */
export interface DestinationInput {
  /** `https://…`. */
  readonly url?: string | null | undefined;
  /** What it is told of; default: everything. */
  readonly events?: readonly string[] | null | undefined;
  /** Default true. */
  readonly enabled?: boolean | null | undefined;
}

/** The settings of a destination. */
export type DestinationColumns = Pick<WebhookDestinationRow, 'url' | 'events' | 'enabled'>;

/** @throws {DomainError} VALIDATION naming every field that is wrong */
export function parseDestination(input: DestinationInput, policy: TargetPolicy): DestinationColumns {
  const { url, events } = parseAll({
    url: () => parseTarget(input.url, policy),
    events: () => parseEvents(input.events),
  });
  return { url, events: JSON.stringify(events), enabled: input.enabled ?? true };
}

/** The settings of a row as input, which a change goes over. */
export function destinationInput({ url, events, enabled }: DestinationColumns): DestinationInput {
  return { url, events: eventsOf({ events }), enabled };
}

/** What a destination is told of. */
export function eventsOf({ events }: Pick<WebhookDestinationRow, 'events'>): readonly WebhookEvent[] {
  return readJson<readonly WebhookEvent[]>(events);
}

function parseEvents(raw: readonly string[] | null | undefined): readonly WebhookEvent[] {
  if (raw == null) return WEBHOOK_EVENTS;
  const unknown = raw.find((event) => !WEBHOOK_EVENTS.some((known) => known === event));
  if (raw.length > 0 && unknown === undefined) return WEBHOOK_EVENTS.filter((event) => raw.includes(event));
  const found = unknown === undefined ? 'there is none' : `found ${shown(unknown)}`;
  throw invalid('events', `events must be some of ${WEBHOOK_EVENTS.join(', ')}; ${found}.`);
}

/** Locks a destination's row for the rest of the transaction and reads it; undefined when there is none. */
export async function lockDestination(db: Db, id: number): Promise<WebhookDestinationRow | undefined> {
  const [row] = await db.webhookDestination.updateManyAndReturn({
    where: { id, deletedAt: null },
    data: { failuresInRow: { increment: 0 } },
  });
  return row;
}

/** The same for one of an owner's. @throws {DomainError} NOT_FOUND, see `notFound` for `field` */
export async function lockOwn(
  db: Db,
  { ownerId, id, field }: { readonly ownerId: number; readonly id: number; readonly field?: string },
): Promise<WebhookDestinationRow> {
  const row = await lockDestination(db, id);
  if (row?.ownerId !== ownerId) throw notFound('webhook destination', id, field);
  return row;
}

/**
 * Locks the owner, before whom nothing may be locked.
 *
 * @throws {DomainError} CONFLICT when the owner has as many as there may be
 */
export async function requireRoom(db: Db, ownerId: number): Promise<void> {
  await lockOwner(db, ownerId);
  const observed = await db.webhookDestination.count({ where: { ownerId, deletedAt: null } });
  if (observed < MAX_DESTINATIONS) return;
  const limit = MAX_DESTINATIONS;
  throw conflict(`There may be ${limit} webhook destinations; delete one first.`, { limit, observed });
}

/** A secret, sealed for the destinations of an owner. */
export function sealSecret(box: SecretBox, secret: string, ownerId: number): string {
  return box.seal(secret, contextOf(ownerId));
}

/** The columns after a change of the secret. */
export function rotated({ secret }: Pick<WebhookDestinationRow, 'secret'>, sealed: string, now: Date) {
  return { secret: sealed, oldSecret: secret, oldSecretUntil: new Date(now.getTime() + OLD_SECRET_MS) };
}

/**
 * What deliveries are signed with at an instant, the newest first. An old secret that cannot be read signs no more.
 *
 * @throws {SecretUnreadable} when the newest cannot be read
 */
export function secretsOf(box: SecretBox, row: WebhookDestinationRow, now: Date): readonly string[] {
  invariant(row.deletedAt === null, 'a destination that is sent to has its secret');
  const { ownerId, secret, oldSecret, oldSecretUntil } = row;
  const newest = box.open(secret, contextOf(ownerId));
  if (oldSecret === null || oldSecretUntil === null || oldSecretUntil <= now) return [newest];
  try {
    return [newest, box.open(oldSecret, contextOf(ownerId))];
  } catch (error) {
    if (error instanceof SecretUnreadable) return [newest];
    throw error;
  }
}

function contextOf(ownerId: number): string {
  return `webhook destination of ${ownerId}`;
}
