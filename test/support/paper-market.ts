/** A paper broker beside a market in which a test says every price. */
import {
  approve,
  type OrderRequest,
  PaperBroker,
  type PaperBrokerOptions,
  type PaperPrices,
} from '../../src/broker/index.ts';
import { decimal, invalid } from '../../src/core/index.ts';
import type { Quote } from '../../src/market/index.ts';
import type { Database } from '../../src/storage/index.ts';
import { ManualClock } from './clock.ts';

/** A Wednesday in July: the session in New York is from 13:30 to 20:00 UTC. */
export const SESSION_NOON = '2026-07-08T16:00:00.000Z';

/** Prices as they were set last. */
export class ScriptedPrices implements PaperPrices {
  readonly #clock: ManualClock;
  readonly #quotes = new Map<string, Quote>();
  readonly #volumes = new Map<string, number>();
  /** What the next questions throw; null: they are answered. */
  failure: Error | null = null;
  /** The symbols of every question. */
  readonly asked: (readonly string[])[] = [];

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  /** A new quote, of now unless `at` says otherwise. */
  set(symbol: string, price: number, more: Partial<Omit<Quote, 'symbol' | 'price'>> = {}): void {
    const at = more.at ?? new Date(this.#clock.now());
    this.#quotes.set(symbol, { symbol, price, bid: null, ask: null, source: 'stand-in', ...more, at });
  }

  setVolume(symbol: string, volume: number): void {
    this.#volumes.set(symbol, volume);
  }

  async quotes(symbols: readonly string[]): Promise<readonly Quote[]> {
    this.asked.push(symbols);
    if (this.failure !== null) throw this.failure;
    return symbols.map((symbol) => {
      const quote = this.#quotes.get(symbol);
      if (quote === undefined) throw invalid('symbols', `There is no price for ${symbol}.`);
      return quote;
    });
  }

  async volume(symbol: string): Promise<number | null> {
    return this.#volumes.get(symbol) ?? null;
  }
}

/** A paper broker that a test moves on by itself: nothing is matched but by `tick`, `match` or `start`. */
export class PaperMarket {
  readonly clock: ManualClock;
  readonly prices: ScriptedPrices;
  readonly broker: PaperBroker;
  readonly errors: unknown[] = [];
  #orders = 0;

  constructor(database: Database, options: Partial<PaperBrokerOptions> & { readonly now?: string } = {}) {
    const { now = SESSION_NOON, ...rest } = options;
    this.clock = new ManualClock(now);
    this.prices = new ScriptedPrices(this.clock);
    this.broker = new PaperBroker({
      database,
      clock: this.clock,
      prices: this.prices,
      onError: (error) => this.errors.push(error),
      ...rest,
    });
  }

  /** A second later there is a new price, and the broker looks at it. */
  async tick(symbol: string, price: number, more: Partial<Omit<Quote, 'symbol' | 'price'>> = {}): Promise<void> {
    this.clock.advance(1000);
    this.prices.set(symbol, price, more);
    await this.broker.match();
  }

  /** An order with a client id of its own: a day order to buy 10 IBM at the market, but for what is given. */
  order(given: PaperOrderInput = {}): ReturnType<typeof approve<OrderRequest>> {
    this.#orders++;
    const { quantity = 10, limitPrice = null, stopPrice = null, ...rest } = given;
    return approve<OrderRequest>({
      clientOrderId: `order-${this.#orders}`,
      mode: 'paper',
      symbol: 'IBM',
      side: 'buy',
      orderType: 'market',
      timeInForce: 'day',
      quantity: decimal(quantity),
      limitPrice: limitPrice === null ? null : decimal(limitPrice),
      stopPrice: stopPrice === null ? null : decimal(stopPrice),
      ...rest,
    });
  }

  /** Places it; fails unless it is accepted. Answers its client id. */
  async place(ownerId: number, given: PaperOrderInput = {}): Promise<string> {
    const order = this.order(given);
    const answer = await this.broker.submit(ownerId, order);
    if (answer.kind !== 'accepted') throw new Error(`The order was ${answer.kind}: ${answer.reason}`);
    return order.clientOrderId;
  }
}

/** An order with numbers or texts where decimals go. */
export type PaperOrderInput = Partial<Omit<OrderRequest, 'quantity' | 'limitPrice' | 'stopPrice'>> & {
  readonly quantity?: string | number;
  readonly limitPrice?: string | number | null;
  readonly stopPrice?: string | number | null;
};
