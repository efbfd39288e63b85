/** Serves the rows of the route table: the same steps for each, from the caller's name to the answer. */
import type { IncomingHttpHeaders } from 'node:http';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ExecutionResult } from 'graphql';
import type { Principal } from '../access/index.ts';
import type { IdSource } from '../core/index.ts';
import { readCsvOnly } from './body.ts';
import { expectedError, problemAnswer } from './failure.ts';
import { answerOnce, type KeyStore, parseKey, requestHash } from './idempotency.ts';
import type { RawRequest, Route, RouteAnswer } from './route.ts';

/** What serving a row takes. */
export interface RouteHost extends KeyStore {
  /** Runs a document of the facade for a caller. */
  execute<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
    caller: { readonly principal: Principal; readonly requestId: string },
  ): Promise<ExecutionResult<Data>>;
  /** Who sends a request with these headers; rejects with UNAUTHENTICATED when it is nobody known. */
  authenticate(headers: IncomingHttpHeaders): Promise<Principal>;
  /** Names the log lines of bugs. */
  readonly ids: IdSource;
  /** Largest CSV body in bytes. */
  readonly importMaxBytes: number;
}

/** Adds a route for each row. */
export function registerRoutes(app: FastifyInstance, routes: readonly Route[], host: RouteHost): void {
  for (const row of routes) {
    const add = async (scope: FastifyInstance) => {
      if (row.consumes === 'text/csv') readCsvOnly(scope, host.importMaxBytes);
      scope.route<Routed>({
        method: row.method,
        url: row.path.replaceAll(/\{(\w+)\}/g, ':$1'),
        handler: (request, reply) => serve(row, { request, reply, host }),
      });
    };
    void app.register(add);
  }
}

/** What fastify's router leaves in a request. */
interface Routed {
  readonly Params: Readonly<Record<string, string>>;
  readonly Querystring: Readonly<Record<string, unknown>>;
}

interface Exchange {
  readonly request: FastifyRequest<Routed>;
  readonly reply: FastifyReply;
  readonly host: RouteHost;
}

async function serve(row: Route, { request, reply, host }: Exchange): Promise<FastifyReply> {
  const principal = await host.authenticate(request.headers);
  const caller = { principal, requestId: request.id };
  const run = (raw: RawRequest) => row.run(raw, (document, variables) => host.execute(document, variables, caller));
  // What is urgent is not refused for its header either.
  const mayHaveKey = row.method === 'POST' && row.isUrgent !== true;
  const header = mayHaveKey ? request.headers['idempotency-key'] : undefined;
  const key = header === undefined ? null : parseKey(header);
  const answer =
    key === null
      ? await run(rawRequest(request, request.body))
      : await runOnce({ key, ownerId: principal.userId, row, request, host, run });
  return reply.code(answer.status).headers(answer.headers).send(answer.body);
}

interface KeyedRun {
  readonly key: string;
  readonly ownerId: number;
  readonly row: Route;
  readonly request: FastifyRequest<Routed>;
  readonly host: RouteHost;
  readonly run: (raw: RawRequest) => Promise<RouteAnswer>;
}

/** A stream is read whole first: what the key stands for has to be known before the work starts. */
async function runOnce({ key, ownerId, row, request, host, run }: KeyedRun): Promise<RouteAnswer> {
  const { body } = request;
  const bytes = isStream(body) ? await readAll(body) : null;
  const raw = rawRequest(request, bytes === null ? body : replay(bytes));
  const { method, path, aliasOf = path } = row;
  const { params, query } = request;
  const use = { ownerId, key, request: requestHash({ method, path: aliasOf, params, query, body: bytes ?? body }) };
  return answerOnce(host, use, async () => {
    try {
      return await run(raw);
    } catch (error) {
      return problemAnswer(expectedError(error, request, host.ids));
    }
  });
}

function rawRequest(request: FastifyRequest<Routed>, body: unknown): RawRequest {
  const path = request.url.split('?', 1)[0] ?? '';
  return { params: request.params, query: request.query, body, path };
}

function isStream(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* replay(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
