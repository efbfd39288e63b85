/**
 * What a million minute bars cost: reading the file, storing them, loading them the first time and again. SQLite in a
 * temporary folder, or the empty PostgreSQL database that the first argument names. Run: `npx tsx bench/market.ts [url]`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, randomIds, seededRandom } from '../src/core/index.ts';
import { Journal } from '../src/events/index.ts';
import { calendarOf, importBars, MarketData, SimulatedProvider, sessions } from '../src/market/index.ts';
import { type Database, ensureDefaultUser, openDatabase } from '../src/storage/index.ts';

const ROWS = 1_000_000;
const START = '2015-01-02';
const END = '2025-03-31';
const clock: Clock = { now: () => Date.parse('2026-03-12T21:00:00Z') };

/** Sessions of one-minute bars with four decimals, 63 MB, in pieces of a thousand rows. */
async function* priceFile(): AsyncGenerator<string> {
  const calendar = calendarOf('SPY');
  const random = seededRandom('bench');
  let lines = ['datetime,open,high,low,close,volume'];
  let price = 205;
  let rows = 0;
  for (const day of sessions(calendar, Date.parse(START), Date.parse(END))) {
    for (let time = calendar.open(day); time < calendar.close(day) && rows < ROWS; time += 60_000) {
      const open = price;
      price *= 1 + 0.0005 * random.normal();
      const high = Math.max(open, price) * (1 + 0.0002 * random.uniform());
      const low = Math.min(open, price) * (1 - 0.0002 * random.uniform());
      const prices = [open, high, low, price].map((value) => value.toFixed(4)).join(',');
      const volume = Math.floor(50_000 + 400_000 * random.uniform());
      lines.push(`${new Date(time).toISOString().slice(0, 19)}Z,${prices},${volume}`);
      rows += 1;
      if (rows % 1000 !== 0) continue;
      yield `${lines.join('\n')}\n`;
      lines = [];
    }
  }
}

/** Says how long `work` took, and how much of that this process computed: on a busy machine only the latter tells. */
async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const before = process.cpuUsage();
  const start = performance.now();
  const result = await work();
  const wallMs = Math.round(performance.now() - start);
  const { user, system } = process.cpuUsage(before);
  console.log(`${what.padEnd(40)} ${wallMs} ms, ${Math.round((user + system) / 1000)} ms of them computing`);
  return result;
}

async function measure(database: Database): Promise<void> {
  const userId = await ensureDefaultUser(database, clock);
  const journal = new Journal({ database, clock });
  await journal.start();
  const pieces: string[] = [];
  for await (const piece of priceFile()) pieces.push(piece);
  const csv = (async function* () {
    yield* pieces;
  })();
  const principal = { userId, scopes: new Set(['read', 'trade'] as const) };
  const input = { symbol: 'SPY', interval: '1m', csv } as const;
  await timed('import a million bars', () => importBars({ journal, clock, ids: randomIds }, principal, input));
  await journal.close();

  const request = { symbols: ['SPY'], interval: '1m', start: START, end: END, source: 'csv' } as const;
  for (let round = 0; round < 4; round++) {
    const market = new MarketData({ database, provider: new SimulatedProvider({ clock }), clock });
    await timed('load them', () => market.alignedBars(userId, request));
    await timed('load them again', () => market.alignedBars(userId, request));
  }
  const provider = new SimulatedProvider({ clock });
  const simulated = { symbol: 'SPY', interval: '1m', start: START, end: END } as const;
  await timed('simulate as many', () => provider.bars(simulated));
  await timed('simulate them again', () => provider.bars(simulated));
}

const folder = mkdtempSync(join(tmpdir(), 'dunlin-bench-'));
const database = await openDatabase(process.argv[2] ?? `file:${join(folder, 'bench.db')}`, clock);
try {
  await measure(database);
} finally {
  await database.close();
  rmSync(folder, { recursive: true });
}
