/** `/ws/alerts`: what its owner is told, when it happens. */
import { z } from 'zod';
import { TRIGGER_TYPES } from '../alerts/index.ts';
import { invariant, type JsonObject, memberOf, readJson } from '../core/index.ts';
import { AlertEventsDocument, type AlertEventsSubscription } from '../graphql/index.ts';
import { type Channel, defineChannel } from './channel.ts';

const alert = z
  .strictObject({
    type: z.literal('alert'),
    at: z.iso.datetime().describe('When it happened, UTC.'),
    cursor: z.string().describe('Its place in the journal.'),
    alert_id: z.int().positive().nullable().describe('The alert, as in /api/alerts/{id}; null of system alerts.'),
    alert_type: z.enum(TRIGGER_TYPES).describe('What is told.'),
    message: z.string().describe('A sentence for a person.'),
    context: z
      .record(z.string(), z.unknown())
      .describe('The facts; `test` is true where somebody tried whether notices arrive.'),
    triggered_at: z.iso.datetime().describe('When it was told, as in /api/alerts/history.'),
  })
  .describe('An alert has fired, somebody tested it, or something happened that every owner is told of.');

/** The channel. */
export const alertsChannel: Channel = defineChannel({
  path: '/ws/alerts',
  description:
    'What alerts tell, and what is told in any case: paused jobs, rejected orders, halts, books that differ.',
  parameters: {},
  messages: { alert },
  document: AlertEventsDocument,
  variables: ({ after }) => ({ after: String(after) }),
  message: ({ alertEvents }) => messageOf(alertEvents),
});

/** Null of changes of alerts, which the channel does not tell. */
function messageOf(event: AlertEventsSubscription['alertEvents']): JsonObject | null {
  if (!('message' in event)) return null;
  const { cursor, occurredAt, alertId, alertType, message, context, triggeredAt } = event;
  invariant(cursor !== null, 'what is told is stored');
  return {
    ...{ type: 'alert', at: occurredAt, cursor },
    alert_id: alertId === null ? null : Number(alertId),
    alert_type: memberOf(TRIGGER_TYPES, alertType.toLowerCase()),
    message,
    context: readJson<JsonObject>(JSON.stringify(context)),
    triggered_at: triggeredAt,
  };
}
