/** The AsyncAPI 3.0 document of the sockets, made from the table that serves them. */
import { z } from 'zod';
import type { JsonObject } from '../core/index.ts';
import { type Channel, channelName } from './channel.ts';

const cursor = z
  .string()
  .describe('A place in the journal of events, in decimal digits; later events have greater ones.');

/** Messages that every channel can send beside its own. */
const COMMON_MESSAGES: Readonly<Record<string, z.ZodType>> = {
  connected: z
    .strictObject({ type: z.literal('connected'), channel: z.string(), cursor })
    .describe('Always the first message. `cursor` is the newest one of that moment.'),
  cursor_expired: z
    .strictObject({ type: z.literal('cursor_expired'), oldest: cursor })
    .describe('What `after` asks for is gone; replay can begin just before `oldest`. The socket is closed with 4410.'),
  reconnect: z
    .strictObject({ type: z.literal('reconnect'), after_ms: z.int().min(0) })
    .describe(
      'The last message before the server shuts down: come back after so many milliseconds, each client at another time, with `?after=`. The socket is closed with 1001.',
    ),
  error: z
    .strictObject({ type: z.literal('error'), code: z.string(), message: z.string() })
    .describe('The last message before the socket is closed: with 4400 when a parameter is wrong.'),
};

const AFTER = 'Replays what came after this cursor, in order and without a gap or a repeat, before going live.';

const DESCRIPTION = [
  'JSON objects, one per text message; nothing is expected of the client. Every event carries `type`, `at` (ISO 8601, UTC)',
  'and, where it is stored, `cursor`. A client that does not read is closed with 1013 and can come back with `?after=`;',
  'at shutdown the code is 1001, and its reason ends in `retry_after_ms=` and when to come back. The server sends a ping every',
  '30 s and drops who is silent for 65 s. Parameters of the URL that are not named here are ignored. `/graphql` is on the same port.',
].join(' ');

/** `version` is that of the API. */
export function asyncApiDocument(channels: readonly Channel[], version: string): JsonObject {
  const named = channels.map((channel) => ({ channel, name: channelName(channel), types: typesOf(channel) }));
  return {
    asyncapi: '3.0.0',
    info: { title: 'Dunlin WebSockets', version, description: DESCRIPTION },
    defaultContentType: 'application/json',
    channels: {
      ...Object.fromEntries(named.map(({ channel, name, types }) => [name, channelObject(channel, types)])),
      graphql: graphqlChannel(),
    },
    operations: Object.fromEntries(named.map(({ name, types }) => [`send_${name}`, sendOperation(name, types)])),
    components: {
      messages: Object.fromEntries([
        ...Object.entries(COMMON_MESSAGES).map(messageComponent),
        ...channels.flatMap(({ messages }) => Object.entries(messages).map(messageComponent)),
      ]),
    },
  };
}

function typesOf(channel: Channel): readonly string[] {
  return [...Object.keys(COMMON_MESSAGES), ...Object.keys(channel.messages)];
}

function channelObject(channel: Channel, types: readonly string[]): JsonObject {
  const parameters = Object.entries({ after: AFTER, ...channel.parameters });
  return {
    address: channel.path,
    description: channel.description,
    messages: Object.fromEntries(types.map((type) => [type, { $ref: `#/components/messages/${type}` }])),
    bindings: {
      ws: {
        method: 'GET',
        query: {
          type: 'object',
          properties: Object.fromEntries(
            parameters.map(([name, text]) => [name, { type: 'string', description: text }]),
          ),
        },
        bindingVersion: '0.1.0',
      },
    },
  };
}

function graphqlChannel(): JsonObject {
  return {
    address: '/graphql',
    description:
      'Queries, mutations and subscriptions by the protocol graphql-transport-ws; their types are in the GraphQL schema.',
    bindings: {
      ws: {
        method: 'GET',
        headers: { type: 'object', properties: { 'Sec-WebSocket-Protocol': { const: 'graphql-transport-ws' } } },
        bindingVersion: '0.1.0',
      },
    },
  };
}

function sendOperation(name: string, types: readonly string[]): JsonObject {
  return {
    action: 'send',
    channel: { $ref: `#/channels/${name}` },
    messages: types.map((type) => ({ $ref: `#/channels/${name}/messages/${type}` })),
  };
}

function messageComponent([type, schema]: [string, z.ZodType]): [string, JsonObject] {
  const { $schema: _, ...payload } = JSON.parse(JSON.stringify(z.toJSONSchema(schema, { target: 'draft-7' })));
  return [type, { name: type, summary: schema.description ?? type, payload }];
}
