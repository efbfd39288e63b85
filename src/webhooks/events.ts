/** What the journal hears of webhooks. Neither secrets nor addresses, which may hold some. */
import type { EventDraft } from '../events/index.ts';
import type { WebhookDeliveryRow, WebhookDestinationRow } from '../storage/index.ts';

/** Stored events of destinations and deliveries. */
export const WEBHOOK_JOURNAL_EVENTS = [
  'WebhookDestinationCreated',
  'WebhookDestinationUpdated',
  'WebhookDestinationDeleted',
  'WebhookSecretRotated',
  'WebhookDelivered',
  'WebhookDeadLettered',
  'WebhookReplayed',
] as const;
export type WebhookJournalEvent = (typeof WEBHOOK_JOURNAL_EVENTS)[number];

/** A change of a destination. */
export function destinationEvent(
  type: WebhookJournalEvent,
  { id, ownerId, enabled }: Pick<WebhookDestinationRow, 'id' | 'ownerId' | 'enabled'>,
  correlationId: string,
): EventDraft {
  return {
    ...{ ownerId, type, subjectType: 'webhook_destination', subjectId: id, correlationId },
    payload: { id, enabled },
  };
}

/** What came of a delivery; it belongs to what the delivery tells of. */
export function deliveryEvent(type: WebhookJournalEvent, row: DeliveryFacts): EventDraft {
  const { id, ownerId, destinationId, key, event, attempts, lastStatus, lastError, correlationId } = row;
  return {
    ...{ ownerId, type, subjectType: 'webhook_delivery', subjectId: id, correlationId },
    payload: { destinationId, key, event, attempts, lastStatus, lastError },
  };
}

type DeliveryFacts = Pick<
  WebhookDeliveryRow,
  'id' | 'ownerId' | 'destinationId' | 'key' | 'event' | 'attempts' | 'lastStatus' | 'lastError' | 'correlationId'
>;
