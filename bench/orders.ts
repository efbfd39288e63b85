/**
 * `orders.ts sqlite|postgresql [PROCESSES]`: order intents, from the request until the broker's answer is stored, with 32 senders in
 * each process and a broker that answers at once, all for one owner; on SQLite with synchronous FULL, or on the server that
 * TEST_POSTGRES_URL names. The yardstick is what the same database takes of plain inserts of one row, each a durable transaction, one
 * after the other. Prints a row. `orders.ts child URL OWNER` is one of several processes.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { localUser } from '../src/access/index.ts';
import { systemClock } from '../src/core/index.ts';
import { type Database, openDatabase } from '../src/storage/index.ts';
import { createPostgresDatabase } from '../test/support/postgres-server.ts';
import { StandInBroker } from '../test/support/stand-in-broker.ts';
import { startTrading, type Trading } from '../test/support/trading.ts';
import { cpuMs, quantile } from './measure.ts';

const SENDERS = 32;
const SECONDS = 10;
const LIMITS = { maxDailyTrades: 1_000_000, maxOrdersPerMinute: 100_000, maxPositionPct: '10' };

/** What one process measured. */
interface Figures {
  readonly perSecond: number;
  readonly times: readonly number[];
  readonly cpuPerIntent: number;
}

const [what = 'sqlite', ...rest] = process.argv.slice(2);
if (what === 'child') await measureHere(...rest);
else await measure(what, Number(rest[0] ?? 1));

async function measureHere(url = '', ownerId = ''): Promise<void> {
  const database = await openDatabase(url, systemClock);
  console.log(JSON.stringify(await intents(database, Number(ownerId))));
  await database.close();
}

async function measure(provider: string, processes: number): Promise<void> {
  const made = provider === 'postgresql' ? await createPostgresDatabase(null) : createFile();
  const { url } = made;
  const database = await openDatabase(url, systemClock);
  try {
    const { id } = await database.transaction((tx) =>
      tx.user.create({ data: { name: 'bench', createdAt: new Date(0) } }),
    );
    const before = await insertsPerSecond(database);
    const figures = await Promise.all(Array.from({ length: processes }, () => measureApart(url, id)));
    const after = await insertsPerSecond(database);
    const inserts = (before + after) / 2;
    const perSecond = figures.reduce((sum, each) => sum + each.perSecond, 0);
    const times = figures.flatMap((each) => each.times);
    const cpuMsPerSecond = figures.reduce((sum, each) => sum + each.perSecond * each.cpuPerIntent, 0);
    console.log(
      JSON.stringify({
        'intents/s': Math.round(perSecond),
        'p50 ms': quantile(times, 0.5),
        'p99 ms': quantile(times, 0.99),
        'processor ms each': Math.round((100 * cpuMsPerSecond) / perSecond) / 100,
        'plain inserts/s': Math.round(inserts),
        'share of their rate %': Math.round((100 * perSecond) / inserts),
      }),
    );
  } finally {
    await database.close();
    await made.remove();
  }
}

/** A process of its own. */
async function measureApart(url: string, ownerId: number): Promise<Figures> {
  const parameters = ['--import', 'tsx', fileURLToPath(import.meta.url), 'child', url, String(ownerId)];
  const { stdout } = await promisify(execFile)(process.execPath, parameters, { maxBuffer: 2 ** 26 });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It is what `measureHere` prints.
  return JSON.parse(stdout) as Figures;
}

function createFile(): { readonly url: string; remove(): Promise<void> } {
  const folder = mkdtempSync(join(tmpdir(), 'dunlin-bench-'));
  return {
    url: `file:${join(folder, 'bench.db')}`,
    remove: () => Promise.resolve(rmSync(folder, { recursive: true, force: true })),
  };
}

/**
 * Every order is another quantity, so that none is a repeat, or its process another; and is canceled by the broker at once, so
 * that none piles up.
 */
async function intents(on: Database, ownerId: number): Promise<Figures> {
  const broker = new StandInBroker('1000000000');
  broker.reaction = (order, taker) => taker.accept(order, 'canceled');
  const user = localUser(ownerId);
  const trading = await startTrading(on, { broker, user, claimMs: 2_000 });
  await trading.limits(LIMITS);
  const times: number[] = [];
  let count = 0;
  await send(trading, () => (count += 1) < 4 * SENDERS, []);
  const start = performance.now();
  const cpuStart = cpuMs();
  const isTime = (): boolean => performance.now() - start < 1_000 * SECONDS;
  await send(
    trading,
    () => {
      count += 1;
      return isTime();
    },
    times,
  );
  const perSecond = (1_000 * times.length) / (performance.now() - start);
  const cpuPerIntent = (cpuMs() - cpuStart) / times.length;
  await trading.close();
  return { perSecond, times, cpuPerIntent };

  async function send(to: Trading, goesOn: () => boolean, durations: number[]): Promise<void> {
    const sender = async (): Promise<void> => {
      while (goesOn()) {
        const since = performance.now();
        await to.place({ quantity: `${1 + (process.pid % 1_000)}.${String(count).padStart(8, '0')}` });
        durations.push(performance.now() - since);
      }
    };
    await Promise.all(Array.from({ length: SENDERS }, sender));
  }
}

async function insertsPerSecond(on: Database): Promise<number> {
  const start = performance.now();
  let count = 0;
  for (; performance.now() - start < 2_000; count += 1) {
    const data = { name: `bench ${start} ${count}`, createdAt: new Date(count) };
    await on.transaction((tx) => tx.user.create({ data }));
  }
  return (1_000 * count) / (performance.now() - start);
}
