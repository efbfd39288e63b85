/** Webhook destinations and their deliveries, as they are read. Secrets are not among what can be. */
import { dateOf, memberOf, readJson } from '../core/index.ts';
import {
  type BreakerState,
  breakerState,
  DELIVERY_EVENTS,
  DELIVERY_STATUSES,
  type DeliveryEvent,
  type DeliveryStatus,
  eventsOf,
  type WebhookEvent,
} from '../webhooks/index.ts';
import { builder } from './builder.ts';
import { enumOf } from './inputs.ts';
import { ownRow, ownRows, rowsBefore } from './own-rows.ts';
import { pageLimit } from './paging.ts';

const EVENT_WORDS: Readonly<Record<WebhookEvent, string>> = {
  price: 'A price alert fired.',
  signal: 'A signal alert fired.',
  risk: 'A risk alert fired.',
  rebalance: 'A goal was breached.',
  system: 'Something of the program needs a person.',
  test: 'Somebody tried out an alert.',
};

export const WebhookEventEnum = enumOf<WebhookEvent>('WebhookEvent', {
  description: 'What a destination can be told of.',
  values: EVENT_WORDS,
});

const DeliveryEventEnum = enumOf<DeliveryEvent>('WebhookDeliveryEvent', {
  description: 'What a delivery tells of.',
  values: { ...EVENT_WORDS, digest: 'Many notices at once: there were too many in a minute.' },
});

const DeliveryStatusEnum = enumOf<DeliveryStatus>('WebhookDeliveryStatus', {
  description: 'How far a delivery has come.',
  values: {
    pending: 'It waits for its next attempt.',
    sending: 'It is being sent.',
    delivered: 'The receiver accepted it.',
    dead_letter: 'It was given up; it can be replayed.',
    digested: 'It is told in `digest`.',
    canceled: 'Its destination was deleted before.',
  },
});

const BreakerStateEnum = enumOf<BreakerState>('WebhookBreakerState', {
  description: 'Whether a destination is believed to answer.',
  values: {
    closed: 'It is.',
    open: 'It failed five times in a row: nothing is sent for a minute.',
    half_open: 'The next attempt shows whether it answers again.',
  },
});

export const WebhookDeliveryRef = builder.prismaObject('WebhookDelivery', {
  description: 'A notice on its way to a destination, or a digest of several.',
  select: { id: true },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Counts up.' }),
    destinationId: t.exposeID('destinationId', { description: 'Where it goes.' }),
    destination: t.relation('destination', { description: 'Where it goes; it may have been deleted since.' }),
    key: t.exposeString('key', { description: 'What `X-Delivery-Id` says, the same at every attempt.' }),
    event: t.field({
      type: DeliveryEventEnum,
      description: 'What it tells of.',
      select: { event: true },
      resolve: (row) => memberOf(DELIVERY_EVENTS, row.event),
    }),
    status: t.field({
      type: DeliveryStatusEnum,
      description: 'How far it has come.',
      select: { status: true },
      resolve: (row) => memberOf(DELIVERY_STATUSES, row.status),
    }),
    attempts: t.exposeInt('attempts', { description: 'Attempts that have ended, since it was created or replayed.' }),
    nextAttemptAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it is due; later while its destination fails. Null unless it waits.',
      select: { status: true, nextAttemptAt: true },
      resolve: ({ status, nextAttemptAt }) => (status === 'pending' ? nextAttemptAt : null),
    }),
    lastStatus: t.exposeInt('lastStatus', {
      nullable: true,
      description: 'What the receiver answered last; null when there was no answer.',
    }),
    lastError: t.exposeString('lastError', {
      nullable: true,
      description: 'Why it was not delivered last; null unless so.',
    }),
    payload: t.field({
      type: 'JSON',
      description: 'What is posted.',
      select: { body: true },
      resolve: ({ body }) => readJson<unknown>(body),
    }),
    correlationId: t.exposeString('correlationId', { description: 'Shared by all events of what it tells of.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When what it tells of happened.' }),
    endedAt: t.expose('endedAt', { type: 'DateTime', nullable: true, description: 'Null while it is on its way.' }),
    digest: t.relation('digest', { nullable: true, description: 'The digest that tells it; null unless so.' }),
  }),
});

const STATUS_ARGUMENT = 'Only those that have come this far.';
const OLDER_ARGUMENT = 'Only those before the delivery with this id.';

interface DeliveryFilter {
  readonly status?: DeliveryStatus | null | undefined;
  readonly olderThan?: string | number | null | undefined;
}

function deliveryWhere({ status, olderThan }: DeliveryFilter) {
  return {
    ...(status == null ? {} : { status }),
    ...rowsBefore(olderThan),
  };
}

export const WebhookDestinationRef = builder.prismaObject('WebhookDestination', {
  description: 'An address that notices are posted to. Its secret is shown once, when it is made.',
  select: { id: true },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Counts up.' }),
    url: t.exposeString('url', { description: 'Where to.' }),
    events: t.field({
      type: [WebhookEventEnum],
      description: 'What it is told of.',
      select: { events: true },
      resolve: (row) => [...eventsOf(row)],
    }),
    enabled: t.exposeBoolean('enabled', {
      description: 'While it is not, it is told of nothing new, and the rest waits.',
    }),
    breaker: t.field({
      type: BreakerStateEnum,
      description: 'Whether it is believed to answer.',
      select: { failuresInRow: true, openUntil: true },
      resolve: (row, _args, { services }) => breakerState(row, dateOf(services.clock)),
    }),
    failuresInRow: t.exposeInt('failuresInRow', { description: 'Attempts that failed since the last that did not.' }),
    openUntil: t.expose('openUntil', {
      type: 'DateTime',
      nullable: true,
      description: 'When it is tried again; null while the breaker is closed.',
    }),
    oldSecretUntil: t.expose('oldSecretUntil', {
      type: 'DateTime',
      nullable: true,
      description: 'Until when the secret before the last change signs too; null before the first change.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When its settings were changed last.' }),
    deliveries: t.relatedConnection('deliveries', {
      cursor: 'id',
      maxSize: pageLimit(1),
      description: 'What it was and will be sent, newest first.',
      args: {
        status: t.arg({ type: DeliveryStatusEnum, description: STATUS_ARGUMENT }),
        olderThan: t.arg.id({ description: OLDER_ARGUMENT }),
      },
      query: (args) => ({ where: deliveryWhere(args), orderBy: { id: 'desc' } }),
    }),
  }),
});

builder.queryFields((t) => ({
  webhookDestination: t.prismaField({
    type: 'WebhookDestination',
    nullable: true,
    description: 'One webhook destination; null when there is none with this id.',
    args: { id: t.arg.id({ required: true, description: 'The id of the destination.' }) },
    resolve: (query, _root, { id }, { caller, services }) => {
      return services.database.read.webhookDestination.findFirst({
        ...query,
        where: { ...ownRow(caller, id), deletedAt: null },
      });
    },
  }),
  webhookDestinations: t.prismaField({
    type: ['WebhookDestination'],
    description: 'The webhook destinations, oldest first; there are at most 20.',
    resolve: (query, _root, _args, { caller, services }) => {
      return services.database.read.webhookDestination.findMany({
        ...query,
        where: { ...ownRows(caller), deletedAt: null },
        orderBy: { id: 'asc' },
      });
    },
  }),
  webhookDeliveries: t.prismaConnection({
    type: 'WebhookDelivery',
    cursor: 'id',
    maxSize: pageLimit(1),
    description: 'What all destinations were and will be sent, deleted ones too, newest first.',
    args: {
      status: t.arg({ type: DeliveryStatusEnum, description: STATUS_ARGUMENT }),
      olderThan: t.arg.id({ description: OLDER_ARGUMENT }),
    },
    resolve: (query, _root, args, { caller, services }) => {
      return services.database.read.webhookDelivery.findMany({
        ...query,
        where: { ...ownRows(caller), ...deliveryWhere(args) },
        orderBy: { id: 'desc' },
      });
    },
  }),
}));
