/** What the OpenAPI document says of the probes, which are no rows of the route table: they answer whatever state the server is in. */
import type { JsonObject } from '../core/index.ts';
import { reference } from './openapi-schemas.ts';

const CHECKS: JsonObject = {
  type: 'object',
  additionalProperties: { type: 'string', enum: ['ok', 'failed'] },
  description: 'Each part of the server, and whether it works.',
};

/** `/healthz` and `/readyz`, which need no authentication. */
export const PROBE_PATHS: Readonly<Record<string, Readonly<Record<string, JsonObject>>>> = {
  '/healthz': {
    get: probe({
      operationId: 'getHealth',
      summary: 'Whether the process is up',
      description:
        'Answers as long as the process does, whatever its parts do and however much is asked of the server.',
      responses: { 200: answer('The process is up.', { status: { const: 'ok' } }) },
    }),
  },
  '/readyz': {
    get: probe({
      operationId: 'getReadiness',
      summary: 'Whether the server is ready for work',
      description:
        'Asks the database, the order monitor and the scheduler, each at most 2 s; never the network. A server that is asked for more than it can do refuses this like other requests: it is not ready for more.',
      responses: {
        200: answer('Ready.', { status: { const: 'ready' }, checks: CHECKS }),
        503: {
          description:
            '`UNAVAILABLE`: the parts that are not ready are named; none is when the server is asked for more than it can do.',
          content: {
            'application/problem+json': {
              schema: { allOf: [{ $ref: reference('Problem') }, { type: 'object', properties: { checks: CHECKS } }] },
            },
          },
        },
      },
    }),
  },
};

function probe(operation: JsonObject): JsonObject {
  return { ...operation, tags: ['server'], security: [] };
}

function answer(description: string, properties: JsonObject): JsonObject {
  const schema: JsonObject = { type: 'object', required: Object.keys(properties), properties };
  return { description, content: { 'application/json': { schema } } };
}
