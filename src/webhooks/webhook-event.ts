/** What a destination may be told of. */
export const WEBHOOK_EVENTS = ['price', 'signal', 'risk', 'rebalance', 'system', 'test'] as const;

/** One of `WEBHOOK_EVENTS`. */
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

/** What is posted to a destination: a notice of one event, or a digest of many. */
export const DELIVERY_EVENTS = [...WEBHOOK_EVENTS, 'digest'] as const;

/** One of `DELIVERY_EVENTS`. */
export type DeliveryEvent = (typeof DELIVERY_EVENTS)[number];
