/** `/api/alerts`: what owners want to be told of, and what they were told. */
import { z } from 'zod';
import {
  AlertByIdDocument,
  AlertHistoryDocument,
  AlertListDocument,
  CreateAlertDocument,
  DeleteAlertDocument,
  TestAlertDocument,
  UpdateAlertDocument,
} from '../../graphql/index.ts';
import { camelKeys } from '../naming.ts';
import { historyQuery, resourceQuery } from '../pagination.ts';
import { noBody, noQuery, type Route, route } from '../route.ts';
import {
  alertAnswer,
  alertExample,
  createAlertBody,
  shownAlert,
  shownTrigger,
  triggerAnswer,
  triggerExample,
  updateAlertBody,
} from './alert-shapes.ts';
import { enumName, id, idOf, nextPage } from './shapes.ts';

const common = { tag: 'alerts', resource: 'alert', errors: [], status: 200, query: noQuery } as const;
const ofAlert = { ...common, response: alertAnswer, answerExample: alertExample } as const;

/** The fields of a body with GraphQL's names of words. */
function inputOf(body: z.output<typeof createAlertBody | typeof updateAlertBody>) {
  return { ...camelKeys(body), alertType: body.alert_type && enumName(body.alert_type) };
}

const alerts: readonly Route[] = [
  route({
    ...ofAlert,
    method: 'POST',
    path: '/api/alerts',
    operationId: 'createAlert',
    summary: 'Create an alert',
    description: 'One whose condition is true already fires when it becomes true again.',
    status: 201,
    body: createAlertBody,
    bodyExample: { alert_type: 'price', condition: { symbol: 'SPY', above: 600 } },
    document: CreateAlertDocument,
    variables: ({ body }) => ({
      input: { ...inputOf(body), alertType: enumName(body.alert_type), condition: body.condition },
    }),
    answer: ({ createAlert: { alert } }) => alert && shownAlert(alert),
    location: (alert) => `/api/alerts/${alert.id}`,
  }),
  route({
    ...common,
    method: 'GET',
    path: '/api/alerts',
    operationId: 'listAlerts',
    summary: 'List the alerts',
    description: 'By id.',
    query: resourceQuery,
    body: noBody,
    response: z.array(alertAnswer).describe('The alerts, by id.'),
    answerExample: [alertExample],
    document: AlertListDocument,
    variables: ({ query }) => ({
      first: query.limit,
      newerThan: query.after === undefined ? null : String(query.after),
    }),
    answer: ({ alerts: list }) => list.nodes.map(shownAlert),
    next: ({ alerts: list }) => nextPage(list, 'after', list.nodes.at(-1)?.id),
  }),
  route({
    ...common,
    method: 'GET',
    path: '/api/alerts/history',
    operationId: 'listAlertHistory',
    summary: 'List what was told',
    description: 'Newest first; it is never pruned. System alerts (`alert_type` `system`) belong to no alert.',
    query: historyQuery,
    body: noBody,
    response: z.array(triggerAnswer).describe('What was told, newest first.'),
    answerExample: [triggerExample],
    document: AlertHistoryDocument,
    variables: ({ query }) => ({
      first: query.limit,
      olderThan: query.before === undefined ? null : String(query.before),
    }),
    answer: ({ alertHistory }) => alertHistory.nodes.map(shownTrigger),
    next: ({ alertHistory }) => nextPage(alertHistory, 'before', alertHistory.nodes.at(-1)?.id),
  }),
];

const single: readonly Route[] = [
  route({
    ...ofAlert,
    method: 'GET',
    path: '/api/alerts/{id}',
    operationId: 'getAlert',
    summary: 'Get an alert',
    description: 'With its state.',
    body: noBody,
    document: AlertByIdDocument,
    variables: ({ params }) => ({ id: String(params.id) }),
    answer: ({ alert }) => alert && shownAlert(alert),
  }),
  ...(['PUT', 'PATCH'] as const).map((method) =>
    route({
      ...ofAlert,
      method,
      path: '/api/alerts/{id}',
      operationId: method === 'PUT' ? 'putAlert' : 'patchAlert',
      summary: 'Change an alert',
      description: 'Changes the fields given and arms it anew; `condition` is replaced as a whole.',
      body: updateAlertBody,
      bodyExample: { condition: { symbol: 'SPY', below: 550 }, cooldown_seconds: 3600 },
      answerExample: { ...alertExample, cooldown_seconds: 3600, condition: { symbol: 'SPY', below: 550 } },
      document: UpdateAlertDocument,
      variables: ({ params, body }) => ({ input: { ...inputOf(body), id: String(params.id) } }),
      answer: ({ updateAlert: { alert } }) => alert && shownAlert(alert),
    }),
  ),
  route({
    ...common,
    method: 'DELETE',
    path: '/api/alerts/{id}',
    operationId: 'deleteAlert',
    summary: 'Delete an alert',
    description: 'What it told stays in the history.',
    body: noBody,
    response: z.object({ id, status: z.literal('deleted') }).describe('What is gone.'),
    answerExample: { id: 1, status: 'deleted' },
    document: DeleteAlertDocument,
    variables: ({ params }) => ({ input: { id: String(params.id) } }),
    answer: ({ deleteAlert: { deletedId } }) =>
      deletedId === null ? null : { id: idOf(deletedId), status: 'deleted' as const },
  }),
  route({
    ...common,
    method: 'POST',
    path: '/api/alerts/{id}/test',
    operationId: 'testAlert',
    summary: 'Send a test notification',
    description: 'To subscribers, and to webhooks that want tests; `context.test` is true. Its state stays.',
    body: noBody,
    response: triggerAnswer,
    answerExample: {
      ...triggerExample,
      message: 'This is a test of the alert SPY above 600.',
      context: { name: 'SPY above 600', symbol: 'SPY', above: 600, test: true },
    },
    document: TestAlertDocument,
    variables: ({ params }) => ({ input: { id: String(params.id) } }),
    answer: ({ testAlert: { trigger } }) => trigger && shownTrigger(trigger),
  }),
];

/** Rows of `/api/alerts` but those of its webhooks. */
export const alertRoutes: readonly Route[] = [...alerts, ...single];
