/**
 * Order intents: from the request until the broker's answer is stored, with 32 senders at once and a broker that answers at
 * once, on SQLite with synchronous FULL. The yardstick is what the same file takes of plain inserts of one row, each a durable
 * transaction, one after the other. Prints a row.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/core/index.ts';
import { type Database, openDatabase } from '../src/storage/index.ts';
import { StandInBroker } from '../test/support/stand-in-broker.ts';
import { startTrading, type Trading } from '../test/support/trading.ts';
import { cpuMs, quantile } from './measure.ts';

const SENDERS = 32;
const SECONDS = 10;
const LIMITS = { maxDailyTrades: 1_000_000, maxOrdersPerMinute: 100_000, maxPositionPct: '10' };

const folder = mkdtempSync(join(tmpdir(), 'dunlin-bench-'));
const database = await openDatabase(`file:${join(folder, 'bench.db')}`, systemClock);
try {
  const before = await insertsPerSecond(database);
  const { perSecond, times, cpuPerIntent } = await intents(database);
  const after = await insertsPerSecond(database);
  const inserts = (before + after) / 2;
  console.log(
    JSON.stringify({
      'intents/s': Math.round(perSecond),
      'p50 ms': quantile(times, 0.5),
      'p99 ms': quantile(times, 0.99),
      'processor ms each': Math.round(100 * cpuPerIntent) / 100,
      'plain inserts/s': Math.round(inserts),
      'share of their rate %': Math.round((100 * perSecond) / inserts),
    }),
  );
} finally {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
}

/** Every order is another quantity, so that none is a repeat, and is canceled by the broker at once, so that none piles up. */
async function intents(on: Database): Promise<{
  readonly perSecond: number;
  readonly times: readonly number[];
  readonly cpuPerIntent: number;
}> {
  const broker = new StandInBroker('1000000000');
  broker.reaction = (order, taker) => taker.accept(order, 'canceled');
  const trading = await startTrading(on, { broker, claimMs: 2_000 });
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
        await to.place({ quantity: `1.${String(count).padStart(8, '0')}` });
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
