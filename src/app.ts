/** The composition root: the only file that binds ports to adapters. Read it to know every part and how they hang together. */
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { type Job, scheduleJob } from 'node-schedule';
import type { Logger } from 'pino';
import { hostAllowed, localUser, originAllowed, type Principal } from './access/index.ts';
import { ThreadPool } from './compute/index.ts';
import type { Config } from './config.ts';
import { type Clock, type IdSource, randomIds, systemClock } from './core/index.ts';
import { Journal } from './events/index.ts';
import { createPipeline, type Pipeline, type Services } from './graphql/index.ts';
import { MarketData, SimulatedProvider } from './market/index.ts';
import { OptimizationRunner } from './optimize/index.ts';
import { createHttpServer, REST_ROUTES } from './rest/index.ts';
import {
  claimIdempotencyKey,
  completeIdempotencyKey,
  type Database,
  ensureDefaultUser,
  openDatabase,
  pruneIdempotencyKeys,
  releaseIdempotencyKey,
} from './storage/index.ts';
import { builtInStrategies, StrategyRegistry } from './strategies/index.ts';
import { asyncApiDocument, attachWebSockets, WEBSOCKET_CHANNELS } from './ws/index.ts';

/** Minute of each hour at which what has expired is deleted. */
const HOUSEKEEPING = '17 * * * *';

/** What the process gives the app beside its configuration. */
export interface AppOptions {
  readonly log: Logger;
  /** The entry of a worker thread. Default: `worker.js` beside this file. */
  readonly workerUrl?: URL;
  readonly clock?: Clock;
  readonly ids?: IdSource;
}

/** A running server. */
export interface App {
  /** `http://127.0.0.1:8000`. */
  readonly url: string;
  readonly services: Services;
  /** Drains: requests under way are answered, jobs given back, sockets told to come back. Then everything is closed. */
  close(): Promise<void>;
}

/**
 * Builds every part, recovers what an earlier process left, and listens.
 *
 * @throws {Error} when the database cannot be used or the port is taken; nothing is left running then
 */
export async function startApp(config: Config, options: AppOptions): Promise<App> {
  const cleanups: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  };
  try {
    const { clock = systemClock, ids = randomIds, log } = options;
    const database = await openDatabase(config.databaseUrl, clock);
    cleanups.push(() => database.close());
    const principal = localUser(await ensureDefaultUser(database, clock));
    const services = await startServices(config, { ...options, clock, ids, database, cleanups });
    const pipeline = createPipeline(services);
    const url = await listen(config, { services, pipeline, principal, log, cleanups });
    cleanups.push(scheduleHousekeeping(services));
    services.runner.start();
    return { url, services, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface ServiceParts extends AppOptions {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly database: Database;
  readonly cleanups: (() => unknown)[];
}

async function startServices(config: Config, parts: ServiceParts): Promise<Services> {
  const { database, clock, ids, log, cleanups } = parts;
  const journal = new Journal({
    database,
    clock,
    onError: (err) => log.error({ err }, 'New events could not be read; they will be at the next poll'),
  });
  await journal.start();
  cleanups.push(() => journal.close());
  const compute = new ThreadPool({
    workerUrl: parts.workerUrl ?? new URL('./worker.js', import.meta.url),
    threads: config.compute.threads,
    maxMemoryMb: config.compute.memoryMb,
    taskTimeoutMs: config.compute.timeoutMs,
    onThreadError: (err) => log.error({ err }, 'A worker thread died without a task; it is replaced'),
  });
  cleanups.push(() => compute.close());
  const registry = new StrategyRegistry(builtInStrategies);
  const provider = new SimulatedProvider({ clock, seed: config.simulationSeed });
  const market = new MarketData({ database, provider, clock });
  const shared = { database, journal, clock, ids, log, registry, market, compute };
  const runner = new OptimizationRunner({ ...shared, maxRunningJobs: config.optimize.maxRunningJobs });
  cleanups.push(() => runner.close());
  return { ...shared, runner, limits: config.optimize, info: { version: packageVersion() } };
}

interface ListenParts {
  readonly services: Services;
  readonly pipeline: Pipeline;
  readonly principal: Principal;
  readonly log: Logger;
  readonly cleanups: (() => unknown)[];
}

/** Opens the doors; every one of them lets in the default user, because only this machine can knock. */
async function listen(config: Config, parts: ListenParts): Promise<string> {
  const { services, pipeline, principal, log, cleanups } = parts;
  const { database, clock, ids, journal, compute, runner } = services;
  const origins = { allowedOrigins: config.allowedOrigins };
  const http = await createHttpServer({
    logger: log,
    origins,
    routes: REST_ROUTES,
    execute: pipeline.execute,
    authenticate: () => Promise.resolve(principal),
    idempotencyKeys: {
      claim: (use) => claimIdempotencyKey(database, clock, use),
      complete: (use, answer) => completeIdempotencyKey(database, use, answer),
      release: (use) => releaseIdempotencyKey(database, use),
    },
    graphql: {
      handleNodeRequestAndResponse: (request, reply) =>
        pipeline.yoga.handleNodeRequestAndResponse(request, reply, { caller: { principal, requestId: request.id } }),
    },
    readiness: { database: () => database.read.user.count() },
    gauges: [
      { name: 'compute_tasks_running', help: 'Tasks that hold a thread.', read: () => compute.stats().running },
      { name: 'compute_tasks_queued', help: 'Tasks that wait for a thread.', read: () => compute.stats().queued },
      { name: 'optimize_jobs_running', help: 'Optimization jobs that run here.', read: () => runner.runningCount },
      { name: 'journal_head', help: 'Cursor of the newest event.', read: () => Number(journal.head()) },
    ],
    asyncApi: asyncApiDocument(WEBSOCKET_CHANNELS, services.info.version),
    version: services.info.version,
    ids,
    importMaxBytes: config.importMaxBytes,
  });
  cleanups.push(() => http.close());
  const sockets = attachWebSockets(http.server, {
    pipeline,
    channels: WEBSOCKET_CHANNELS,
    head: () => journal.head(),
    isHostAllowed: (host) => hostAllowed(host, origins),
    isOriginAllowed: (origin) => originAllowed(origin, origins),
    authenticate: () => ({ principal, requestId: ids.next() }),
    ids,
    log,
  });
  cleanups.push(() => sockets.close());
  await http.listen({ host: config.host, port: config.port });
  return urlOf(http.server.address());
}

/** Timers only wake us up: what is deleted is decided by the clock and the rows. */
function scheduleHousekeeping({ database, clock, log }: Services): () => void {
  const job: Job = scheduleJob(HOUSEKEEPING, () => {
    pruneIdempotencyKeys(database, clock).then(
      (count) => log.info({ count }, 'Deleted idempotency keys that have expired'),
      (err: unknown) => log.error({ err }, 'Deleting idempotency keys failed; it is tried again in an hour'),
    );
  });
  return () => job.cancel();
}

function urlOf(address: AddressInfo | string | null): string {
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port.');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}

function packageVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
