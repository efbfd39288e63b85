/** Everything that orders need in one process, on a database and a broker of the test's. It knows nothing of the test runner. */
import { localUser, type Principal } from '../../src/access/index.ts';
import type { Broker } from '../../src/broker/index.ts';
import { type Clock, DomainError, type Log, randomIds, systemClock } from '../../src/core/index.ts';
import { Journal } from '../../src/events/index.ts';
import type { Quote } from '../../src/market/index.ts';
import {
  Gateway,
  haltForLosses,
  type KillDeps,
  KillSwitch,
  type MonitorPauses,
  type OrderDeps,
  OrderMonitor,
  type PriceSource,
  placeOrder,
} from '../../src/orders/index.ts';
import { lockSafety } from '../../src/safety/index.ts';
import { type Database, ensureDefaultUser, type OrderRow } from '../../src/storage/index.ts';

/** Trades around the clock. */
export const COIN = 'BTC-USD';

/** What was logged. */
export interface Logged {
  readonly level: 'info' | 'warn' | 'error';
  readonly facts: object;
  readonly message: string;
}

export interface DeskOptions {
  readonly clock?: Clock;
  /** Default: `FreshPrices`. */
  readonly prices?: PriceSource;
  readonly pauses?: Partial<MonitorPauses>;
  /** How long the broker has to answer a submission, in ms; default 10,000. */
  readonly brokerTimeoutMs?: number;
}

export interface Desk extends KillDeps {
  readonly user: Principal;
  readonly monitor: OrderMonitor;
  readonly logged: readonly Logged[];
  close(): Promise<void>;
}

/** Prices that are always of now; 100 unless set otherwise. */
export class FreshPrices implements PriceSource {
  readonly #clock: Clock;
  readonly #prices = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  set(symbol: string, price: number): void {
    this.#prices.set(symbol, price);
  }

  quotes(symbols: readonly string[]): Promise<readonly Quote[]> {
    const at = new Date(this.#clock.now());
    return Promise.resolve(
      symbols.map((symbol) => ({
        symbol,
        price: this.#prices.get(symbol) ?? 100,
        bid: null,
        ask: null,
        source: 'stand-in',
        at,
      })),
    );
  }

  volume(): Promise<number | null> {
    return Promise.resolve(null);
  }
}

/** Builds it. The monitor is not started. */
export async function openDesk(database: Database, broker: Broker, options: DeskOptions = {}): Promise<Desk> {
  const { clock = systemClock, brokerTimeoutMs } = options;
  const user = localUser(await ensureDefaultUser(database, clock));
  const logged: Logged[] = [];
  const logAs =
    (level: Logged['level']) =>
    (facts: object, message: string): void => {
      logged.push({ level, facts, message });
    };
  const log: Log = { info: logAs('info'), warn: logAs('warn'), error: logAs('error') };
  const journal = new Journal({ database, clock, pollMs: 50 });
  await journal.start();
  const basis = {
    database,
    journal,
    clock,
    log,
    ids: randomIds,
    prices: options.prices ?? new FreshPrices(clock),
    brokers: new Map([['paper', broker]] as const),
    isLiveEnabled: false,
  };
  const gateway: Gateway = new Gateway(basis, {
    onLossLimit: async (ownerId, cause, reason) => {
      if (cause === 'daily_loss' || cause === 'drawdown') await haltForLosses(desk, ownerId, { cause, reason });
    },
    ...(brokerTimeoutMs !== undefined && { brokerTimeoutMs }),
  });
  const orderDeps: OrderDeps = { ...basis, gateway };
  const desk: KillDeps = { ...orderDeps, kills: new KillSwitch(orderDeps) };
  const monitor = new OrderMonitor(desk, options.pauses);
  const close = async (): Promise<void> => {
    await monitor.close();
    await desk.kills.close();
    await gateway.close();
    await broker.close();
    await journal.close();
  };
  return { ...desk, user, monitor, logged, close };
}

/** Limits beyond which no test goes. */
export async function liftLimits({ database, user, clock }: Desk): Promise<void> {
  await database.transaction(async (db) => {
    await lockSafety(db, clock, user.userId);
    await db.safetyState.update({
      where: { ownerId: user.userId },
      data: { maxDailyTrades: 1_000_000, maxOrdersPerMinute: 100_000, maxPositionPct: '10' },
    });
  });
}

let sizes = 0;

/** A buy far below the market, which stays open; each of another quantity, so that none repeats another. */
export function placeResting(desk: Desk, changes: Partial<Parameters<typeof placeOrder>[2]> = {}): Promise<OrderRow> {
  sizes += 1;
  const quantity = (sizes / 1e6).toFixed(8);
  const input = { symbol: COIN, side: 'buy', quantity, orderType: 'limit', limitPrice: '1', timeInForce: 'gtc' };
  return placeOrder(desk, desk.user, { ...input, ...changes });
}

/** The code of the DomainError that something ends with, else what it answered. */
export async function codeOf(attempt: Promise<unknown>): Promise<unknown> {
  try {
    return await attempt;
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}
