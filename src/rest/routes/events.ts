/** `/api/events`: the journal, for those who poll instead of keeping a WebSocket open. */
import { z } from 'zod';
import { memberOf } from '../../core/index.ts';
import { JournalPageDocument } from '../../graphql/index.ts';
import { snakeKeys } from '../naming.ts';
import { historyQuery } from '../pagination.ts';
import { noBody, type Route, route } from '../route.ts';
import { id, idOf, instant } from './shapes.ts';

const MODES = ['paper', 'live'] as const;

const eventAnswer = z
  .object({
    cursor: z.string().nullable().describe('Its place in the journal; later events have greater ones.'),
    at: instant,
    type: z.string().describe('What happened, in the past tense: `OptimizationCompleted`.'),
    subject_type: z.string().describe('What it is about: `optimization`.'),
    subject_id: id.describe('Id of what it is about.'),
    mode: z.enum(MODES).describe('Whether it is about play money or money.'),
    payload: z.unknown().meta({ type: 'object', description: 'The facts; which ones depends on the type.' }),
    correlation_id: z.string().describe('The same for all that one command led to.'),
    causation_id: z.string().nullable().describe('Cursor of the event that led to this one.'),
  })
  .meta({ title: 'Event', description: 'A stored event.' });

/** Rows of `/api/events`. */
export const eventRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/events',
    operationId: 'listEvents',
    summary: 'Read the journal',
    description: 'Stored events after a cursor, oldest first. `Link` leads on while there may be more.',
    tag: 'events',
    status: 200,
    query: z.strictObject({
      limit: historyQuery.shape.limit,
      after: z.string().optional().describe('Only events after this cursor; default: from the beginning.'),
      types: z.string().optional().describe('Only these types, with commas between them.'),
    }),
    body: noBody,
    response: z.array(eventAnswer).describe('Events, oldest first.'),
    answerExample: [
      {
        cursor: '17',
        at: '2026-01-05T09:00:00.000Z',
        type: 'OptimizationStarted',
        subject_type: 'optimization',
        subject_id: 12,
        mode: 'paper',
        payload: { status: 'pending' },
        correlation_id: '0f4b3c',
        causation_id: null,
      },
    ],
    errors: ['CURSOR_EXPIRED'],
    document: JournalPageDocument,
    variables: ({ query }) => ({
      after: query.after ?? null,
      types: query.types?.split(',') ?? null,
      first: query.limit,
    }),
    answer: ({ journal }) =>
      journal.entries.map(({ occurredAt, payload, ...entry }) => ({
        ...snakeKeys(entry),
        at: occurredAt,
        subject_id: idOf(entry.subjectId),
        mode: memberOf(MODES, entry.mode.toLowerCase()),
        payload: snakeKeys(payload),
      })),
    next: ({ journal }, { limit }) => (journal.entries.length < limit ? null : { after: journal.endCursor }),
  }),
];
