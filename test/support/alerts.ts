/** Alerts of one process, composed as the server does, on prices that a test sets and a clock that it moves. */
import { afterEach, beforeAll } from 'vitest';
import type { Principal } from '../../src/access/index.ts';
import { type AlertDeps, AlertService, createAlert } from '../../src/alerts/index.ts';
import { randomIds } from '../../src/core/index.ts';
import { Journal } from '../../src/events/index.ts';
import { MarketData } from '../../src/market/index.ts';
import { StoredModels } from '../../src/predictions/index.ts';
import type { AlertRow, AlertTriggerRow, Database } from '../../src/storage/index.ts';
import { builtInStrategies, StrategyRegistry } from '../../src/strategies/index.ts';
import { ManualClock } from './clock.ts';
import { composeTrading } from './compose-trading.ts';
import type { TestDatabase } from './database.ts';
import { inlineCompute } from './inline-compute.ts';
import { keptLog } from './log.ts';
import { createOwner } from './owner.ts';
import { ScriptedProvider } from './scripted-provider.ts';

/** What a test may choose. */
export interface TestAlertsOptions {
  readonly clock: ManualClock;
  readonly user: Principal;
  /** Default: a new one. */
  readonly provider?: ScriptedProvider;
}

/** The parts, and what tests do with them. */
export interface TestAlerts extends AlertDeps {
  readonly clock: ManualClock;
  readonly user: Principal;
  readonly provider: ScriptedProvider;
  readonly alerts: AlertService;
  readonly errors: readonly string[];
  /** A price alert on AAPL. */
  watch(condition: object, more?: object): Promise<AlertRow>;
  /** Time passes, then a price is quoted and everything that it leads to is stored. */
  quote(
    price: number,
    more?: { readonly afterMs?: number; readonly symbol?: string; readonly at?: Date },
  ): Promise<void>;
  row(id: number): Promise<AlertRow>;
  /** What was told so far, oldest first. */
  told(alertId?: number | null): Promise<readonly AlertTriggerRow[]>;
  close(): Promise<void>;
}

/** Shares one database among the tests of a file: what starts alerts on it, which end with their test, and the database itself. */
export function alertsOn(create: () => Promise<TestDatabase>): {
  /** A process with a new owner, unless `user` names one, and AAPL at 199, unless there is a provider. */
  readonly start: (options?: Partial<TestAlertsOptions>) => Promise<TestAlerts>;
  /** The same on a connection of its own. */
  readonly startApart: (options?: Partial<TestAlertsOptions>) => Promise<TestAlerts>;
  readonly database: () => Database;
} {
  let made: TestDatabase;
  let shared: Database;
  const opened = new Set<TestAlerts>();
  beforeAll(async () => {
    made = await create();
    shared = await made.open();
  });
  afterEach(async () => {
    await Promise.all([...opened].map((alerts) => alerts.close()));
  });
  const startOn = async (database: Database, options: Partial<TestAlertsOptions> = {}): Promise<TestAlerts> => {
    const clock = options.clock ?? new ManualClock('2026-03-02T15:00:00Z');
    const user = options.user ?? (await createOwner(database));
    const alerts = await startAlerts(database, { ...options, clock, user });
    if (options.provider === undefined) alerts.provider.set('AAPL', 199);
    const close = async (): Promise<void> => {
      opened.delete(whole);
      await alerts.close();
    };
    const whole: TestAlerts = { ...alerts, close };
    opened.add(whole);
    return whole;
  };
  return {
    start: (options) => startOn(shared, options),
    startApart: async (options) => startOn(await made.open(), options),
    database: () => shared,
  };
}

/** Composes and starts them; prices are not asked for but by `quote`. */
async function startAlerts(database: Database, options: TestAlertsOptions): Promise<TestAlerts> {
  const { clock, user, provider = new ScriptedProvider(clock) } = options;
  const journal = new Journal({ database, clock, pollMs: 20 });
  await journal.start();
  const { log, errors } = keptLog();
  const market = new MarketData({ database, clock, provider });
  const registry = new StrategyRegistry(builtInStrategies);
  const trading = composeTrading({ database, journal, clock, ids: randomIds, log, market });
  const models = new StoredModels({ database, compute: inlineCompute });
  const deps: AlertDeps = { ...trading, registry, models, market };
  const alerts = new AlertService({ ...deps, quotesEveryMs: 3_600_000, pauses: { risks: 3_600_000 } });
  await alerts.start();
  const settle = async (): Promise<void> => {
    await alerts.watch.settle();
    await alerts.reactions.settle();
  };
  return {
    ...deps,
    ...{ clock, user, provider, alerts, errors },
    watch: async (condition, more = {}) => {
      const whole = { symbol: 'AAPL', ...condition };
      const row = await createAlert(deps, user, { alertType: 'price', condition: whole, ...more });
      await heardOf(row.id, alerts);
      return row;
    },
    quote: async (price, { afterMs = 1_000, symbol = 'AAPL', at } = {}) => {
      clock.advance(afterMs);
      provider.set(symbol, price, at ?? null);
      await market.quotes([symbol]);
      await settle();
    },
    row: (id) => database.read.alert.findUniqueOrThrow({ where: { id } }),
    told: (alertId) =>
      database.read.alertTrigger.findMany({
        where: { ownerId: user.userId, ...(alertId === undefined ? {} : { alertId }) },
        orderBy: { id: 'asc' },
      }),
    close: async () => {
      await alerts.close();
      await trading.close();
      await journal.close();
    },
  };
}

/** The journal tells the process of its own alerts, a moment after the commit. */
async function heardOf(id: number, { watch }: AlertService): Promise<void> {
  for (let look = 0; watch.book.get(id) === undefined && look < 200; look += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    await watch.settle();
  }
}
