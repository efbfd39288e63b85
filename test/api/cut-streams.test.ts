/** Streams as clients know them: cut off and resumed on every transport, expired cursors, and a server that shuts down. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS } from '../../src/core/index.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { cutStreams } from '../support/cut-streams.ts';
import { TEST_PROVIDERS } from '../support/database.ts';
import { SocketClient } from '../support/sockets.ts';
import { subscribeOverSocket, subscribeOverSse } from './graphql-clients.ts';
import { objectOf, rest } from './rest-client.ts';

const SEED = process.env['SEED'] ?? 'cut-1';
const EVENTS = 'subscription ($after: Cursor) { events(after: $after) { cursor } }';

describe.each(TEST_PROVIDERS)('on %s', (provider) => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startTestApp({ provider });
  });
  afterAll(async () => {
    await server.stop();
    expect(server.bugs()).toEqual([]);
  });

  it(`a client that is cut 20 times under load, and by a restart, hears every event once, in order (seed ${SEED})`, {
    timeout: 300_000,
  }, async () => {
    const { heard, events, cuts } = await cutStreams({
      url: server.url,
      cuts: 20,
      seed: SEED,
      halfway: () => server.restart(),
    });

    expect(cuts).toBeGreaterThanOrEqual(20);
    expect(events.length).toBeGreaterThan(20);
    for (const [transport, cursors] of Object.entries(heard)) expect([transport, cursors]).toEqual([transport, events]);
  });

  it('whoever comes back with a cursor that is too old is told the oldest one, on every transport', async () => {
    const { journal, database } = server.app.services;
    // As if those who react to events had looked through all of them: what they have not seen is not pruned.
    await database.transaction((db) => db.journalConsumer.updateMany({ data: { cursor: journal.head() } }));
    await journal.prune({ maxAgeMs: DAY_MS, maxEvents: 5 });
    const oldest = String(journal.head() - 4n);
    const expired = { extensions: { code: 'CURSOR_EXPIRED', facts: { oldest } } };

    const polled = await rest(server.url, 'GET /api/events?after=1');
    const socket = subscribeOverSocket(server.url, EVENTS, { after: '1' });
    const stream = await subscribeOverSse(server.url, EVENTS, { after: '1' });
    const channel = await SocketClient.open(server, '/ws/orders?after=1');

    expect([polled.status, objectOf(polled)]).toMatchObject([410, { code: 'CURSOR_EXPIRED', oldest }]);
    expect(await socket.answers.next()).toMatchObject({ value: { errors: [expired] } });
    expect(await stream.answers.next()).toMatchObject({ value: { errors: [expired] } });
    expect(await channel.take(2)).toMatchObject([{ type: 'connected' }, { type: 'cursor_expired', oldest }]);
    expect((await channel.closed).code).toBe(4410);
    await Promise.all([socket.end(), stream.end()]);
    const again = await rest(server.url, `GET /api/events?after=${BigInt(oldest) - 1n}`);
    expect(again.body).toHaveLength(5);
  });
});

it('a server that shuts down tells each client when to come back, each at another time, and no stream that it is complete', async () => {
  const server = await startTestApp();
  const channels = await Promise.all(Array.from({ length: 8 }, () => SocketClient.open(server, '/ws/orders')));
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
  const body = JSON.stringify({ query: EVENTS });
  const stream = await fetch(`${server.url}/graphql`, { method: 'POST', headers, body });

  await server.stop();

  const closings = await Promise.all(channels.map((channel) => channel.closed));
  const told = channels.map(({ messages }) => messages.at(-1));
  const times = told.map((message) => Number(message?.['after_ms']));
  expect(told).toEqual(times.map((time) => ({ type: 'reconnect', after_ms: time })));
  expect(times.every((time) => time >= 1000 && time <= 6000)).toBe(true);
  expect(new Set(times).size).toBeGreaterThan(4);
  for (const [at, { code, reason }] of closings.entries()) {
    expect([code, reason.split(' ').at(-1)]).toEqual([1001, `retry_after_ms=${times[at]}`]);
  }
  const lines = (await stream.text()).split('\n').filter((line) => line !== '' && line !== ':');
  expect(lines).toEqual([expect.stringMatching(/^retry: \d{4}$/), expect.stringMatching(/^retry: \d{4}$/)]);
});
