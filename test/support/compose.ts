/** The services of one process, composed as the server does, without what listens. It knows nothing of the test runner. */
import { localUser, type Principal } from '../../src/access/index.ts';
import { ThreadPool, type ThreadPoolOptions } from '../../src/compute/index.ts';
import { type Clock, type Log, randomIds, systemClock } from '../../src/core/index.ts';
import { Journal } from '../../src/events/index.ts';
import { MarketData, SimulatedProvider } from '../../src/market/index.ts';
import { type OptimizationLimits, OptimizationRunner, type OptimizeDeps } from '../../src/optimize/index.ts';
import { StoredModels } from '../../src/predictions/index.ts';
import { type Database, ensureDefaultUser } from '../../src/storage/index.ts';
import { builtInStrategies, modelStrategy, StrategyRegistry } from '../../src/strategies/index.ts';
import { keptLog, type Logged } from './log.ts';
import { builtWorkerUrl } from './worker-url.ts';

/** What a test may choose. */
export interface TestServicesOptions {
  readonly clock?: Clock;
  readonly limits?: Partial<OptimizationLimits>;
  /** Default 4; with 0 jobs are submitted and never taken. */
  readonly maxRunningJobs?: number;
  /** As of the runner. */
  readonly checkpointMs?: number;
  /** Of a pool of its own, which ends with the services; by default two threads that run the built worker. */
  readonly pool?: Partial<ThreadPoolOptions>;
  /** Threads that others use too, instead of a pool of its own; they stay. */
  readonly threads?: ThreadPool;
}

/** The parts, and how to end them. */
export interface TestServices extends OptimizeDeps {
  readonly database: Database;
  readonly journal: Journal;
  readonly market: MarketData;
  readonly compute: ThreadPool;
  readonly log: Log;
  /** The default user, with every scope. */
  readonly user: Principal;
  /** What was logged as a warning or an error. */
  readonly logged: readonly Logged[];
  /** Drains as the server does: jobs are given back. A second call does nothing. */
  close(): Promise<void>;
}

/** Builds and starts the services on an open database. */
export async function composeServices(database: Database, options: TestServicesOptions = {}): Promise<TestServices> {
  const { clock = systemClock, maxRunningJobs = 4 } = options;
  const user = localUser(await ensureDefaultUser(database, clock));
  const journal = new Journal({ database, clock, pollMs: 20 });
  await journal.start();
  const compute = options.threads ?? openThreads(options.pool);
  const { log, logged } = keptLog();
  const shared = {
    database,
    journal,
    clock,
    log,
    compute,
    ids: randomIds,
    registry: new StrategyRegistry([...builtInStrategies, modelStrategy]),
    models: new StoredModels({ database, compute }),
    market: new MarketData({ database, clock, provider: new SimulatedProvider({ clock, seed: 'tests' }) }),
  };
  const runner = new OptimizationRunner({ ...shared, maxRunningJobs, checkpointMs: options.checkpointMs });
  const limits = { minBarsPerSplit: 100, maxCombinations: 10_000, maxWaitingJobs: 1000, ...options.limits };
  runner.start();
  const close = async (): Promise<void> => {
    await runner.close();
    await journal.close();
    if (compute !== options.threads) await compute.close();
    await database.close();
  };
  return { ...shared, runner, limits, user, logged, close };
}

/** Two threads that run the built worker, which needs no loader. */
export function openThreads(options: Partial<ThreadPoolOptions> = {}): ThreadPool {
  return new ThreadPool({ threads: 2, ...options, workerUrl: options.workerUrl ?? builtWorkerUrl });
}
