/**
 * Services for one test on a test database, with real threads. Those of a test that asks for a pool of its own end with it, which is
 * proven; the others use the same two, because starting and warming them takes longer than most jobs.
 */
import { readFileSync } from 'node:fs';
import type { Worker } from 'node:worker_threads';
import { expect } from 'vitest';
import type { ThreadPool } from '../../src/compute/index.ts';
import type { Delivery } from '../../src/events/index.ts';
import { type Bars, formatBarTime, importBars } from '../../src/market/index.ts';
import { OPTIMIZATION_EVENTS, OPTIMIZATION_PROGRESSED } from '../../src/optimize/index.ts';
import { composeServices, openThreads, type TestServices, type TestServicesOptions } from './compose.ts';
import type { TestDatabase } from './database.ts';
import { afterEveryTest } from './endings.ts';

const opened: TestServices[] = [];
const liveThreads = new Set<Worker>();
/** The threads that tests share: those of this process. */
let shared: ThreadPool | undefined;

process.on('worker', (worker) => {
  liveThreads.add(worker);
  worker.once('exit', () => liveThreads.delete(worker));
});

afterEveryTest(async () => {
  const hadOwnThreads = opened.some(({ compute }) => compute !== shared);
  await Promise.all(opened.splice(0).map((services) => services.close()));
  if (hadOwnThreads) expect(liveThreads.size).toBeLessThanOrEqual(shared?.parallelism ?? 0);
});

/** Starts the services of a process on `on`; they are closed after the test. The database stays. */
export async function startServices(on: TestDatabase, options: TestServicesOptions = {}): Promise<TestServices> {
  const threads = options.pool === undefined ? { threads: (shared ??= openThreads()) } : {};
  const services = await composeServices(await on.open(options.clock), { ...threads, ...options });
  opened.push(services);
  return services;
}

/** Imports bars as a CSV file of their daily or intraday times. */
export async function importSeries(services: TestServices, bars: Bars, principal = services.user): Promise<void> {
  const rows = Array.from(bars.time, (time, t) =>
    [formatBarTime(time, bars.interval), bars.open[t], bars.high[t], bars.low[t], bars.close[t], bars.volume[t]].join(
      ',',
    ),
  );
  const csv = ['date,open,high,low,close,volume', ...rows].join('\n');
  await importBars(services, principal, { symbol: bars.symbol, interval: bars.interval, csv });
}

const SP500_CSV = new URL('../../node_modules/vega-datasets/data/sp500-2000.csv', import.meta.url);

/** Imports the S&P 500 of 2000 to 2020, as vega-datasets ships it, under a symbol. */
export async function importSp500(services: TestServices, symbol: string): Promise<void> {
  const csv = readFileSync(SP500_CSV, 'utf8');
  await importBars(services, services.user, { symbol, interval: '1d', csv });
}

/** The first `length` days of that file, epoch milliseconds. */
export function sp500Days(length: number): Float64Array {
  const lines = readFileSync(SP500_CSV, 'utf8')
    .split('\n')
    .slice(1, length + 1);
  return Float64Array.from(lines, (line) => Date.parse(line.slice(0, 10)));
}

/** Everything that subscribers hear of the user's jobs, from now on; ends with the services. */
export function listen({ journal, user }: TestServices): Delivery[] {
  const heard: Delivery[] = [];
  const types = [...OPTIMIZATION_EVENTS, OPTIMIZATION_PROGRESSED];
  const deliveries = journal.subscribe({ ownerId: user.userId, types });
  void (async () => {
    for await (const delivery of deliveries) heard.push(delivery);
  })();
  return heard;
}
