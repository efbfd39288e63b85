/** A kill outlives the process that was killed: whoever starts next is halted, and says so on every way to an order. */
import { join } from 'node:path';
import SqliteFile from 'better-sqlite3';
import { afterAll, expect, it } from 'vitest';
import {
  dataFolder,
  end,
  endServers,
  graphql,
  request,
  type ServerProcess,
  startServer,
} from '../support/server-process.ts';

afterAll(endServers);

const ORDER = { symbol: 'SPY', side: 'buy', order_type: 'market' };
const RESTING = { ...ORDER, quantity: 1, order_type: 'limit', limit_price: 50, time_in_force: 'gtc' };

const PLACE = `mutation ($quantity: Decimal!) {
  placeOrder(input: { symbol: "SPY", side: BUY, orderType: MARKET, quantity: $quantity }) {
    order { status }
    errors { __typename code }
  }
}`;

interface Placed {
  readonly placeOrder: { readonly order: object | null; readonly errors: readonly { readonly code: string }[] };
}

/** What a second kill may not change. */
async function haltOf(server: ServerProcess): Promise<unknown> {
  const safety = await request<Readonly<Record<string, unknown>>>(server, 'GET /api/safety');
  const audit = await request<readonly { readonly kind: string }[]>(server, 'GET /api/safety/events?limit=100');
  const events = await request<readonly { readonly type: string }[]>(server, 'GET /api/events?limit=500');
  // What the kill has canceled gives its place back when that is recorded, which may be later.
  const { trades_today: _, ...settings } = safety.body;
  return {
    settings,
    audit: audit.body.filter(({ kind }) => !kind.startsWith('order_') && kind !== 'kill_progressed'),
    events: events.body.filter(({ type }) => type.startsWith('Trading')),
  };
}

/** Rows of the file of a server, as they are committed. */
function rowsOf(folder: string, sql: string): readonly unknown[] {
  const file = new SqliteFile(join(folder, 'dunlin.db'), { readonly: true });
  try {
    return file.prepare(sql).all();
  } finally {
    file.close();
  }
}

it('leaves trading halted after SIGKILL, for every surface, until somebody resumes it', {
  timeout: 120_000,
}, async () => {
  const folder = dataFolder();
  const settings = { DATA_DIR: folder };
  const paperOrders = () => rowsOf(folder, 'SELECT "clientOrderId", "status", "updatedAt" FROM "PaperOrder"');
  const epochs = () => rowsOf(folder, 'SELECT "state", "epoch", "killPolicy" FROM "SafetyState"');
  const killed = await startServer(settings);
  await request(killed, 'POST /api/broker/orders', { json: RESTING });
  const kill = await request(killed, 'POST /api/safety/kill', { json: { reason: 'Enough' } });
  const before = await haltOf(killed);
  await end(killed, 'SIGKILL');

  const server = await startServer(settings);
  const atBroker = paperOrders();
  const overRest = await request(server, 'POST /api/broker/orders', { json: { ...ORDER, quantity: 2 } });
  const overGraphQL = await graphql<Placed>(server, PLACE, { quantity: '3' });
  const found = await haltOf(server);
  const second = await request(server, 'POST /api/safety/kill', { json: { reason: 'Once more' } });

  expect([kill.status, second.status]).toEqual([200, 200]);
  expect(found).toEqual(before);
  expect(await haltOf(server)).toEqual(before);
  expect(epochs()).toEqual([{ state: 'halted', epoch: 1, killPolicy: 'cancel' }]);
  expect(overRest).toMatchObject({ status: 409, body: { code: 'KILL_SWITCH_ACTIVE', order_id: 2 } });
  expect(overGraphQL.placeOrder).toMatchObject({ order: null, errors: [{ code: 'KILL_SWITCH_ACTIVE' }] });
  const rows = () => rowsOf(folder, 'SELECT "status", "reasonCode" FROM "Order" ORDER BY "id"');
  await expect.poll(rows, { timeout: 60_000 }).toEqual([
    { status: 'canceled', reasonCode: 'canceled' },
    { status: 'denied', reasonCode: 'KILL_SWITCH_ACTIVE' },
    { status: 'denied', reasonCode: 'KILL_SWITCH_ACTIVE' },
  ]);
  expect(paperOrders()).toEqual(atBroker);
  expect(atBroker).toMatchObject([{ status: 'canceled' }]);

  const resumed = await request(server, 'POST /api/safety/resume', { json: { reason: 'It was enough' } });
  const [event] = (await request<readonly object[]>(server, 'GET /api/safety/events?limit=1')).body;
  const placed = await request(server, 'POST /api/broker/orders', { json: { ...RESTING, quantity: 4 } });

  expect(resumed).toMatchObject({ status: 200, body: { kill_switch: false } });
  expect(event).toMatchObject({ kind: 'resumed', reason: 'It was enough', before: { state: 'halted' } });
  expect(placed).toMatchObject({ status: 201, body: { status: 'accepted' } });
  expect(epochs()).toEqual([{ state: 'active', epoch: 1, killPolicy: null }]);
});
