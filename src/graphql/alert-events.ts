/** The events of alerts as GraphQL types, and the subscription that streams them. */
import { ALERT_EVENTS, ALERT_TRIGGERED, type AlertChange, TRIGGER_TYPES } from '../alerts/index.ts';
import { type JsonObject, memberOf } from '../core/index.ts';
import type { Delivery } from '../events/index.ts';
import { AlertTriggerTypeEnum } from './alert-words.ts';
import { AlertRef, AlertTriggerRef } from './alerts.ts';
import { builder } from './builder.ts';
import { deliveries, Event, type EventShape, JournalEntry } from './events.ts';
import { enumOf } from './inputs.ts';
import { textOf } from './trading-events.ts';

interface AlertEventShape extends EventShape {
  readonly type: string;
  readonly subjectId: number;
  readonly payload: JsonObject;
}

const AlertEvent = builder.interfaceRef<AlertEventShape>('AlertEvent').implement({
  description: 'Something that happened to an alert, or that its owner is told.',
  interfaces: [Event],
  fields: (t) => ({
    alertId: t.id({ nullable: true, description: 'The alert; null of system alerts.', resolve: alertIdOf }),
    alert: t.prismaField({
      type: AlertRef,
      nullable: true,
      description: 'The alert as it is now; null of system alerts, and when it was deleted.',
      resolve: (query, event, _args, { caller, services }) => {
        const where = { id: alertIdOf(event) ?? 0, ownerId: caller.principal.userId };
        return services.database.read.alert.findUnique({ ...query, where });
      },
    }),
    alertType: t.field({
      type: AlertTriggerTypeEnum,
      description: 'What the alert watches, or `SYSTEM`.',
      resolve: ({ payload }) => memberOf(TRIGGER_TYPES, textOf(payload, 'alertType')),
    }),
  }),
  resolveType: (event) => event.type,
});

/** The subject of a trigger is its row in the history. */
function alertIdOf({ type, subjectId, payload: { alertId } }: Omit<AlertEventShape, 'cursor'>): number | null {
  if (type !== ALERT_TRIGGERED) return subjectId;
  return typeof alertId === 'number' ? alertId : null;
}

builder.objectRef<AlertEventShape>(ALERT_TRIGGERED).implement({
  description: 'The owner is told something; it is a row of the history, too.',
  interfaces: [Event, AlertEvent],
  fields: (t) => ({
    triggerId: t.exposeID('subjectId', { description: 'The id of the row in the history.' }),
    trigger: t.prismaField({
      type: AlertTriggerRef,
      nullable: true,
      description: 'The row in the history.',
      resolve: (query, { subjectId }, _args, { caller, services }) =>
        services.database.read.alertTrigger.findUnique({
          ...query,
          where: { id: subjectId, ownerId: caller.principal.userId },
        }),
    }),
    message: t.string({
      description: 'A sentence for a person.',
      resolve: ({ payload }) => textOf(payload, 'message'),
    }),
    context: t.field({
      type: 'JSON',
      description: 'The facts, keys in snake_case; `test` is true where somebody only tried whether notices arrive.',
      resolve: ({ payload }) => payload['context'],
    }),
    triggeredAt: t.field({
      type: 'DateTime',
      description: 'When it was told.',
      resolve: ({ payload }) => new Date(textOf(payload, 'triggeredAt')),
    }),
  }),
});

const AlertChangeRef = builder.interfaceRef<AlertEventShape>('AlertChangeEvent').implement({
  description: 'Something that happened to an alert.',
  interfaces: [Event, AlertEvent],
  fields: (t) => ({
    alertName: t.string({ description: 'Its name then.', resolve: ({ payload }) => textOf(payload, 'name') }),
    condition: t.field({
      type: 'JSON',
      description: 'When it fires, keys in snake_case.',
      resolve: ({ payload }) => payload['condition'],
    }),
    enabled: t.boolean({
      description: 'Whether it is evaluated.',
      resolve: ({ payload }) => payload['enabled'] === true,
    }),
  }),
  resolveType: (event) => event.type,
});

const CHANGES: Readonly<Record<Exclude<AlertChange, 'AlertSuppressed'>, string>> = {
  AlertCreated: 'An alert was created.',
  AlertUpdated: 'Settings of an alert were changed, and it was armed anew.',
  AlertDeleted: 'An alert was deleted; what it told stays in the history.',
  AlertRearmed: 'The value has left the level: the alert fires again when its cooldown is over.',
};

for (const [type, description] of Object.entries(CHANGES)) {
  builder.objectRef<AlertEventShape>(type).implement({ description, interfaces: [Event, AlertEvent, AlertChangeRef] });
}

const SUPPRESSIONS = ['cooldown'] as const;
const SuppressionEnum = enumOf<(typeof SUPPRESSIONS)[number]>('AlertSuppression', {
  description: 'Why nobody is told of a condition that became true.',
  values: { cooldown: 'The cooldown after the last time was not over.' },
});

builder.objectRef<AlertEventShape>('AlertSuppressed').implement({
  description: 'The condition became true again, and nobody is told: the cooldown was not over.',
  interfaces: [Event, AlertEvent, AlertChangeRef],
  fields: (t) => ({
    reason: t.field({
      type: SuppressionEnum,
      nullable: true,
      description: 'Why nobody is told.',
      resolve: ({ payload }) => SUPPRESSIONS.find((reason) => reason === payload['reason']) ?? null,
    }),
  }),
});

builder.objectField(JournalEntry, 'alert', (t) =>
  t.prismaField({
    type: AlertRef,
    nullable: true,
    description:
      'The alert that it is about, or that told it; null when it is about something else, or the alert was deleted.',
    resolve: (query, event, _args, { caller, services }) => {
      const isOfAlert = event.subjectType === 'alert' || event.type === ALERT_TRIGGERED;
      const where = { id: (isOfAlert ? alertIdOf(event) : null) ?? 0, ownerId: caller.principal.userId };
      return services.database.read.alert.findUnique({ ...query, where });
    },
  }),
);

builder.subscriptionFields((t) => ({
  alertEvents: t.field({
    type: AlertEvent,
    description: 'What I am told by alerts, and what happens to them.',
    args: { after: t.arg({ type: 'Cursor', description: 'Replay what came after this first.' }) },
    subscribe: (_root, { after }, context) =>
      deliveries(context, { ownerId: context.caller.principal.userId, types: [...ALERT_EVENTS] }, after),
    resolve: ({ kind, event }: Delivery) => ({
      type: event.type,
      cursor: kind === 'event' ? event.cursor : null,
      occurredAt: event.occurredAt,
      subjectId: event.subjectId,
      payload: event.payload,
    }),
  }),
}));
