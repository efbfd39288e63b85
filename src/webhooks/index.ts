/**
 * Webhooks: notices that are posted to the addresses of their owners, at least once, whatever dies when, and never to an address
 * that the operator has not allowed. It knows no domain: what is told, and when, is the business of those who call it.
 */
export type { TargetPolicy } from './addresses.ts';
export { BREAKER_STATES, type BreakerState, breakerState } from './breaker.ts';
export { DELIVERY_STATUSES, type DeliveryStatus } from './delivery.ts';
export type { WebhookDeps } from './deps.ts';
export { type DestinationInput, eventsOf } from './destination.ts';
export { type DispatcherOptions, WebhookDispatcher } from './dispatcher.ts';
export { enqueueDeliveries, type WebhookNotice } from './enqueue.ts';
export { WEBHOOK_JOURNAL_EVENTS } from './events.ts';
export {
  createWebhookDestination,
  deleteWebhookDestination,
  type RevealedDestination,
  replayWebhookDelivery,
  rotateWebhookSecret,
  updateWebhookDestination,
} from './manage-destinations.ts';
export type { Post } from './post.ts';
export { DELIVERY_EVENTS, type DeliveryEvent, WEBHOOK_EVENTS, type WebhookEvent } from './webhook-event.ts';
