/** `/api/alerts/webhooks`: where notices are posted to, and what came of it. */
import { z } from 'zod';
import {
  CreateWebhookDestinationDocument,
  DeleteWebhookDestinationDocument,
  ReplayWebhookDeliveryDocument,
  RotateWebhookSecretDocument,
  UpdateWebhookDestinationDocument,
  WebhookDestinationByIdDocument,
  WebhookDestinationDeliveriesDocument,
  WebhookDestinationListDocument,
} from '../../graphql/index.ts';
import { historyQuery } from '../pagination.ts';
import { noBody, noQuery, type Route, route } from '../route.ts';
import { enumName, id, idOf, nextPage } from './shapes.ts';
import {
  createBody,
  deliveryAnswer,
  destinationAnswer,
  revealedAnswer,
  shownDelivery,
  shownDestination,
  shownSecret,
  updateBody,
} from './webhook-shapes.ts';

const destinationExample = {
  id: 1,
  url: 'https://example.com/dunlin',
  events: ['price', 'system'],
  enabled: true,
  breaker: 'closed',
  failures_in_row: 0,
  open_until: null,
  old_secret_until: null,
  created_at: '2026-03-02T15:00:00.000Z',
  updated_at: '2026-03-02T15:00:00.000Z',
} as const;

const revealedExample = { ...destinationExample, secret: `whsec_${'7f3a91c4'.repeat(8)}` } as const;

const deliveryExample = {
  id: 31,
  key: '5b1f0c9e7d2a48f6b3c1e0a9d8f7c6b5',
  event: 'price',
  status: 'dead_letter',
  attempts: 7,
  next_attempt_at: null,
  last_status: 503,
  last_error: 'It answered 503.',
  payload: { alert_id: 7, message: 'AAPL is above 200.' },
  digest_id: null,
  created_at: '2026-03-02T15:30:00.000Z',
  ended_at: '2026-03-02T19:42:35.000Z',
} as const;

const common = { tag: 'alerts', resource: 'webhook destination', errors: [], status: 200, query: noQuery } as const;
const shown = { ...common, response: destinationAnswer, answerExample: destinationExample } as const;
const revealed = {
  ...common,
  response: revealedAnswer,
  answerExample: revealedExample,
  kept: (answer: z.input<typeof revealedAnswer>) => ({ ...answer, secret: null }),
} as const;

/** The fields of a body with GraphQL's names of words. */
function inputOf({ events, ...body }: z.output<typeof createBody | typeof updateBody>) {
  return { ...body, ...(events === undefined ? {} : { events: events && events.map(enumName) }) };
}

const destinations: readonly Route[] = [
  route({
    ...revealed,
    method: 'POST',
    path: '/api/alerts/webhooks',
    operationId: 'createWebhookDestination',
    summary: 'Add a webhook destination',
    description: 'The answer has its secret, which is never shown again. A replayed answer does not have it.',
    status: 201,
    body: createBody,
    bodyExample: { url: 'https://example.com/dunlin', events: ['price', 'system'] },
    document: CreateWebhookDestinationDocument,
    variables: ({ body }) => ({ input: { ...inputOf(body), url: body.url } }),
    answer: ({ createWebhookDestination: { webhookSecret } }) => webhookSecret && shownSecret(webhookSecret),
    location: (destination) => `/api/alerts/webhooks/${destination.id}`,
  }),
  route({
    ...common,
    method: 'GET',
    path: '/api/alerts/webhooks',
    operationId: 'listWebhookDestinations',
    summary: 'List the webhook destinations',
    description: 'By id; there are at most 20.',
    body: noBody,
    response: z.array(destinationAnswer).describe('The destinations, by id.'),
    answerExample: [destinationExample],
    document: WebhookDestinationListDocument,
    variables: () => ({}),
    answer: ({ webhookDestinations }) => webhookDestinations.map(shownDestination),
  }),
  route({
    ...shown,
    method: 'GET',
    path: '/api/alerts/webhooks/{id}',
    operationId: 'getWebhookDestination',
    summary: 'Get a webhook destination',
    description: 'With the state of its breaker, without its secret.',
    body: noBody,
    document: WebhookDestinationByIdDocument,
    variables: ({ params }) => ({ id: String(params.id) }),
    answer: ({ webhookDestination }) => webhookDestination && shownDestination(webhookDestination),
  }),
  ...(['PUT', 'PATCH'] as const).map((method) =>
    route({
      ...shown,
      method,
      path: '/api/alerts/webhooks/{id}',
      operationId: method === 'PUT' ? 'putWebhookDestination' : 'patchWebhookDestination',
      summary: 'Change a webhook destination',
      description: 'Changes the fields given. Failures that were counted are forgotten.',
      body: updateBody,
      bodyExample: { enabled: false },
      document: UpdateWebhookDestinationDocument,
      variables: ({ params, body }) => ({ input: { ...inputOf(body), id: String(params.id) } }),
      answer: ({ updateWebhookDestination: { webhookDestination } }) =>
        webhookDestination && shownDestination(webhookDestination),
    }),
  ),
  route({
    ...common,
    method: 'DELETE',
    path: '/api/alerts/webhooks/{id}',
    operationId: 'deleteWebhookDestination',
    summary: 'Delete a webhook destination',
    description: 'What waits for it is canceled.',
    body: noBody,
    response: z.object({ id, status: z.literal('deleted') }).describe('What is gone.'),
    answerExample: { id: 1, status: 'deleted' },
    document: DeleteWebhookDestinationDocument,
    variables: ({ params }) => ({ input: { id: String(params.id) } }),
    answer: ({ deleteWebhookDestination: { deletedId } }) =>
      deletedId === null ? null : { id: idOf(deletedId), status: 'deleted' as const },
  }),
  route({
    ...revealed,
    method: 'POST',
    path: '/api/alerts/webhooks/{id}/rotate-secret',
    operationId: 'rotateWebhookSecret',
    summary: 'Change the secret of a destination',
    description: 'For 24 hours deliveries are signed with the old one too. A replayed answer has no secret.',
    body: noBody,
    document: RotateWebhookSecretDocument,
    variables: ({ params }) => ({ input: { id: String(params.id) } }),
    answer: ({ rotateWebhookSecret: { webhookSecret } }) => webhookSecret && shownSecret(webhookSecret),
  }),
];

const deliveries: readonly Route[] = [
  route({
    ...common,
    method: 'GET',
    path: '/api/alerts/webhooks/{id}/deliveries',
    operationId: 'listWebhookDeliveries',
    summary: 'List the deliveries to a destination',
    description: 'Newest first: what was sent, what waits, and what was given up.',
    query: historyQuery,
    body: noBody,
    response: z.array(deliveryAnswer).describe('Deliveries, newest first.'),
    answerExample: [deliveryExample],
    document: WebhookDestinationDeliveriesDocument,
    variables: ({ params, query }) => ({
      id: String(params.id),
      first: query.limit,
      olderThan: query.before === undefined ? null : String(query.before),
    }),
    answer: ({ webhookDestination }) => webhookDestination && webhookDestination.deliveries.nodes.map(shownDelivery),
    next: ({ webhookDestination }) =>
      webhookDestination &&
      nextPage(webhookDestination.deliveries, 'before', webhookDestination.deliveries.nodes.at(-1)?.id),
  }),
  route({
    ...common,
    method: 'POST',
    path: '/api/alerts/webhooks/{id}/deliveries/{delivery_id}/replay',
    operationId: 'replayWebhookDelivery',
    summary: 'Send a delivery again',
    description:
      'One that was delivered or given up, with all its attempts; the receiver sees the same `X-Delivery-Id`.',
    errors: ['CONFLICT'],
    body: noBody,
    response: deliveryAnswer,
    answerExample: {
      ...deliveryExample,
      ...{ status: 'pending', attempts: 0, ended_at: null, next_attempt_at: '2026-03-03T08:00:00.000Z' },
    },
    document: ReplayWebhookDeliveryDocument,
    variables: ({ params }) => ({ input: { id: String(params.delivery_id), destinationId: String(params.id) } }),
    answer: ({ replayWebhookDelivery: { webhookDelivery } }) => webhookDelivery && shownDelivery(webhookDelivery),
  }),
];

/** The rows of webhooks. */
export const webhookRoutes: readonly Route[] = [...destinations, ...deliveries];
