/** Everything that orders need, around a stand-in broker and prices that a test sets. It knows nothing of the test runner. */
import type { Principal } from '../../src/access/index.ts';
import type { Broker } from '../../src/broker/index.ts';
import { type Clock, DomainError, invalid, randomIds, systemClock, unavailable } from '../../src/core/index.ts';
import { Journal } from '../../src/events/index.ts';
import type { Quote } from '../../src/market/index.ts';
import {
  type AccountKey,
  Gateway,
  type GatewayOptions,
  type OrderBasis,
  type OrderDeps,
  type OrderInput,
  type PriceSource,
  placeOrder,
  syncOrders,
} from '../../src/orders/index.ts';
import { type Limits, updateSafetyLimits } from '../../src/safety/index.ts';
import type { Database, OrderRow } from '../../src/storage/index.ts';
import { keptLog, type Logged } from './log.ts';
import { createOwner } from './owner.ts';
import { StandInBroker } from './stand-in-broker.ts';

/** Prices that stand still until a test sets them; `null` is a symbol whose price cannot be had. */
export class SetPrices implements PriceSource {
  readonly #clock: Clock;
  readonly #prices = new Map<string, number | null>([
    ['SPY', 100],
    ['QQQ', 50],
    ['BTC-USD', 1_000],
  ]);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  set(symbol: string, price: number | null): void {
    this.#prices.set(symbol, price);
  }

  async quotes(symbols: readonly string[]): Promise<readonly Quote[]> {
    const unknown = symbols.find((symbol) => !this.#prices.has(symbol));
    if (unknown !== undefined) throw invalid('symbols', `There is no ${unknown}.`);
    return symbols.map((symbol) => {
      const price = this.#prices.get(symbol) ?? null;
      if (price === null) throw unavailable('There are no prices.');
      return { symbol, price, bid: null, ask: null, at: new Date(this.#clock.now()), source: 'simulated' };
    });
  }
}

/** What a test may choose. A claim lasts 60 s by default, because a busy machine may take its time. */
export interface TradingOptions extends Partial<Omit<GatewayOptions, 'onLossLimit'>> {
  readonly clock?: Clock;
  /** Default: a new stand-in. */
  readonly broker?: Broker;
  /** Default: those of `SetPrices`. */
  readonly prices?: PriceSource;
  /** Default: a new user. */
  readonly user?: Principal;
  /** Stands in front of the database, to break it. */
  readonly wrap?: (database: Database) => Database;
}

/** A process that trades. */
export interface Trading<Stood extends Broker = StandInBroker> extends OrderDeps {
  readonly broker: Stood;
  readonly prices: SetPrices;
  readonly user: Principal;
  readonly key: AccountKey;
  readonly logged: readonly Logged[];
  /** What the gateway said of limits on losses. */
  readonly losses: readonly { readonly ownerId: number; readonly cause: string }[];
  place(input?: OrderInput): Promise<OrderRow>;
  /** Books what the broker has filled. */
  book(): Promise<number>;
  /** The code with which an order is refused, and its facts. */
  refusal(input?: OrderInput): Promise<{ readonly code: string; readonly facts: Readonly<Record<string, unknown>> }>;
  limits(limits: Partial<{ [Key in keyof Limits]: unknown }>): Promise<void>;
  row(id: number): Promise<OrderRow>;
  close(): Promise<void>;
}

/** Builds and starts one on an open database, as the server does. */
export async function startTrading(database: Database, options: TradingOptions = {}): Promise<Trading> {
  const { clock = systemClock, wrap = (whole) => whole } = options;
  const user = options.user ?? (await createOwner(database));
  const wrapped = wrap(database);
  const journal = new Journal({ database: wrapped, clock, pollMs: 1_000 });
  await journal.start();
  const { log, logged } = keptLog();
  const losses: Trading['losses'][number][] = [];
  const broker = (options.broker ?? new StandInBroker()) as StandInBroker;
  const prices = (options.prices ?? new SetPrices(clock)) as SetPrices;
  const brokers = new Map([['paper', broker]] as const);
  const basis: OrderBasis = {
    database: wrapped,
    journal,
    clock,
    ids: randomIds,
    log,
    prices,
    brokers,
    isLiveEnabled: false,
  };
  const onLossLimit = async (ownerId: number, cause: string): Promise<void> => {
    losses.push({ ownerId, cause });
  };
  const gateway = new Gateway(basis, { claimMs: 60_000, ...options, onLossLimit });
  const deps: OrderDeps = { ...basis, gateway };
  gateway.start((key) => syncOrders(deps, key));
  const key = { ownerId: user.userId, mode: 'paper' } as const;
  const place = (input: OrderInput = {}): Promise<OrderRow> => placeOrder(deps, user, { ...A_SHARE, ...input });
  return {
    ...deps,
    broker,
    prices,
    user,
    logged,
    losses,
    place,
    key,
    book: () => gateway.book(key),
    refusal: async (input) => refusalOf(place(input)),
    limits: async (limits) => {
      await updateSafetyLimits({ ...basis, hasLiveBroker: false }, user, limits);
    },
    row: (id) => database.read.order.findUniqueOrThrow({ where: { id } }),
    close: async () => {
      await gateway.close();
      await journal.close();
    },
  };
}

const A_SHARE: OrderInput = { symbol: 'SPY', side: 'buy', quantity: '1', orderType: 'market' };

/** The DomainError that a promise is rejected with. */
export async function refusalOf(promise: Promise<unknown>): Promise<DomainError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DomainError)) throw new Error(`Expected a refusal, found ${String(error)}.`, { cause: error });
  return error;
}
