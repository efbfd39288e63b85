/** The OpenAPI 3.1 document, written from the rows that serve the requests: what it says is what is checked. */
import { ERROR_CODES, type ErrorCode, type Json, type JsonObject } from '../core/index.ts';
import { PROBE_PATHS } from './openapi-probes.ts';
import { answerName, componentSchemas, jsonSchema, reference, requestName } from './openapi-schemas.ts';
import { errorCodes } from './problem.ts';
import { noBody, type Route } from './route.ts';

/** Codes that any route may answer with. */
const COMMON: readonly ErrorCode[] = ['FORBIDDEN', 'UNAUTHENTICATED', 'INTERNAL'];
const WITH_BODY: readonly ErrorCode[] = ['BAD_REQUEST', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'VALIDATION'];
const WITH_KEY: readonly ErrorCode[] = ['CONFLICT', 'IDEMPOTENCY_MISMATCH'];

/** Describes the table. */
export function openApiDocument(routes: readonly Route[], version: string): JsonObject {
  const paths: Record<string, Record<string, Json>> = {};
  for (const row of routes) {
    const methods = (paths[row.path] ??= {});
    methods[row.method.toLowerCase()] = operation(row);
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Dunlin',
      version,
      description:
        'Orders, safety, portfolio goals, strategies, backtests, optimization, tuning of models, schedules, alerts, webhooks and market data over REST: a facade of the GraphQL API at `/graphql`. Keys are snake_case, timestamps ISO 8601 in UTC, fractions are fractions and never percent. Errors are RFC 9457 problems.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'This server' }],
    tags: [...new Set([...routes.map((row) => row.tag), 'server'])].map((name) => ({ name })),
    paths: { ...paths, ...PROBE_PATHS },
    components: {
      schemas: componentSchemas(routes),
      responses: Object.fromEntries(errorCodes.map((code) => [code, problemResponse([code])])),
    },
  };
}

function operation(row: Route): JsonObject {
  const { operationId, summary, description, tag } = row;
  return {
    operationId,
    summary,
    description,
    tags: [tag],
    parameters: [...pathParameters(row), ...queryParameters(row), ...keyParameters(row)],
    ...(row.body === noBody ? {} : { requestBody: requestBody(row) }),
    responses: {
      [row.status]: success(row),
      ...(row.mayGoOn ? { 202: { ...success(row), description: 'The work goes on.' } } : {}),
      ...failures(row),
    },
  };
}

const IDEMPOTENCY_KEY: JsonObject = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'The same key and body within 24 hours get the stored answer, with `Idempotent-Replay: true`.',
  schema: { type: 'string', minLength: 1, maxLength: 128 },
};

function keyParameters(row: Route): readonly JsonObject[] {
  if (row.method !== 'POST') return [];
  if (row.isUrgent !== true) return [IDEMPOTENCY_KEY];
  const description =
    'Accepted, whatever it is, and not kept: no answer is ever replayed. It is done anew each time, and again changes nothing.';
  return [{ ...IDEMPOTENCY_KEY, description, schema: { type: 'string' } }];
}

function pathParameters(row: Route): readonly JsonObject[] {
  return [...row.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name: String(name),
    in: 'path',
    required: true,
    description: `Id of the ${row.resource ?? 'resource'}.`,
    schema: { type: 'integer', minimum: 1, maximum: 2_147_483_647 },
  }));
}

function queryParameters(row: Route): readonly JsonObject[] {
  return Object.entries(row.query.shape).map(([name, schema]) => {
    const { description, ...shape } = jsonSchema(schema, 'output');
    return {
      name,
      in: 'query',
      required: !schema.safeParse(undefined).success,
      ...(description === undefined ? {} : { description }),
      schema: shape,
    };
  });
}

function requestBody(row: Route): JsonObject {
  const example = row.bodyExample === undefined ? {} : { example: row.bodyExample };
  return {
    required: !row.body.safeParse({}).success,
    content: { [row.consumes ?? 'application/json']: { schema: { $ref: reference(requestName(row)) }, ...example } },
  };
}

function success(row: Route): JsonObject {
  const headers = {
    ...(row.status === 201 ? { Location: textHeader('Path of what was created.') } : {}),
    ...(row.isPaged ? { Link: textHeader('The next page, as `<path>; rel="next"`; absent on the last one.') } : {}),
    ...(row.method === 'POST' && row.isUrgent !== true
      ? { 'Idempotent-Replay': textHeader('`true` when this is the stored answer of an earlier request.') }
      : {}),
  };
  return {
    description: row.response.description ?? row.summary,
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    content: {
      [row.page === undefined ? 'application/json' : 'text/html']: {
        schema: { $ref: reference(answerName(row)) },
        example: row.answerExample,
      },
    },
  };
}

function textHeader(description: string): JsonObject {
  return { description, schema: { type: 'string' } };
}

/** Several codes can share a status: the response then names them all. */
function failures(row: Route): JsonObject {
  const codes = new Set([
    ...row.errors,
    ...COMMON,
    // Where no body is asked for, one that comes is read all the same, and must be empty.
    ...(row.method === 'GET' ? [] : WITH_BODY),
    ...(row.method === 'POST' && row.isUrgent !== true ? WITH_KEY : []),
    ...(Object.keys(row.query.shape).length > 0 ? (['VALIDATION'] as const) : []),
    ...(row.path.includes('{') ? (['NOT_FOUND'] as const) : []),
  ]);
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = ERROR_CODES[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries([...byStatus].map(([status, sharing]) => [status, failure(sharing)]));
}

function failure(codes: readonly ErrorCode[]): JsonObject {
  return codes.length === 1 ? { $ref: `#/components/responses/${codes[0]}` } : problemResponse(codes);
}

function problemResponse(codes: readonly ErrorCode[]): JsonObject {
  return {
    description: codes.map((code) => `\`${code}\`: ${ERROR_CODES[code].title}.`).join(' '),
    content: { 'application/problem+json': { schema: { $ref: reference('Problem') } } },
  };
}
