/**
 * Webhooks: notices that are posted to the addresses of their owners, at least once, whatever dies when, and never to an address
 * that the operator has not allowed. It knows no domain: what is told, and when, is the business of those who call it.
 */
export { enqueueDeliveries, type WebhookNotice } from './enqueue.ts';
export { WEBHOOK_EVENTS, type WebhookEvent } from './webhook-event.ts';
