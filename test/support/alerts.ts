/** Alerts of one process, composed as the server does, on prices that a test sets and a clock that it moves. */
import { localUser, type Principal } from '../../src/access/index.ts';
import { type AlertDeps, AlertService, createAlert } from '../../src/alerts/index.ts';
import { type Log, randomIds } from '../../src/core/index.ts';
import { Journal } from '../../src/events/index.ts';
import { MarketData } from '../../src/market/index.ts';
import { StoredModels } from '../../src/predictions/index.ts';
import type { AlertRow, AlertTriggerRow, Database } from '../../src/storage/index.ts';
import { builtInStrategies, StrategyRegistry } from '../../src/strategies/index.ts';
import type { ManualClock } from './clock.ts';
import { composeTrading } from './compose-trading.ts';
import { inlineCompute } from './inline-compute.ts';
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

/** Another user, with every scope, so that tests on one database do not meet. */
export async function createOwner(database: Database): Promise<Principal> {
  const data = { name: randomIds.next(), createdAt: new Date(0) };
  return localUser((await database.transaction((tx) => tx.user.create({ data }))).id);
}

/** Composes and starts them; prices are not asked for but by `quote`. */
export async function startAlerts(database: Database, options: TestAlertsOptions): Promise<TestAlerts> {
  const { clock, user, provider = new ScriptedProvider(clock) } = options;
  const journal = new Journal({ database, clock, pollMs: 20 });
  await journal.start();
  const errors: string[] = [];
  const log: Log = {
    info: () => undefined,
    warn: () => undefined,
    error: (facts, message) => void errors.push(`${message} ${JSON.stringify(facts)}`),
  };
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
