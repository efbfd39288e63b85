import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/index.ts';
import { Admission } from '../../src/rest/index.ts';
import { type SocketBench, SocketClient, startSockets, until } from '../support/sockets.ts';

const admission = new Admission({ most: 1, least: 1, inTimeMs: 1000, patienceMs: 1000 });
let bench: SocketBench;
beforeAll(async () => {
  bench = await startSockets({ admission });
});
afterAll(() => bench.stop());

async function connected(): Promise<SocketClient> {
  const client = await SocketClient.open(bench, '/graphql', { protocol: 'graphql-transport-ws' });
  client.send({ type: 'connection_init' });
  await client.next();
  return client;
}

function ask(client: SocketClient, id: string, payload: JsonObject): void {
  client.send({ id, type: 'subscribe', payload });
}

const refused = { type: 'error', payload: [{ extensions: { code: 'UNAVAILABLE', facts: { retryAfterSeconds: 1 } } }] };

it('counts operations of sockets as work while they are under way, and no longer', async () => {
  const client = await connected();
  ask(client, 'slow', { query: '{ slow(ms: 100) }' });
  await until(() => !admission.hasRoom());
  ask(client, 'more', { query: '{ value }' });

  expect(await client.take(2)).toMatchObject([
    { id: 'more', ...refused },
    { id: 'slow', type: 'next' },
  ]);
  expect(admission.hasRoom()).toBe(true);
  await client.leave();
});

it('judges the operation that is to run, and never refuses a subscription', async () => {
  const client = await connected();
  const leave = await admission.admit();
  const query = 'query Q { value } subscription S { happened { text } }';
  ask(client, 'query', { query, operationName: 'Q' });
  ask(client, 'subscription', { query, operationName: 'S' });

  expect(await client.next()).toMatchObject({ id: 'query', ...refused });
  await until(() => bench.journal.subscriberCount === 1);
  await bench.append(['heard']);
  expect(await client.next()).toMatchObject({ id: 'subscription', type: 'next' });
  leave();
  await client.leave();
});
