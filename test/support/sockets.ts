/**
 * A listening server with WebSockets over a real journal, and clients for it. The GraphQL schema is a small one of the
 * tests, but the pipeline is Yoga's with our limits, as in the program.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type DocumentNode, type ExecutionResult, GraphQLError, parse } from 'graphql';
import { createSchema, createYoga } from 'graphql-yoga';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { DomainError, invalid, type JsonObject, randomIds, seededRandom, systemClock } from '../../src/core/index.ts';
import { type Delivery, Journal, SubscriberOverflow } from '../../src/events/index.ts';
import { useLimits } from '../../src/graphql/limits.ts';
import { Admission } from '../../src/rest/index.ts';
import { ensureDefaultUser } from '../../src/storage/index.ts';
import { attachWebSockets, defineChannel, type WebSocketOptions, type WebSockets } from '../../src/ws/index.ts';
import { createTestDatabase } from './database.ts';

const typeDefs = /* GraphQL */ `
  type Query { self: Query! value: Int slow(ms: Int!): Int failing: Int broken: Int large: String! }
  type Mutation { setValue(value: Int!): Int }
  type Subscription { happened(after: String, subject: Int): Happened! breaking: Int }
  type Happened { cursor: String type: String! at: String! subject: Int! text: String! }
`;

interface Happened {
  readonly happened: {
    readonly cursor: string | null;
    readonly at: string;
    readonly subject: number;
    readonly text: string;
  };
}

const document: TypedDocumentNode<Happened, { readonly after: string; readonly subject: number | null }> = parse(
  'subscription ($after: String, $subject: Int) { happened(after: $after, subject: $subject) { cursor at subject text } }',
);

/** The events as they are, `?subject=` narrows them. */
const things = defineChannel({
  path: '/ws/things',
  description: 'What happened to things.',
  parameters: { subject: 'Only this thing.' },
  messages: {
    thing: z.strictObject({
      type: z.literal('thing'),
      at: z.string(),
      cursor: z.string().nullable(),
      text: z.string(),
    }),
  },
  document,
  variables({ after, query }) {
    const subject = query.get('subject');
    if (subject !== null && !/^\d{1,9}$/.test(subject)) throw invalid('subject', 'subject is a whole number.');
    return { after: String(after), subject: subject === null ? null : Number(subject) };
  },
  message: ({ happened: { cursor, at, text } }) =>
    text === 'secret' ? null : { type: 'thing', at, ...(cursor === null ? {} : { cursor }), text },
});

/** Bytes that `/ws/padded` adds to each message, so that a socket which is not read fills up soon. */
const PADDING = 'x'.repeat(256 * 1024);

const padded = defineChannel({
  ...things,
  path: '/ws/padded',
  document,
  variables: ({ after }) => ({ after: String(after), subject: null }),
  message: ({ happened: { cursor, at } }) => ({ type: 'thing', at, cursor, padding: PADDING }),
});

/** What runs for a test. */
export interface SocketBench {
  readonly server: Server;
  readonly sockets: WebSockets;
  readonly journal: Journal;
  readonly port: number;
  /** Bugs that were logged. */
  readonly errors: readonly unknown[];
  /** Appends events in one commit; resolves with the last cursor. */
  append(texts: readonly string[], subject?: number): Promise<bigint>;
  /** Publishes a tick of progress. */
  tick(text: string): void;
  /** Removes the events before a cursor. */
  prune(before: bigint): Promise<void>;
  stop(): Promise<void>;
}

export async function startSockets(
  options: Partial<WebSocketOptions> & { readonly queueLimit?: number; readonly subscribeDelayMs?: number } = {},
): Promise<SocketBench> {
  const testDatabase = await createTestDatabase('sqlite');
  const database = await testDatabase.open();
  const ownerId = await ensureDefaultUser(database, systemClock);
  const journal = new Journal({ database, clock: systemClock, queueLimit: options.queueLimit ?? 1024 });
  await journal.start();
  const errors: unknown[] = [];
  const server = createServer((request, response) => void echo(request).then((body) => response.end(body)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  const { port } = address;
  const sockets = attachWebSockets(server, {
    pipeline: createTestPipeline(journal, ownerId, options.subscribeDelayMs ?? 0),
    channels: [things, padded],
    head: () => journal.head(),
    isHostAllowed: (host) => host === `127.0.0.1:${port}`,
    isOriginAllowed: (origin) => origin === undefined || origin === `http://127.0.0.1:${port}`,
    authenticate: (request) => callerOf(request, ownerId),
    random: seededRandom('sockets'),
    admission: new Admission(),
    ids: randomIds,
    log: { info: () => undefined, warn: () => undefined, error: (facts) => void errors.push(facts) },
    ...options,
  });
  const draft = { ownerId, subjectType: 'thing', correlationId: 'test' };
  return {
    server,
    sockets,
    journal,
    port,
    errors,
    append: (texts, subject = 1) =>
      journal.write(async (write) => {
        let cursor = 0n;
        for (const text of texts) {
          cursor = await write.append({ ...draft, type: 'ThingHappened', subjectId: subject, payload: { text } });
        }
        return cursor;
      }),
    tick: (text) =>
      journal.publishProgress({
        ...draft,
        type: 'ThingMoved',
        subjectId: 1,
        payload: { text },
        occurredAt: new Date(0),
      }),
    prune: async (before) => {
      await database.transaction((db) => db.event.deleteMany({ where: { cursor: { lt: before } } }));
    },
    stop: async () => {
      await sockets.close();
      server.close();
      server.closeAllConnections();
      await journal.close();
      await testDatabase.drop();
    },
  };
}

function callerOf(request: IncomingMessage, userId: number) {
  if (request.headers.authorization === 'wrong') throw new DomainError('UNAUTHENTICATED', 'The key is not known.');
  if (request.headers.authorization === 'broken') throw new Error('secret detail');
  return { principal: { userId, scopes: new Set(['read', 'trade'] as const) }, requestId: 'test' };
}

async function echo(request: IncomingMessage): Promise<string> {
  const body: Buffer[] = [];
  for await (const part of request) body.push(part);
  return JSON.stringify({ method: request.method, url: request.url, body: Buffer.concat(body).toString() });
}

/** As the program's, with the schema above. */
function createTestPipeline(journal: Journal, ownerId: number, subscribeDelayMs: number): WebSocketOptions['pipeline'] {
  const schema = createSchema({ typeDefs, resolvers: resolversOf(journal, ownerId) });
  const yoga = createYoga({
    schema,
    plugins: [useLimits()],
    logging: false,
    maskedErrors: {
      maskError: (error) => {
        const original = error instanceof GraphQLError ? error.originalError : error;
        if (original instanceof SubscriberOverflow)
          return new GraphQLError(original.message, { originalError: original });
        if (original instanceof DomainError) {
          return new GraphQLError(original.message, { extensions: { code: original.code, facts: original.facts } });
        }
        if (error instanceof GraphQLError && original === undefined) return error;
        return new GraphQLError('Internal error 1', { extensions: { code: 'INTERNAL', errorId: '1' } });
      },
    },
  });
  return {
    enveloped: () => yoga.getEnveloped({}),
    async subscribe<Data, Variables>(node: TypedDocumentNode<Data, Variables>, variables: Variables) {
      if (subscribeDelayMs > 0) await pause(subscribeDelayMs);
      const { subscribe, contextFactory } = yoga.getEnveloped({});
      const args = {
        schema,
        document: node as DocumentNode,
        variableValues: variables,
        contextValue: await contextFactory(),
      };
      const result: AsyncIterableIterator<ExecutionResult<Data>> | ExecutionResult = await subscribe(args);
      if (Symbol.asyncIterator in result) return result;
      throw result.errors?.[0] ?? new Error('The subscription did not begin.');
    },
  };
}

function resolversOf(journal: Journal, ownerId: number) {
  return {
    Query: {
      self: () => ({}),
      value: () => 1,
      slow: async (_root: unknown, { ms }: { ms: number }) => {
        await pause(ms);
        return ms;
      },
      large: () => 'x'.repeat(1024 * 1024),
      failing: () => {
        throw invalid('value', 'value is wrong.');
      },
      broken: () => {
        throw new Error('secret detail');
      },
    },
    Mutation: { setValue: (_root: unknown, { value }: { value: number }) => value },
    Subscription: {
      happened: {
        subscribe: (_root: unknown, { after, subject }: { after: string | null; subject: number | null }) =>
          journal.subscribe(
            {
              ownerId,
              types: ['ThingHappened', 'ThingMoved'],
              ...(subject === null || subject === undefined ? {} : { subject: { type: 'thing', id: subject } }),
            },
            after === null || after === undefined ? {} : { after: BigInt(after) },
          ),
        resolve: ({ kind, event }: Delivery) => ({
          cursor: kind === 'event' ? String(event.cursor) : null,
          type: event.type,
          at: event.occurredAt.toISOString(),
          subject: event.subjectId,
          text: event.payload['text'],
        }),
      },
      breaking: {
        subscribe: () => ({
          [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('secret detail')) }),
        }),
      },
    },
  };
}

/** What a socket was closed with. */
export interface Closing {
  readonly code: number;
  readonly reason: string;
}

/** A client that keeps what it hears. */
export class SocketClient {
  readonly socket: WebSocket;
  readonly messages: JsonObject[] = [];
  readonly closed: Promise<Closing>;
  #wake: (() => void) | null = null;
  #read = 0;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer) => {
      this.messages.push(JSON.parse(data.toString()));
      this.#wake?.();
    });
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        resolve({ code, reason: String(reason) });
        this.#wake?.();
      });
    });
  }

  /** Resolves when the socket is open. */
  static async open(
    bench: Pick<SocketBench, 'port'>,
    path: string,
    options: { readonly protocol?: string; readonly headers?: Readonly<Record<string, string>> } = {},
  ): Promise<SocketClient> {
    const protocols = options.protocol === undefined ? [] : [options.protocol];
    const socket = new WebSocket(`ws://127.0.0.1:${bench.port}${path}`, protocols, { headers: options.headers });
    const client = new SocketClient(socket);
    await once(socket, 'open');
    return client;
  }

  /** The next message that was not taken yet. @throws when the socket is closed before it comes */
  async next(): Promise<JsonObject> {
    for (;;) {
      const message = this.messages[this.#read];
      if (message !== undefined) {
        this.#read += 1;
        return message;
      }
      if (this.socket.readyState === WebSocket.CLOSED)
        throw new Error('The socket was closed before the next message.');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async take(count: number): Promise<readonly JsonObject[]> {
    const taken: JsonObject[] = [];
    while (taken.length < count) taken.push(await this.next());
    return taken;
  }

  send(message: JsonObject | string): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  async leave(): Promise<void> {
    this.socket.close();
    await this.closed;
  }
}

/** The cursor of a message that has one. */
export function cursorOf({ cursor }: JsonObject): number {
  if (typeof cursor !== 'string') throw new Error(`The message has no cursor: ${JSON.stringify(cursor)}`);
  return Number(cursor);
}

/** The HTTP answer to an upgrade that is refused. */
export async function refusedUpgrade(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number | undefined; readonly body: JsonObject }> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
  socket.on('error', () => undefined);
  const response = await new Promise<IncomingMessage>((resolve) => {
    socket.on('unexpected-response', (_request, answer) => resolve(answer));
  });
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part);
  return { status: response.statusCode, body: JSON.parse(Buffer.concat(parts).toString()) };
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

/** Polls until the condition holds. @throws after five seconds */
export async function until(condition: () => boolean): Promise<void> {
  for (let waitedMs = 0; !condition(); waitedMs += 5) {
    if (waitedMs > 5000) throw new Error(`Waited five seconds for: ${condition.toString()}`);
    await pause(5);
  }
}
