/** The services of one process on a test database, with real threads; several of them can share a database. */
import { readFileSync } from 'node:fs';
import type { Worker } from 'node:worker_threads';
import { afterEach, expect } from 'vitest';
import { localUser, type Principal } from '../../src/access/index.ts';
import { ThreadPool, type ThreadPoolOptions } from '../../src/compute/index.ts';
import { type Clock, type Log, randomIds, systemClock } from '../../src/core/index.ts';
import { type Delivery, Journal } from '../../src/events/index.ts';
import { type Bars, formatBarTime, importBars, MarketData, SimulatedProvider } from '../../src/market/index.ts';
import {
  OPTIMIZATION_EVENTS,
  OPTIMIZATION_PROGRESSED,
  type OptimizationLimits,
  OptimizationRunner,
  type OptimizeDeps,
} from '../../src/optimize/index.ts';
import { type Database, ensureDefaultUser } from '../../src/storage/index.ts';
import { builtInStrategies, StrategyRegistry } from '../../src/strategies/index.ts';
import type { TestDatabase } from './database.ts';
import { builtWorkerUrl } from './worker-url.ts';

/** What a test may choose. */
export interface TestServicesOptions {
  readonly clock?: Clock;
  readonly limits?: Partial<OptimizationLimits>;
  readonly maxRunningJobs?: number;
  /** Of the pool; by default two threads that run the built worker. */
  readonly pool?: Partial<ThreadPoolOptions>;
  /** Whether the runner takes jobs from the start. Default true. */
  readonly runs?: boolean;
}

/** What `startServices` makes. */
export interface TestServices extends OptimizeDeps {
  readonly database: Database;
  readonly journal: Journal;
  readonly market: MarketData;
  readonly compute: ThreadPool;
  readonly log: Log;
  /** The default user, with every scope. */
  readonly user: Principal;
  /** What was logged as a warning or an error. */
  readonly logged: readonly { readonly level: 'warn' | 'error'; readonly facts: object; readonly message: string }[];
  /** Drains as the server does: jobs are given back. A second call does nothing. */
  close(): Promise<void>;
}

const opened: TestServices[] = [];
const liveThreads = new Set<Worker>();

process.on('worker', (worker) => {
  liveThreads.add(worker);
  worker.once('exit', () => liveThreads.delete(worker));
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((services) => services.close()));
  expect([...liveThreads].map((worker) => worker.threadId)).toEqual([]);
});

/** Starts the services of a process on `on`; they are closed after the test. The database stays. */
export async function startServices(on: TestDatabase, options: TestServicesOptions = {}): Promise<TestServices> {
  const { clock = systemClock, runs = true, maxRunningJobs = 4 } = options;
  const database = await on.open(clock);
  const user = localUser(await ensureDefaultUser(database, clock));
  const journal = new Journal({ database, clock, pollMs: 20 });
  await journal.start();
  const compute = new ThreadPool({
    threads: 2,
    ...options.pool,
    workerUrl: options.pool?.workerUrl ?? builtWorkerUrl(),
  });
  const logged: TestServices['logged'][number][] = [];
  const log: Log = {
    info: () => undefined,
    warn: (facts, message) => logged.push({ level: 'warn', facts, message }),
    error: (facts, message) => logged.push({ level: 'error', facts, message }),
  };
  const shared = {
    ...{ database, journal, clock, log, compute, ids: randomIds },
    registry: new StrategyRegistry(builtInStrategies),
    market: new MarketData({ database, clock, provider: new SimulatedProvider({ clock, seed: 'tests' }) }),
  };
  const runner = new OptimizationRunner({ ...shared, maxRunningJobs });
  const limits = { minBarsPerSplit: 100, maxCombinations: 10_000, maxWaitingJobs: 1000, ...options.limits };
  if (runs) runner.start();
  const close = async (): Promise<void> => {
    await runner.close();
    await journal.close();
    await compute.close();
    await database.close();
  };
  const services = { ...shared, runner, limits, user, logged, close };
  opened.push(services);
  return services;
}

/** Another user, with every scope. */
export async function createUser({ database }: TestServices, name: string): Promise<Principal> {
  const row = await database.transaction((tx) => tx.user.create({ data: { name, createdAt: new Date(0) } }));
  return localUser(row.id);
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

/** The S&P 500 of 2000 to 2020 as vega-datasets ships it. */
export function sp500Csv(): string {
  return readFileSync(new URL('../../node_modules/vega-datasets/data/sp500-2000.csv', import.meta.url), 'utf8');
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
