import { getIntrospectionQuery } from 'graphql';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { JsonObject } from '../../src/core/index.ts';
import { type SocketBench, SocketClient, startSockets, until } from '../support/sockets.ts';

const protocol = 'graphql-transport-ws';
let bench: SocketBench;
beforeAll(async () => {
  bench = await startSockets({ queueLimit: 50, initTimeoutMs: 200 });
});
afterAll(() => bench.stop());

async function connected(): Promise<SocketClient> {
  const client = await SocketClient.open(bench, '/graphql', { protocol });
  client.send({ type: 'connection_init' });
  expect(await client.next()).toEqual({ type: 'connection_ack' });
  return client;
}

/** The first message that answers the operation. */
async function answer(query: string, variables: JsonObject = {}): Promise<JsonObject> {
  const client = await connected();
  client.send({ id: '1', type: 'subscribe', payload: { query, variables } });
  const message = await client.next();
  await client.leave();
  return message;
}

describe('GraphQL over a socket', () => {
  it('answers queries and mutations', async () => {
    expect(await answer('{ self { value } }')).toEqual({
      id: '1',
      type: 'next',
      payload: { data: { self: { value: 1 } } },
    });
    expect(await answer('mutation ($v: Int!) { setValue(value: $v) }', { v: 7 })).toMatchObject({
      payload: { data: { setValue: 7 } },
    });
  });

  it('answers the introspection of GraphiQL', async () => {
    expect(await answer(getIntrospectionQuery())).toMatchObject({ type: 'next', payload: { data: { __schema: {} } } });
  });

  it('streams events to the usual client, from a cursor and then live', async () => {
    const last = await bench.append(['one', 'two']);
    const client = createClient({ url: `ws://127.0.0.1:${bench.port}/graphql`, webSocketImpl: WebSocket });
    const events = client.iterate<{ happened: { text: string } }>({
      query: 'subscription ($after: String) { happened(after: $after) { text } }',
      variables: { after: String(last - 2n) },
    });

    const heard: unknown[] = [];
    for await (const { data } of events) {
      heard.push(data?.happened.text);
      if (heard.length === 2) await bench.append(['three']);
      if (heard.length === 3) break;
    }

    expect(heard).toEqual(['one', 'two', 'three']);
    await until(() => bench.journal.subscriberCount === 0);
    await client.dispose();
  });

  it.each([
    ['a syntax error', '{ value ', /Syntax Error/, 'GRAPHQL_PARSE_FAILED'],
    ['a syntax error in a subscription', 'subscription { happened(', /Syntax Error/, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{ unknown }', /Cannot query field "unknown"/, 'GRAPHQL_VALIDATION_FAILED'],
    ['too deep a document', `${'{ self '.repeat(10)}{ value }${'}'.repeat(10)}`, /11 levels of fields; at most 10/],
    ['too many tokens', `{ ${'value '.repeat(1000)} }`, /1002 tokens; at most 1000/],
    ['too many aliases', `{ ${Array.from({ length: 16 }, (_, i) => `a${i}: value`).join(' ')} }`, /16 aliases/],
  ])('refuses %s as HTTP does', async (_what, query, message, code = 'VALIDATION') => {
    const { type, payload } = await answer(query);

    expect(type).toBe('error');
    expect(payload).toMatchObject([{ message: expect.stringMatching(message), extensions: { code } }]);
    expect(JSON.stringify(payload)).not.toContain('"http"');
  });

  it('tells expected errors and masks bugs', async () => {
    const expected = await answer('{ failing }');
    const bug = await answer('{ broken }');
    const brokenStream = await answer('subscription { breaking }');

    expect(expected).toMatchObject({
      payload: { errors: [{ message: 'value is wrong.', extensions: { code: 'VALIDATION' } }] },
    });
    expect(bug).toMatchObject({ payload: { errors: [{ extensions: { code: 'INTERNAL' } }] } });
    expect(brokenStream).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'INTERNAL' } }] });
    expect(JSON.stringify([bug, brokenStream])).not.toContain('secret detail');
  });

  it('says that a cursor is expired', async () => {
    await bench.append(['one', 'two', 'three']);
    await bench.prune(2n);

    const message = await answer('subscription { happened(after: "0") { text } }');

    expect(message).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'CURSOR_EXPIRED', facts: { oldest: '2' } } }],
    });
  });

  it('carries 50 subscriptions on a socket and refuses each one more', async () => {
    const client = await connected();
    for (let i = 0; i < 52; i += 1) {
      client.send({ id: String(i), type: 'subscribe', payload: { query: 'subscription { happened { text } }' } });
    }

    const refused = await client.take(2);
    await until(() => bench.journal.subscriberCount === 50);
    client.send({ id: '0', type: 'complete' });
    await until(() => bench.journal.subscriberCount === 49);
    client.send({ id: 'again', type: 'subscribe', payload: { query: '{ value }' } });

    expect(refused).toMatchObject([
      { id: '50', type: 'error', payload: [{ extensions: { code: 'RATE_LIMITED', limit: 50 } }] },
      { id: '51', type: 'error', payload: [{ extensions: { code: 'RATE_LIMITED', limit: 50 } }] },
    ]);
    expect(await client.next()).toMatchObject({ id: 'again', type: 'next' });
    await client.leave();
    await until(() => bench.journal.subscriberCount === 0);
  });

  it('survives 5,000 subscriptions on a socket', async () => {
    const client = await connected();

    for (let i = 0; i < 5000; i += 1) {
      client.send({ id: String(i), type: 'subscribe', payload: { query: 'subscription { happened { text } }' } });
    }

    expect((await client.closed).code).toBe(1008);
    await until(() => bench.journal.subscriberCount === 0);
  });

  it('closes with 1013 when the events are not read fast enough', async () => {
    const client = await connected();
    const fields = Array.from({ length: 15 }, (_, i) => `a${i}: text`).join(' ');
    client.send({ id: '1', type: 'subscribe', payload: { query: `subscription { happened { cursor ${fields} } }` } });
    await until(() => bench.journal.subscriberCount === 1);
    client.socket.pause();

    const text = 'x'.repeat(20_000);
    for (let i = 0; i < 100; i += 1) await bench.append([text, text, text, text]);
    await until(() => bench.journal.subscriberCount === 0);
    client.socket.resume();

    expect(await client.closed).toMatchObject({ code: 1013, reason: expect.stringContaining('last cursor') });
  });
});

describe('the protocol', () => {
  it.each([undefined, 'graphql-ws'])('is required in the handshake; %s is closed with 4406', async (offered) => {
    const opening = SocketClient.open(bench, '/graphql', offered === undefined ? {} : { protocol: offered });

    // A client that offered something else gives up by itself.
    if (offered === undefined) expect((await (await opening).closed).code).toBe(4406);
    else await expect(opening).rejects.toThrow(/subprotocol/);
  });

  it('begins with connection_init within its time', async () => {
    const client = await SocketClient.open(bench, '/graphql', { protocol });

    expect((await client.closed).code).toBe(4408);
  });

  it.each([
    ['no JSON', '{"type":', 4400],
    ['no object', '[]', 4400],
    ['an unknown type', '{"type":"start"}', 4400],
    ['an operation before connection_init', '{"id":"1","type":"subscribe","payload":{"query":"{ value }"}}', 4401],
    ['an id that is no string', '{"id":1,"type":"complete"}', 4400],
  ])('closes on %s', async (_what, message, code) => {
    const client = await SocketClient.open(bench, '/graphql', { protocol });

    client.send(message);

    expect((await client.closed).code).toBe(code);
  });

  it('closes on a second connection_init and on a second use of an id', async () => {
    const first = await connected();
    first.send({ type: 'connection_init' });
    const second = await connected();
    const subscribe = { id: '__proto__', type: 'subscribe', payload: { query: 'subscription { happened { text } }' } };
    second.send(subscribe);
    second.send(subscribe);

    expect((await first.closed).code).toBe(4429);
    expect((await second.closed).code).toBe(4409);
    await until(() => bench.journal.subscriberCount === 0);
  });
});
