/** Clients that change things until their server dies, and remember what was acknowledged. */
import type { Random } from '../../src/core/index.ts';
import { graphql, request, type ServerProcess } from '../support/server-process.ts';
import { SHORT_JOBS } from './jobs.ts';
import { cancelOrder, changeLimit, emptyOrders, type OrderLedger, place } from './orders.ts';
import { changeResource, createResource, RESOURCE_KINDS, type ResourceLedger } from './resources.ts';

/** A saved strategy as far as a client knows: `maybe` is what an unanswered request would have made of it. */
export interface KnownStrategy {
  readonly name: string | null;
  readonly maybe?: string | null;
}

/** Everything that was acknowledged since the first server. Null for a name: deleted. */
export interface Ledger {
  readonly strategies: Map<number, KnownStrategy>;
  /** Job id -> index into `SHORT_JOBS`. */
  readonly jobs: Map<number, number>;
  readonly cancelled: Set<number>;
  /** Symbol -> rows that were acknowledged, and those that an unanswered import would have made. */
  readonly imports: Map<string, { readonly rows: number; readonly maybe: number }>;
  /** Idempotency key -> the id that it was answered with. */
  readonly keys: Map<string, number>;
  readonly trading: OrderLedger;
  /** Scheduled jobs, goals, alerts and destinations of webhooks. */
  readonly resources: ResourceLedger;
  /** Writes that were acknowledged. */
  count: number;
}

/** Nothing yet. */
export function emptyLedger(): Ledger {
  return {
    strategies: new Map(),
    jobs: new Map(),
    cancelled: new Set(),
    imports: new Map(),
    keys: new Map(),
    trading: emptyOrders(),
    resources: new Map(),
    count: 0,
  };
}

/** The body of a strategy with this name. */
export function strategyBody(name: string) {
  return { name, strategy_type: 'momentum', symbols: ['SPY'], params: { short_window: 7 } };
}

/** A file of `rows` daily bars. */
export function barsCsv(rows: number): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const date = new Date(Date.UTC(2001, 0, 1 + i)).toISOString().slice(0, 10);
    return `${date},${10 + i},${11 + i},${9 + i},${10.5 + i},${100 + i}`;
  });
  return ['date,open,high,low,close,volume', ...lines].join('\n');
}

/** Sends one write after the other until the connection breaks. `writer` tells its names from those of others. */
export async function writeUntilDeath(
  server: ServerProcess,
  ledger: Ledger,
  { random, writer }: { readonly random: Random; readonly writer: string },
): Promise<void> {
  const library = [create, createInGraphQL, update, remove, submit, cancel, importBars];
  const actions = [
    ...library,
    placeOne,
    placeOne,
    placeOne,
    cancelOne,
    cancelOne,
    cancelOne,
    changeOne,
    createOther,
    createOther,
    changeOther,
    changeOther,
  ];
  for (let round = 0; ; round += 1) {
    const action = actions[Math.floor(random.uniform() * actions.length)] ?? create;
    try {
      await action(server, ledger, `${writer}.${round}`);
    } catch (error) {
      // What `fetch` throws when its connection breaks; anything else is a finding.
      if (error instanceof TypeError || error instanceof SyntaxError) return;
      throw error;
    }
  }
}

type Action = (server: ServerProcess, ledger: Ledger, name: string) => Promise<void>;

const create: Action = async (server, ledger, name) => {
  const key = `key-${name}`;
  const answer = await request<{ id: number }>(server, 'POST /api/strategies', { json: strategyBody(name), key });
  acknowledged(ledger, answer.status, 201);
  ledger.strategies.set(answer.body.id, { name });
  ledger.keys.set(key, answer.body.id);
};

const createInGraphQL: Action = async (server, ledger, name) => {
  const document =
    'mutation ($input: CreateStrategyInput!) { createStrategy(input: $input) { strategy { id } errors { message } } }';
  const input = { name, strategyType: 'momentum', symbols: ['SPY'] };
  const data = await graphql<{ createStrategy: { strategy: { id: string } } }>(server, document, { input });
  acknowledged(ledger, 201, 201);
  ledger.strategies.set(Number(data.createStrategy.strategy.id), { name });
};

const update: Action = async (server, ledger, name) => {
  const id = lastOwn(ledger, name);
  if (id === undefined) return;
  const before = ledger.strategies.get(id)?.name ?? null;
  ledger.strategies.set(id, { name: before, maybe: `${name}.new` });
  const answer = await request(server, `PATCH /api/strategies/${id}`, { json: { name: `${name}.new` } });
  acknowledged(ledger, answer.status, 200);
  ledger.strategies.set(id, { name: `${name}.new` });
};

const remove: Action = async (server, ledger, name) => {
  const id = lastOwn(ledger, name);
  if (id === undefined) return;
  const before = ledger.strategies.get(id)?.name ?? null;
  ledger.strategies.set(id, { name: before, maybe: null });
  const answer = await request(server, `DELETE /api/strategies/${id}`);
  acknowledged(ledger, answer.status, 200);
  ledger.strategies.set(id, { name: null });
};

const submit: Action = async (server, ledger) => {
  const kind = ledger.count % SHORT_JOBS.length;
  const json = SHORT_JOBS[kind];
  const answer = await request<{ job_id: number }>(server, 'POST /api/optimize/strategy', { json });
  acknowledged(ledger, answer.status, 200);
  ledger.jobs.set(answer.body.job_id, kind);
};

const cancel: Action = async (server, ledger) => {
  const id = [...ledger.jobs.keys()].at(-1);
  if (id === undefined || ledger.cancelled.has(id)) return;
  const answer = await request(server, `DELETE /api/optimize/${id}`);
  // 409: it has ended already.
  if (answer.status === 200) ledger.cancelled.add(id);
};

const importBars: Action = async (server, ledger, name) => {
  const symbol = `W${name.split('.')[0]}`;
  const rows = (ledger.imports.get(symbol)?.rows ?? 0) + 40;
  ledger.imports.set(symbol, { rows: rows - 40, maybe: rows });
  const answer = await request(server, `POST /api/data/import?symbol=${symbol}`, { csv: barsCsv(rows) });
  acknowledged(ledger, answer.status, 201);
  ledger.imports.set(symbol, { rows, maybe: rows });
};

const placeOne: Action = async (server, ledger, name) => {
  await place(server, ledger.trading, name);
  ledger.count += 1;
};

const cancelOne: Action = async (server, ledger, name) => {
  if (await cancelOrder(server, ledger.trading, name)) ledger.count += 1;
};

const changeOne: Action = async (server, ledger, name) => {
  await changeLimit(server, ledger.trading, name);
  ledger.count += 1;
};

/** One kind after the other. */
const createOther: Action = async (server, ledger, name) => {
  if (await createResource(server, ledger.resources, { kind: kindAt(name), name })) ledger.count += 1;
};

const changeOther: Action = async (server, ledger, name) => {
  if (await changeResource(server, ledger.resources, { kind: kindAt(name), name })) ledger.count += 1;
};

function kindAt(name: string): (typeof RESOURCE_KINDS)[number] {
  const round = Number(name.split('.')[1]);
  return RESOURCE_KINDS[Math.floor(round / 2) % RESOURCE_KINDS.length] ?? 'schedule';
}

/** The newest strategy of this writer that is not deleted: others do not touch it. */
function lastOwn(ledger: Ledger, name: string): number | undefined {
  const writer = `${name.split('.')[0]}.`;
  return [...ledger.strategies].findLast(([, known]) => known.name?.startsWith(writer) === true)?.[0];
}

function acknowledged(ledger: Ledger, status: number, expected: number): void {
  if (status !== expected) throw new Error(`Expected ${expected}, found ${status}.`);
  ledger.count += 1;
}
