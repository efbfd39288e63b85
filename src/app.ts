/** The composition root: the only file that binds ports to adapters. Read it to know every part and how they hang together. */
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { type Job, scheduleJob } from 'node-schedule';
import type { Logger } from 'pino';
import { hostAllowed, localUser, originAllowed, type Principal } from './access/index.ts';
import { AlertService, alertCheck } from './alerts/index.ts';
import { marketScan } from './backtest/index.ts';
import { type Broker, PaperBroker, type TradingMode } from './broker/index.ts';
import { ThreadPool } from './compute/index.ts';
import type { Config } from './config.ts';
import {
  type Clock,
  type IdSource,
  invariant,
  packageFile,
  randomIds,
  readJson,
  seededRandom,
  systemClock,
} from './core/index.ts';
import { Journal, type Retention } from './events/index.ts';
import { GoalMonitor, portfolioCheck, Rebalancer } from './goals/index.ts';
import { createPipeline, type Services } from './graphql/index.ts';
import { MarketData, type MarketDataProvider, SimulatedProvider, YahooProvider } from './market/index.ts';
import { OptimizationRunner } from './optimize/index.ts';
import { Gateway, type KillDeps, KillSwitch, type OrderBasis, OrderMonitor, WORKING_STATUSES } from './orders/index.ts';
import { StoredModels } from './predictions/index.ts';
import { Admission, createHttpServer, type GaugeDefinition, REST_ROUTES } from './rest/index.ts';
import { countOverdue, JobTypeRegistry, Scheduler } from './scheduler/index.ts';
import { databaseFailure, listenFailure } from './start-error.ts';
import {
  type Database,
  ensureDefaultUser,
  openDatabase,
  openSecretBox,
  pruneIdempotencyKeys,
} from './storage/index.ts';
import { builtInStrategies, modelStrategy, StrategyRegistry } from './strategies/index.ts';
import { WebhookDispatcher } from './webhooks/index.ts';
import { asyncApiDocument, attachWebSockets, WEBSOCKET_CHANNELS, type WebSockets } from './ws/index.ts';

/** Minute of each hour at which what has expired is deleted. */
const HOUSEKEEPING = '17 * * * *';

/** Kinds of scheduled work that this server cannot do yet, and why. */
const ABSENT_JOB_TYPES = {
  ai_analysis: 'it has no agent yet.',
} as const;

/** What the process gives the app beside its configuration. */
export interface AppOptions {
  readonly log: Logger;
  /** The entry of a worker thread. Default: `worker.js` beside this file. */
  readonly workerUrl?: URL;
  readonly clock?: Clock;
  readonly ids?: IdSource;
  /** What asks servers elsewhere, such as a provider of prices. Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** Where prices come from, in place of what MARKET_DATA names. */
  readonly provider?: MarketDataProvider;
  /** Whether to do in the background, once the server listens, what the first optimization would wait for. Default true. */
  readonly warmsUp?: boolean;
}

/** A running server. */
export interface App {
  /** `http://127.0.0.1:8000`. */
  readonly url: string;
  readonly services: Services;
  /** Drains: requests under way are answered, jobs given back, sockets told to come back. Then everything is closed. */
  close(): Promise<void>;
}

/** What has to be ended, in the order of `closeParts`. */
interface Parts {
  housekeeping: Job;
  http: Awaited<ReturnType<typeof createHttpServer>>;
  sockets: WebSockets;
  runner: OptimizationRunner;
  monitor: OrderMonitor;
  kills: KillSwitch;
  gateway: Gateway;
  paper: PaperBroker;
  scheduler: Scheduler;
  rebalancer: Rebalancer;
  goals: GoalMonitor;
  alerts: AlertService;
  webhooks: WebhookDispatcher;
  journal: Journal;
  market: MarketData;
  compute: ThreadPool;
  database: Database;
}

/**
 * Builds every part, recovers what an earlier process left, and listens.
 *
 * @throws {StartError} when the database cannot be used or the port is taken; nothing is left running then
 */
export async function startApp(config: Config, options: AppOptions): Promise<App> {
  const parts: Partial<Parts> = {};
  try {
    const { clock = systemClock, ids = randomIds } = options;
    const { databaseUrl, databasePoolSize: poolSize } = config;
    parts.database = await openDatabase(databaseUrl, clock, { poolSize }).catch((cause: unknown) => {
      throw databaseFailure(databaseUrl, cause);
    });
    const principal = localUser(await ensureDefaultUser(parts.database, clock));
    const services = await startServices(config, { ...options, clock, ids, database: parts.database }, parts);
    // Books are compared with the brokers' before anybody can trade.
    await parts.monitor?.start();
    parts.paper?.start();
    parts.rebalancer?.start();
    await parts.goals?.start();
    await parts.alerts?.start();
    const url = await listen(config, { services, principal, log: options.log }, parts);
    parts.housekeeping = scheduleHousekeeping(services, config.retention);
    services.runner.start();
    if (options.warmsUp ?? true) services.runner.warmUp();
    services.scheduler.start();
    parts.webhooks?.start();
    return { url, services, close: () => closeParts(parts) };
  } catch (error) {
    await closeParts(parts);
    throw error;
  }
}

/** What listens and what works first, then what is worked with. */
async function closeParts(parts: Partial<Parts>): Promise<void> {
  parts.housekeeping?.cancel();
  const answered = parts.http?.close();
  const rebalanced = parts.rebalancer?.close();
  const workers = [parts.scheduler?.close(), parts.runner?.close(), parts.alerts?.close()];
  const stopped = Promise.all([parts.sockets?.close(), ...workers]);
  // Once the runner has told its jobs to stop: one that waits for bars is then given back and does not fail.
  setImmediate(() => parts.market?.close());
  await stopped;
  await parts.goals?.close();
  await rebalanced;
  await parts.monitor?.close();
  await parts.kills?.close();
  await parts.gateway?.close();
  await parts.paper?.close();
  await parts.webhooks?.close();
  // Ends the streams of server-sent events too, which `answered` waits for.
  await parts.journal?.close();
  await answered;
  await parts.compute?.close();
  await parts.database?.close();
}

interface ServiceBasis extends AppOptions {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly database: Database;
}

async function startServices(config: Config, basis: ServiceBasis, parts: Partial<Parts>): Promise<Services> {
  const { database, clock, ids, log } = basis;
  const journal = new Journal({
    database,
    clock,
    onError: (err) => log.error({ err }, 'New events could not be read; they will be at the next poll'),
  });
  parts.journal = journal;
  await journal.start();
  const compute = new ThreadPool({
    workerUrl: basis.workerUrl ?? new URL('./worker.js', import.meta.url),
    threads: config.compute.threads,
    extraThreads: config.optimize.maxRunningJobs + 1,
    maxMemoryMb: config.compute.memoryMb,
    taskTimeoutMs: config.compute.timeoutMs,
    onThreadError: (err) => log.error({ err }, 'A worker thread died without a task; it is replaced'),
  });
  parts.compute = compute;
  const registry = new StrategyRegistry([...builtInStrategies, modelStrategy]);
  const provider = basis.provider ?? priceProvider(config, basis);
  const market = new MarketData({ database, provider, clock });
  parts.market = market;
  const secrets = openSecretBox({ key: config.secretsKey, dataDir: config.dataDir });
  const models = new StoredModels({ database, compute });
  const shared = { database, journal, clock, ids, log, registry, models, market, compute, secrets };
  const runner = new OptimizationRunner({ ...shared, maxRunningJobs: config.optimize.maxRunningJobs });
  parts.runner = runner;
  const trading = startTrading(config, { ...shared, prices: market }, parts);
  const goals = startGoals(config, trading, parts);
  const watched = { ...shared, ...trading };
  parts.alerts = new AlertService({
    ...watched,
    ...(config.quotesEveryMs === null ? {} : { quotesEveryMs: config.quotesEveryMs }),
  });
  const types = [marketScan(shared), portfolioCheck(goals), alertCheck(watched)];
  const jobTypes = new JobTypeRegistry(types, ABSENT_JOB_TYPES);
  const scheduler = new Scheduler({ ...shared, jobTypes });
  parts.scheduler = scheduler;
  const webhookTargets = config.webhooks;
  parts.webhooks = new WebhookDispatcher({ ...shared, webhookTargets });
  const info = { version: packageVersion() };
  return { ...shared, ...goals, runner, jobTypes, scheduler, limits: config.optimize, webhookTargets, info };
}

/** The one way of orders, from the gateway to the brokers. There is no live broker yet, whatever LIVE_TRADING says. */
function startTrading(
  config: Config,
  shared: Omit<OrderBasis, 'brokers' | 'isLiveEnabled'> & { readonly market: MarketData },
  parts: Partial<Parts>,
) {
  const { database, clock, log, market } = shared;
  const paper = new PaperBroker({
    database,
    clock,
    prices: market,
    settings: config.paper,
    onError: (err) => log.error({ err }, 'The paper broker could not match orders; it goes on with the next prices'),
  });
  parts.paper = paper;
  const brokers: ReadonlyMap<TradingMode, Broker> = new Map([['paper', paper]]);
  const basis: OrderBasis = { ...shared, brokers, isLiveEnabled: config.isLiveEnabled };
  const gateway: Gateway = new Gateway(basis, {
    onLossLimit: async (ownerId, cause, reason) => {
      await kills.kill(ownerId, { cause, reason, policy: 'cancel', actor: 'system' });
    },
  });
  parts.gateway = gateway;
  const kills = new KillSwitch({ ...basis, gateway });
  parts.kills = kills;
  parts.monitor = new OrderMonitor({ ...basis, gateway, kills });
  return { ...basis, gateway, kills };
}

/** What plans rebalances and carries them out, and what checks goals beside their schedules. */
function startGoals(config: Config, trading: KillDeps, parts: Partial<Parts>) {
  const planning = { ...trading, costs: config.paper };
  const rebalancer = new Rebalancer(planning);
  parts.rebalancer = rebalancer;
  const goals = { ...planning, rebalancer };
  parts.goals = new GoalMonitor(goals);
  return goals;
}

function priceProvider(config: Config, { clock, ids, fetch }: ServiceBasis): MarketDataProvider {
  switch (config.marketData) {
    case 'simulated':
      return new SimulatedProvider({ clock, seed: config.simulationSeed });
    case 'yahoo':
      return new YahooProvider({ clock, random: seededRandom(ids.next()), ...(fetch === undefined ? {} : { fetch }) });
  }
}

interface Doors {
  readonly services: Services;
  readonly principal: Principal;
  readonly log: Logger;
}

/** Opens the doors; every one of them lets in the default user, because only this machine can knock. */
async function listen(config: Config, { services, principal, log }: Doors, parts: Partial<Parts>): Promise<string> {
  const { ids, journal, info } = services;
  const pipeline = createPipeline(services);
  const origins = { allowedOrigins: config.allowedOrigins };
  const admission = new Admission();
  const http = await createHttpServer({
    logger: log,
    origins,
    routes: REST_ROUTES,
    execute: (document, variables, caller) => pipeline.execute(document, variables, caller),
    authenticate: () => Promise.resolve(principal),
    database: services.database,
    clock: services.clock,
    graphql: {
      handleNodeRequestAndResponse: (request, reply) =>
        pipeline.yoga.handleNodeRequestAndResponse(request, reply, { caller: { principal, requestId: request.id } }),
    },
    readiness: {
      database: () => services.database.read.user.count(),
      orders: async () => invariant(parts.monitor?.isReady === true, 'the books were compared with the brokers'),
      scheduler: () => requireScheduling(services),
    },
    gauges: [
      ...gauges(services),
      {
        name: 'requests_refused',
        help: 'Requests refused because there was too much to do.',
        read: () => admission.refusedCount,
      },
    ],
    asyncApi: () => asyncApiDocument(WEBSOCKET_CHANNELS, info.version),
    version: info.version,
    admission,
    random: seededRandom(ids.next()),
    ids,
    importMaxBytes: config.importMaxBytes,
  });
  parts.http = http;
  parts.sockets = attachWebSockets(http.server, {
    pipeline,
    channels: WEBSOCKET_CHANNELS,
    head: () => journal.head(),
    isHostAllowed: (host) => hostAllowed(host, origins),
    isOriginAllowed: (origin) => originAllowed(origin, origins),
    authenticate: () => ({ principal, requestId: ids.next() }),
    admission,
    random: seededRandom(ids.next()),
    ids,
    log,
  });
  await http.listen({ host: config.host, port: config.port }).catch((cause: unknown) => {
    throw listenFailure(config, cause);
  });
  return urlOf(http.server.address());
}

/** @throws {Error} when the scheduler does not look for due jobs, or jobs are late without a reason */
async function requireScheduling({ scheduler, database, clock }: Services): Promise<void> {
  await scheduler.requireLooking();
  const overdue = await countOverdue({ read: database.read, clock });
  if (overdue > 0) throw new Error(`${overdue} scheduled jobs are overdue.`);
}

function gauges({ compute, runner, scheduler, journal, database: { read } }: Services): readonly GaugeDefinition[] {
  return [
    { name: 'compute_tasks_running', help: 'Tasks that hold a thread.', read: () => compute.stats().running },
    { name: 'compute_tasks_queued', help: 'Tasks that wait for a thread.', read: () => compute.stats().queued },
    { name: 'optimize_jobs_running', help: 'Optimization jobs that run here.', read: () => runner.runningCount },
    {
      name: 'orders_open',
      help: 'Orders that may still be filled.',
      read: () => read.order.count({ where: { status: { in: [...WORKING_STATUSES] } } }),
    },
    {
      name: 'orders_unknown',
      help: 'Orders of which nobody knows whether they arrived.',
      read: () => read.order.count({ where: { status: 'unknown' } }),
    },
    {
      name: 'owners_halted',
      help: 'Owners whose trading is halted.',
      read: () => read.safetyState.count({ where: { state: 'halted' } }),
    },
    { name: 'scheduler_runs_running', help: 'Scheduled runs under way here.', read: () => scheduler.runningCount },
    { name: 'scheduler_look_age_seconds', help: 'Since due jobs were last looked for.', read: () => scheduler.lookAge },
    {
      name: 'webhook_destinations_failing',
      help: 'Webhook destinations that do not answer.',
      read: () => read.webhookDestination.count({ where: { openUntil: { not: null }, deletedAt: null } }),
    },
    { name: 'journal_head', help: 'Cursor of the newest event.', read: () => Number(journal.head()) },
  ];
}

/** Timers only wake us up: what is deleted is decided by the clock and the rows. */
function scheduleHousekeeping({ database, journal, clock, log }: Services, retention: Retention): Job {
  const tidy = (what: string, work: () => Promise<number>): void => {
    work().then(
      (count) => log.info({ count }, `Deleted ${what}`),
      (err: unknown) => log.error({ err }, `Deleting ${what} failed; it is tried again in an hour`),
    );
  };
  return scheduleJob(HOUSEKEEPING, () => {
    tidy('idempotency keys that have expired', () => pruneIdempotencyKeys(database, clock));
    tidy('events that need not be kept', () => journal.prune(retention));
  });
}

function urlOf(address: AddressInfo | string | null): string {
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port.');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}

function packageVersion(): string {
  const text = readFileSync(packageFile('package.json'), 'utf8');
  return readJson<{ readonly version: string }>(text).version;
}
