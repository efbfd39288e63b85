/** A server is ready soon after a crash, however many orders have ended before. */
import { join } from 'node:path';
import SqliteFile from 'better-sqlite3';
import { afterAll, expect, it } from 'vitest';
import { dataFolder, end, endServers, request, startServer } from '../support/server-process.ts';

/** Orders that have ended, in our books and the paper broker's. */
const ENDED = 100_000;
const OPEN = 20;

/** Longest time from the start of the process to its banner, in ms; twice that of an empty one where that takes longer already. */
const READY_MS = 10_000;

afterAll(endServers);

it(`is ready within ${READY_MS / 1000} s of a SIGKILL with ${ENDED} orders that have ended and ${OPEN} open ones`, {
  timeout: 240_000,
}, async () => {
  const folder = dataFolder();
  const settings = { DATA_DIR: folder };
  const first = await startServer(settings);
  const limits = { max_daily_trades: 1000, max_orders_per_minute: 1000 };
  await request(first, 'PATCH /api/safety', { json: limits });
  const resting = { symbol: 'SPY', side: 'buy', order_type: 'limit', limit_price: 50, time_in_force: 'gtc' };
  for (let order = 1; order <= OPEN; order += 1) {
    const json = { ...resting, quantity: order / 100 };
    expect(await request(first, 'POST /api/broker/orders', { json })).toMatchObject({ status: 201 });
  }
  seed(join(folder, 'dunlin.db'));
  await end(first, 'SIGKILL');

  const server = await startServer(settings);

  const [empty, full] = [first.readyMs.toFixed(0), server.readyMs.toFixed(0)];
  process.stdout.write(`From the start to ready: ${full} ms with ${ENDED} ended orders, ${empty} ms with none\n`);
  const { status } = await request(server, 'GET /readyz');
  const open = await request<readonly object[]>(server, 'GET /api/broker/orders?status=accepted&limit=100');
  expect(status).toBe(200);
  expect(open.body).toHaveLength(OPEN);
  expect(server.readyMs).toBeLessThan(Math.max(READY_MS, 2 * first.readyMs));
  expect((await request<{ state: string }>(server, 'GET /api/safety')).body.state).toBe('active');
});

/** Copies an order of the file until there are enough: ours canceled with their transitions, and the paper broker's. */
function seed(path: string): void {
  const file = new SqliteFile(path);
  file.pragma('synchronous = OFF');
  const copy = (table: string, changes: Readonly<Record<string, string>>): void => {
    const columns = (file.pragma(`table_info("${table}")`) as { name: string }[]).map(({ name }) => name);
    const kept = columns.filter((name) => name !== 'id' && name !== 'orderId');
    const values = kept.map((name) => changes[name] ?? `t."${name}"`);
    const names = kept.map((name) => `"${name}"`).join(', ');
    file.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ENDED})
      INSERT INTO "${table}" (${names}) SELECT ${values.join(', ')} FROM (SELECT * FROM "${table}" LIMIT 1) t, n`);
  };
  const clientOrderId = `'old-' || n.i`;
  const ended = { clientOrderId, status: `'canceled'`, endedAt: 't."createdAt"', reservedDay: 'NULL' };
  file.transaction(() => {
    copy('Order', { ...ended, brokerOrderId: clientOrderId });
    copy('PaperOrder', { clientOrderId, status: `'canceled'` });
    file.exec(`INSERT INTO "OrderTransition" ("orderId", "sequence", "fromStatus", "toStatus", "at")
      SELECT "id", 1, NULL, 'pending_submit', "createdAt" FROM "Order" WHERE "status" = 'canceled'
      UNION ALL SELECT "id", 2, 'pending_submit', 'canceled', "createdAt" FROM "Order" WHERE "status" = 'canceled'`);
  })();
  file.close();
}
