/** What an alert has told is posted, also when the process that it fired in was killed before it could. */
import { afterAll, expect, it } from 'vitest';
import { createTestDatabase, TEST_PROVIDERS, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { dataFolder, end, endServers, request, type ServerProcess, startServer } from '../support/server-process.ts';
import { startReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

const KILLS = 2;

/** What was being sent at the kill is taken up when its lease of 30 s has run out. */
const PATIENCE_MS = 60_000;

/** It trades around the clock, so that its price moves whenever the test runs. */
const SYMBOL = 'BTC-USD';

const databases: TestDatabase[] = [];
const receivers: WebhookReceiver[] = [];
afterAll(async () => {
  await endServers();
  await Promise.all([...databases.map((each) => each.drop()), ...receivers.map((each) => each.close())]);
});

interface Trigger {
  readonly id: number;
  readonly alert_id: number | null;
}

interface Delivery {
  readonly key: string;
  readonly status: string;
}

it(`posts what fired, whose process was killed before it was posted, ${KILLS} times`, {
  timeout: 240_000,
}, async () => {
  await Promise.all(TEST_PROVIDERS.map(survive));
});

async function survive(provider: (typeof TEST_PROVIDERS)[number]): Promise<void> {
  const database = await createTestDatabase(provider);
  databases.push(database);
  const receiver = await startReceiver();
  receivers.push(receiver);
  const open = { WEBHOOK_ALLOW_HTTP: 'true', WEBHOOK_ALLOW_PRIVATE: '127.0.0.0/8' };
  const settings = { DATA_DIR: dataFolder(), DATABASE_URL: database.url, ...open };
  receiver.answer = () => 503;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const server = await startServer(settings);
    if (kill === 0) await request(server, 'POST /api/alerts/webhooks', { json: { url: receiver.url } });
    await fireOne(server);
    await end(server, 'SIGKILL');
  }
  const attempted = receiver.received.length;
  receiver.answer = () => 204;

  const server = await startServer(settings);
  const fired = await history(server);
  const ended = await eventually('every delivery', () => allDelivered(server), PATIENCE_MS);
  const posted = receiver.received.slice(attempted);
  const told = posted.map(({ body }) => (JSON.parse(body) as Trigger).id);
  await end(server, 'SIGTERM');

  expect(fired.length).toBeGreaterThanOrEqual(KILLS);
  // Once each since the receiver answers, whatever became of earlier attempts; digests would hold several.
  for (const { id } of fired) expect(told.filter((each) => each === id)).toEqual([id]);
  expect(new Set(posted.map(({ id }) => id))).toEqual(new Set(ended.map(({ key }) => key)));
}

/** Alerts around the price, some of which its next moves fire; answers as soon as one is to be read. */
async function fireOne(server: ServerProcess): Promise<void> {
  const before = (await history(server)).length;
  const { body } = await request<readonly { readonly price: number }[]>(
    server,
    `GET /api/data/quotes?symbols=${SYMBOL}`,
  );
  const price = body[0]?.price ?? Number.NaN;
  for (const distance of [0.000_01, 0.000_03, 0.000_1]) {
    for (const [side, sign] of [['above', 1] as const, ['below', -1] as const]) {
      const level = (price * (1 + sign * distance)).toFixed(4);
      const json = { alert_type: 'price', condition: { symbol: SYMBOL, [side]: Number(level) } };
      expect((await request(server, 'POST /api/alerts', { json })).status).toBe(201);
    }
  }
  const fired = async (): Promise<true | null> => ((await history(server)).length > before ? true : null);
  await eventually('an alert to fire', fired, PATIENCE_MS);
}

async function history(server: ServerProcess): Promise<readonly Trigger[]> {
  return (await request<readonly Trigger[]>(server, 'GET /api/alerts/history?limit=100')).body;
}

/** Null while something is on its way, or not written yet. */
async function allDelivered(server: ServerProcess): Promise<readonly Delivery[] | null> {
  const path = 'GET /api/alerts/webhooks/1/deliveries?limit=100';
  const { body } = await request<readonly Delivery[]>(server, path);
  const isOver = body.length > 0 && body.every(({ status }) => status === 'delivered');
  return isOver ? body : null;
}
