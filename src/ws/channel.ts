/**
 * A channel of the facade: one path, one subscription of our own, one JSON object per text message. This file is what
 * all channels have in common; `channels.ts` lists them.
 *
 * The first message is always `connected`, with the newest cursor of that moment. The subscription is established before
 * it is sent, from `?after=` or else from that same cursor, so nothing that happens in between is missed.
 */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { ExecutionResult } from 'graphql';
import type { z } from 'zod';
import { ERROR_CODES, type ErrorCode, invalid, type JsonObject } from '../core/index.ts';
import type { Caller } from '../graphql/index.ts';
import { CLOSE_CODES, type Connection } from './connection.ts';
import { type Endpoint, type EndpointDeps, reportBug, type SocketPipeline, type Visit } from './endpoint.ts';
import { failureOf } from './failure.ts';

/** Nothing is expected of these clients, but a program may send keep-alives of its own. */
const MESSAGES_PER_MINUTE = 60;
/** 2^63 - 1, the largest cursor that the database can hold. */
const MAX_CURSOR = 9_223_372_036_854_775_807n;

/** What a channel's subscription is made from. */
export interface ChannelRequest {
  /** Replay begins after this cursor. */
  readonly after: bigint;
  /** The query of the URL; parameters that no channel knows are ignored. */
  readonly query: URLSearchParams;
}

/** A row of the table of channels. `Data` is what an event of the subscription answers. */
export interface ChannelDefinition<Data, Variables> {
  readonly path: `/ws/${string}`;
  /** What is told here, for the document of the API. */
  readonly description: string;
  /** Parameters of the URL's query beside `after`, with their descriptions. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Schemas of the messages, by their `type`. */
  readonly messages: Readonly<Record<string, z.ZodType>>;
  readonly document: TypedDocumentNode<Data, Variables>;
  /** @throws {DomainError} VALIDATION when a parameter is wrong */
  readonly variables: (request: ChannelRequest) => Variables;
  /** The message of an event; null when the channel does not tell of it. */
  readonly message: (data: Data) => JsonObject | null;
}

/** A channel whose types are closed over, so that different ones can stand in one table. */
export interface Channel
  extends Pick<ChannelDefinition<never, never>, 'path' | 'description' | 'parameters' | 'messages'> {
  /** Subscribes; the iterator's `return()` ends the subscription, also while `next()` waits. Messages are JSON texts. */
  open(pipeline: SocketPipeline, request: ChannelRequest, caller: Caller): Promise<AsyncIterableIterator<string>>;
}

/** Closes a definition over its types. */
export function defineChannel<Data, Variables>(definition: ChannelDefinition<Data, Variables>): Channel {
  const { path, description, parameters, messages, document } = definition;
  /** An answer is one object for all clients that get it: what is told of it is written once. */
  const texts = new WeakMap<object, string | null>();
  const textOf = (answer: ExecutionResult<Data>): string | null => {
    const known = texts.get(answer);
    if (known !== undefined) return known;
    const { data } = answer;
    const message = data === undefined || data === null ? null : definition.message(data);
    const text = message === null ? null : JSON.stringify(message);
    texts.set(answer, text);
    return text;
  };
  return {
    path,
    description,
    parameters,
    messages,
    async open(pipeline, request, caller) {
      const events = await pipeline.subscribe(document, definition.variables(request), caller);
      return messagesOf(events, textOf);
    },
  };
}

/** The endpoint that serves a channel. */
export function channelEndpoint(channel: Channel, deps: EndpointDeps): Endpoint {
  return {
    path: channel.path,
    messagesPerMinute: MESSAGES_PER_MINUTE,
    selectProtocol: () => false,
    serve(connection, visit) {
      // Listening is what holds the client to its limits.
      connection.onText(() => undefined);
      stream(channel, { connection, visit, deps }).catch((error: unknown) => reportBug(error, deps));
    },
    farewell: (afterMs) => JSON.stringify({ type: 'reconnect', after_ms: afterMs }),
  };
}

/** The last part of the path: `optimize` of `/ws/optimize`. */
export function channelName(channel: Pick<Channel, 'path'>): string {
  return channel.path.slice('/ws/'.length);
}

interface Stream {
  readonly connection: Connection;
  readonly visit: Visit;
  readonly deps: EndpointDeps;
}

async function stream(channel: Channel, { connection, visit, deps }: Stream): Promise<void> {
  const head = deps.head();
  const opening = subscribe(channel, head, { visit, deps });
  await Promise.allSettled([opening]);
  await connection.send(JSON.stringify({ type: 'connected', channel: channelName(channel), cursor: String(head) }));
  try {
    const messages = await opening;
    const end = () => void messages.return?.().catch((error: unknown) => reportBug(error, deps));
    if (connection.closed.aborted) return end();
    connection.closed.addEventListener('abort', end, { once: true });
    for await (const message of messages) await connection.send(message);
    connection.close(CLOSE_CODES.goingAway, 'The stream has ended. Come back with your last cursor.');
  } catch (error) {
    await sayWhy(error, connection, deps);
  }
}

async function subscribe(channel: Channel, head: bigint, { visit, deps }: Pick<Stream, 'visit' | 'deps'>) {
  const after = parseAfter(visit.query) ?? head;
  return channel.open(deps.pipeline, { after, query: visit.query }, visit.caller);
}

/** @throws {DomainError} VALIDATION when `after` is there and is no cursor */
function parseAfter(query: URLSearchParams): bigint | null {
  const raw = query.get('after');
  if (raw === null) return null;
  if (/^\d{1,19}$/.test(raw) && BigInt(raw) <= MAX_CURSOR) return BigInt(raw);
  const shown = JSON.stringify(raw.slice(0, 40));
  throw invalid('after', `after is the cursor of a message, a whole number in decimal digits; it is ${shown}.`);
}

/** Tells the client why its stream ends here, and what to do. */
async function sayWhy(error: unknown, connection: Connection, deps: EndpointDeps): Promise<void> {
  const failure = failureOf(error);
  if (failure.kind === 'overflow') {
    connection.close(CLOSE_CODES.tryAgainLater, 'Not read fast enough. Come back with ?after=<your last cursor>.');
    return;
  }
  if (failure.kind === 'bug') {
    const message = failure.isMasked ? failure.message : reportBug(error, deps);
    await connection.send(JSON.stringify({ type: 'error', code: 'INTERNAL', message }));
    connection.close(CLOSE_CODES.internalError, message);
    return;
  }
  const { code, message, facts } = failure;
  const isExpired = code === 'CURSOR_EXPIRED';
  const last = isExpired
    ? { type: 'cursor_expired', oldest: String(facts['oldest']) }
    : { type: 'error', code, message };
  await connection.send(JSON.stringify(last));
  connection.close(closeCode(code), message);
}

/** The HTTP status of the code in the range that is free for applications; what cannot be read is 4400. */
function closeCode(code: ErrorCode): number {
  return code === 'VALIDATION' ? 4400 : 4000 + ERROR_CODES[code].status;
}

/** An iterator by hand: an async generator that waits for its source could not be ended by `return()`. */
function messagesOf<Data>(
  events: AsyncIterableIterator<ExecutionResult<Data>>,
  textOf: (answer: ExecutionResult<Data>) => string | null,
): AsyncIterableIterator<string> {
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      for (let event = await events.next(); event.done !== true; event = await events.next()) {
        const [error] = event.value.errors ?? [];
        if (error !== undefined) throw error;
        const text = textOf(event.value);
        if (text !== null) return { done: false, value: text };
      }
      return { done: true, value: undefined };
    },
    async return() {
      await events.return?.();
      return { done: true, value: undefined };
    },
  };
}
