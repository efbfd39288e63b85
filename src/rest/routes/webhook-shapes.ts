/** How webhook destinations and their deliveries look in REST. */
import { z } from 'zod';
import { memberOf } from '../../core/index.ts';
import type { WebhookDeliveryFieldsFragment, WebhookDestinationFieldsFragment } from '../../graphql/index.ts';
import { BREAKER_STATES, DELIVERY_EVENTS, DELIVERY_STATUSES, WEBHOOK_EVENTS } from '../../webhooks/index.ts';
import { snakeKeys } from '../naming.ts';
import { id, idOf, instant, orNull, wordOf } from './shapes.ts';

const settings = {
  url: z.string().describe('Where to: `https://…`, on the internet.'),
  events: z.array(z.enum(WEBHOOK_EVENTS)).describe('What it is told of.'),
  enabled: z.boolean().describe('While it is not, it is told of nothing new, and the rest waits.'),
};

const { url, ...optional } = settings;

/** Body of a creation. */
export const createBody = z
  .strictObject({ url, ...orNull(optional) })
  .partial()
  .required({ url: true });

/** Body of a change: any of the fields. */
export const updateBody = z.strictObject(settings).partial();

/** A destination in an answer. */
export const destinationAnswer = z
  .object({
    id,
    ...settings,
    breaker: z.enum(BREAKER_STATES).describe('Whether it is believed to answer; `open`: nothing is sent for a minute.'),
    failures_in_row: z.int().describe('Attempts that failed since the last that did not.'),
    open_until: instant.nullable().describe('When it is tried again; null while the breaker is closed.'),
    old_secret_until: instant.nullable().describe('Until when the secret before the last change signs too.'),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ title: 'WebhookDestination', description: 'An address that notices are posted to.' });

/** A destination with what is shown once. */
export const revealedAnswer = z
  .object({
    ...destinationAnswer.shape,
    secret: z
      .string()
      .nullable()
      .describe('What deliveries are signed with, shown this once; null when the answer is replayed.'),
  })
  .meta({ title: 'RevealedWebhookDestination', description: 'A destination and its secret.' });

/** A delivery in an answer. */
export const deliveryAnswer = z
  .object({
    id,
    key: z.string().describe('What `X-Delivery-Id` says, the same at every attempt.'),
    event: z.enum(DELIVERY_EVENTS).describe('What it tells of.'),
    status: z.enum(DELIVERY_STATUSES).describe('How far it has come.'),
    attempts: z.int().describe('Attempts that have ended.'),
    next_attempt_at: instant.nullable().describe('When it is due; null unless it waits.'),
    last_status: z.int().nullable().describe('What the receiver answered last.'),
    last_error: z.string().nullable().describe('Why it was not delivered last.'),
    payload: z.unknown().meta({ type: 'object', description: 'What is posted.' }),
    digest_id: id.nullable().describe('The delivery that tells it, when there were too many in a minute.'),
    created_at: instant,
    ended_at: instant.nullable().describe('Null while it is on its way.'),
  })
  .meta({ title: 'WebhookDelivery', description: 'A notice on its way to a destination.' });

/** A destination as the facade writes it. */
export function shownDestination(row: WebhookDestinationFieldsFragment): z.input<typeof destinationAnswer> {
  return {
    ...snakeKeys(row),
    id: idOf(row.id),
    events: row.events.map((event) => wordOf(WEBHOOK_EVENTS, event)),
    breaker: wordOf(BREAKER_STATES, row.breaker),
  };
}

/** A destination with its secret as the facade writes it. */
export function shownSecret({ destination, secret }: Revealed): z.input<typeof revealedAnswer> {
  return { ...shownDestination(destination), secret };
}

interface Revealed {
  readonly destination: WebhookDestinationFieldsFragment;
  readonly secret: string;
}

/** A delivery as the facade writes it. */
export function shownDelivery(row: WebhookDeliveryFieldsFragment): z.input<typeof deliveryAnswer> {
  const { digest, payload, ...fields } = row;
  return {
    ...snakeKeys(fields),
    id: idOf(row.id),
    event: memberOf(DELIVERY_EVENTS, row.event.toLowerCase()),
    status: memberOf(DELIVERY_STATUSES, row.status.toLowerCase()),
    payload,
    digest_id: digest === null ? null : idOf(digest.id),
  };
}
