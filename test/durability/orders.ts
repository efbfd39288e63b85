/** What clients that trade until their server dies remember, and how that is compared with what the next server has. */
import { join } from 'node:path';
import SqliteFile from 'better-sqlite3';
import { expect } from 'vitest';
import { mayBecome, type OrderStatus } from '../../src/orders/order.ts';
import { eventually } from '../support/eventually.ts';
import { request, type ServerProcess } from '../support/server-process.ts';

/** Limits that deny nothing; and those that the writers change, each its own, so that nobody else's answer is in doubt. */
const WIDE = { max_daily_trades: 50_000, max_orders_per_minute: 50_000, max_position_pct: 10 };
const LIMITS = ['max_order_value', 'large_order_threshold', 'max_daily_trades', 'max_orders_per_minute'] as const;

/** An order as its client knows it: without an answer, null for what would have been in it. */
interface KnownOrder {
  readonly id: number | null;
  readonly status: string | null;
  readonly isCanceled: boolean;
}

/** Everything about orders and limits that was acknowledged since the first server. */
export interface OrderLedger {
  /** By client order id. */
  readonly orders: Map<string, KnownOrder>;
  /** By its name in REST, the acknowledged value and what an unanswered request would have made of it. */
  readonly limits: Map<string, { readonly value: number | null; readonly maybe: number | null }>;
  /** Makes each order another one. */
  count: number;
}

/** Nothing yet. */
export function emptyOrders(): OrderLedger {
  return { orders: new Map(), limits: new Map(), count: 0 };
}

/** Makes room for thousands of orders. */
export async function liftLimits(server: ServerProcess): Promise<void> {
  expect((await request(server, 'PATCH /api/safety', { json: WIDE })).status).toBe(200);
}

interface Placed {
  readonly id?: number;
  readonly order_id?: number;
  readonly status?: string | number;
}

/** Places a market order, or a limit order that rests. `name`: of the write. */
export async function place(server: ServerProcess, ledger: OrderLedger, name: string): Promise<void> {
  const id = name.replace('.', '-');
  ledger.count += 1;
  const number = ledger.count;
  const isResting = number % 3 === 0;
  const terms = isResting ? { order_type: 'limit', limit_price: 50, time_in_force: 'gtc' } : { order_type: 'market' };
  const side = isResting || number % 3 === 1 ? 'buy' : 'sell';
  const json = { symbol: 'SPY', side, quantity: (1000 + number) / 100_000, client_order_id: id, ...terms };
  ledger.orders.set(id, { id: null, status: null, isCanceled: false });
  const { status, body } = await request<Placed>(server, 'POST /api/broker/orders', { json });
  // 409: denied, which is a row as well.
  if (status !== 201 && status !== 409)
    throw new Error(`An order was answered with ${status}: ${JSON.stringify(body)}`);
  const known = status === 201 ? { id: body.id, status: String(body.status) } : { id: body.order_id, status: 'denied' };
  ledger.orders.set(id, { id: known.id ?? null, status: known.status, isCanceled: false });
}

/** Cancels this writer's newest order that rests. */
export async function cancelOrder(server: ServerProcess, ledger: OrderLedger, name: string): Promise<boolean> {
  const own = `${name.split('.')[0]}-`;
  const [id, known] =
    [...ledger.orders].findLast(
      ([key, order]) => key.startsWith(own) && order.status === 'accepted' && !order.isCanceled,
    ) ?? [];
  if (id === undefined || known?.id == null) return false;
  const { status, body } = await request<Placed>(server, `DELETE /api/broker/orders/${known.id}`);
  // 409: it was filled before.
  if (status === 200) ledger.orders.set(id, { ...known, isCanceled: body.status === 'canceled' });
  else if (status !== 409) throw new Error(`A cancellation was answered with ${status}.`);
  return status === 200;
}

/** Changes the limit that belongs to this writer. */
export async function changeLimit(server: ServerProcess, ledger: OrderLedger, name: string): Promise<void> {
  const writer = Number(/X(\d+)/.exec(name)?.[1] ?? 0);
  const limit = LIMITS[writer % LIMITS.length] ?? LIMITS[0];
  const value = (ledger.limits.get(limit)?.value ?? 50_000) + 1;
  ledger.limits.set(limit, { value: ledger.limits.get(limit)?.value ?? null, maybe: value });
  const { status } = await request(server, 'PATCH /api/safety', { json: { [limit]: value } });
  if (status !== 200) throw new Error(`A change of limits was answered with ${status}.`);
  ledger.limits.set(limit, { value, maybe: value });
}

/** Compares what a server has with what was acknowledged, and its books with the paper broker's; answers how many fills there are. */
export async function expectOrders(server: ServerProcess, ledger: OrderLedger, folder: string): Promise<number> {
  await expectLimits(server, ledger);
  const audit = await request<{ readonly ok: boolean }>(server, 'GET /api/safety/audit');
  expect(audit.body).toMatchObject({ ok: true, problem: null });
  const file = new SqliteFile(join(folder, 'dunlin.db'), { readonly: true });
  try {
    // The server works meanwhile: all that is compared is read at one moment.
    file.transaction(() => expectRows(file, ledger))();
    return await expectBooks(file);
  } finally {
    file.close();
  }
}

async function expectLimits(server: ServerProcess, ledger: OrderLedger): Promise<void> {
  const { body } = await request<Record<string, number | null>>(server, 'GET /api/safety');
  for (const [limit, { value, maybe }] of ledger.limits) {
    const found = body[limit] ?? null;
    // What a limit was before its first change is nobody's business here.
    if (value !== null) expect([limit, [value, maybe]]).toEqual([limit, expect.arrayContaining([found])]);
    ledger.limits.set(limit, { value: found, maybe: found });
  }
}

interface OrderFacts {
  readonly id: number;
  readonly clientOrderId: string;
  readonly status: OrderStatus;
  readonly filledQuantity: string;
  readonly quantity: string;
  readonly decisions: number;
  readonly events: number;
}

/** Each acknowledged order is there; each order is there whole: its legal path, its decision in the audit, and its event. */
function expectRows(file: SqliteFile.Database, ledger: OrderLedger): void {
  const paths = pathsOf(file);
  const rows = file.prepare(ORDERS).all() as OrderFacts[];
  const byName = new Map(rows.map((row) => [row.clientOrderId, row]));
  for (const row of rows) {
    const path = paths.get(row.id) ?? [];
    expect([row.id, path.filter((to, at) => !mayBecome(path[at - 1] ?? null, to))]).toEqual([row.id, []]);
    expect([row.id, path.at(-1), row.decisions, row.events]).toEqual([row.id, row.status, 1, 1]);
  }
  for (const [name, known] of ledger.orders) {
    const row = byName.get(name);
    if (known.id === null) {
      // Nobody was told: it is there or not, and stays so.
      if (row === undefined) ledger.orders.delete(name);
      else ledger.orders.set(name, { id: row.id, status: row.status, isCanceled: row.status === 'canceled' });
      continue;
    }
    expect([name, row?.id]).toEqual([name, known.id]);
    expect([name, paths.get(known.id)]).toEqual([name, expect.arrayContaining([known.status])]);
    if (known.isCanceled) expect([name, row?.status]).toEqual([name, 'canceled']);
  }
}

function pathsOf(file: SqliteFile.Database): ReadonlyMap<number, readonly OrderStatus[]> {
  const sql = 'SELECT "orderId", "toStatus" FROM "OrderTransition" ORDER BY "orderId", "sequence"';
  const steps = file.prepare(sql).all() as { orderId: number; toStatus: OrderStatus }[];
  const paths = new Map<number, OrderStatus[]>();
  for (const { orderId, toStatus } of steps) {
    const path = paths.get(orderId);
    if (path === undefined) paths.set(orderId, [toStatus]);
    else path.push(toStatus);
  }
  return paths;
}

/** The books agree as soon as what the paper broker has filled is booked: executions, what they add up to, and the cash. */
async function expectBooks(file: SqliteFile.Database): Promise<number> {
  const read = file.transaction(() => [OURS, THEIRS].map((queries) => queries.map((sql) => file.prepare(sql).all())));
  const [ours, theirs] = await eventually('the books to agree', () => {
    const books = read();
    return JSON.stringify(books[0]) === JSON.stringify(books[1]) ? books : null;
  }).catch(read);
  expect(ours).toEqual(theirs);
  expect(file.prepare(SUMS).all()).toEqual([]);
  return ours?.[0]?.length ?? 0;
}

const ORDERS = `SELECT o."id", o."clientOrderId", o."status", o."filledQuantity", o."quantity",
  (SELECT COUNT(*) FROM "SafetyEvent" e WHERE e."orderId" = o."id" AND e."kind" IN ('order_approved', 'order_denied')) AS "decisions",
  (SELECT COUNT(*) FROM "Event" e WHERE e."subjectType" = 'order' AND e."subjectId" = o."id"
    AND e."type" IN ('OrderPlaced', 'OrderDenied')) AS "events"
  FROM "Order" o WHERE o."source" = 'manual'`;

const OURS = [
  `SELECT CAST(f."executionId" AS INTEGER) AS "execution", o."clientOrderId", f."quantity", f."price", f."commission"
    FROM "Fill" f JOIN "Order" o ON o."id" = f."orderId" ORDER BY 1`,
  `SELECT "symbol", "quantity", "costBasis", "realizedPnl" FROM "Position" WHERE "quantity" <> '0' ORDER BY 1`,
  'SELECT "cash" FROM "Account"',
];

const THEIRS = [
  `SELECT f."sequence" AS "execution", o."clientOrderId", f."quantity", f."price", f."commission"
    FROM "PaperFill" f JOIN "PaperOrder" o ON o."id" = f."paperOrderId" ORDER BY 1`,
  `SELECT "symbol", "quantity", "costBasis", "realizedPnl" FROM "PaperPosition" WHERE "quantity" <> '0' ORDER BY 1`,
  // The paper broker opens an account with its first order.
  `SELECT "cash" FROM "PaperAccount"
    UNION ALL SELECT "initialCash" FROM "Account" WHERE NOT EXISTS (SELECT 1 FROM "PaperAccount")`,
];

/** Orders that are filled with anything else than their fills, or beyond their quantity. Quantities have five places. */
const SUMS = `SELECT o."id" FROM "Order" o
  WHERE ROUND((SELECT COALESCE(SUM(CAST(f."quantity" AS REAL)), 0) FROM "Fill" f WHERE f."orderId" = o."id") * 100000)
    <> ROUND(CAST(o."filledQuantity" AS REAL) * 100000)
  OR ROUND(CAST(o."filledQuantity" AS REAL) * 100000) > ROUND(CAST(o."quantity" AS REAL) * 100000)`;
