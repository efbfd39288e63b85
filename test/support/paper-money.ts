/**
 * Random orders, quotes and cancels through the matching and the books of the paper broker, without a database, beside an
 * account in whole numbers that knows only what the fills say.
 */
import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { Books } from '../../src/broker/paper/books.ts';
import { isOpen, type PaperOrder } from '../../src/broker/paper/paper-order.ts';
import { PAPER_DEFAULTS } from '../../src/broker/paper/settings.ts';
import { type Step, stepOf } from '../../src/broker/paper/step.ts';
import { type Decimal, decimal, decimalText } from '../../src/core/index.ts';
import type { Quote } from '../../src/market/index.ts';
import { type ExactHolding, NOTHING, tradeExactly, units, valueOf } from './exact.ts';
import { seededRandom } from './random.ts';

/** Coins: their market never closes. */
const SYMBOLS = ['BTC-USD', 'ETH-USD', 'SOL-USD', 'EUR/USD', 'GBP/USD'];
const START = Date.parse('2026-03-02T00:00:00Z');
/** More than this are not kept open. */
const MAX_OPEN = 12;

/** What a run has done, and how far the books are from the account in whole numbers, in units of 10^-8: 0 is right. */
export interface MoneyRun {
  readonly fills: number;
  readonly partFills: number;
  readonly cancels: number;
  readonly refusals: number;
  readonly crossings: number;
  /** |cash − account|. */
  readonly cashDrift: bigint;
  /** Σ |quantity, cost and realized P&L − account|. */
  readonly positionDrift: bigint;
  /** |cash + Σ cost − initial cash − Σ realized P&L|. */
  readonly conservationDrift: bigint;
  /** Σ |filled quantity of an order − Σ its fills|. */
  readonly orderDrift: bigint;
}

/** Fees eat an account up after some ten thousand fills, and then nothing is filled any more: the next account begins before that. */
const FILLS_OF_ACCOUNT = 20_000;

/** The run of a seed, until there are `fills`, on as many accounts as that takes. Others get their turn on the way. */
export async function runMoney(seed: number, fills: number): Promise<MoneyRun> {
  const runs: MoneyRun[] = [];
  for (let left = fills; left > 0; left -= FILLS_OF_ACCOUNT) {
    runs.push(await runAccount(seed + runs.length, Math.min(left, FILLS_OF_ACCOUNT)));
  }
  const numbers = (name: 'fills' | 'partFills' | 'cancels' | 'refusals' | 'crossings'): number =>
    runs.reduce((sum, run) => sum + run[name], 0);
  const drifts = (name: 'cashDrift' | 'positionDrift' | 'conservationDrift' | 'orderDrift'): bigint =>
    runs.reduce((sum, run) => sum + run[name], 0n);
  return {
    fills: numbers('fills'),
    partFills: numbers('partFills'),
    cancels: numbers('cancels'),
    refusals: numbers('refusals'),
    crossings: numbers('crossings'),
    cashDrift: drifts('cashDrift'),
    positionDrift: drifts('positionDrift'),
    conservationDrift: drifts('conservationDrift'),
    orderDrift: drifts('orderDrift'),
  };
}

async function runAccount(seed: number, fills: number): Promise<MoneyRun> {
  const run = new Run(seed);
  while (run.fills < fills) {
    const pause = Math.min(fills, run.fills + 2000);
    while (run.fills < pause) run.step();
    await yieldToEvents();
  }
  return run.result();
}

class Run {
  readonly #random: () => number;
  readonly #settings = {
    ...PAPER_DEFAULTS,
    slippageBps: decimal('2.37'),
    commissionBps: decimal('1.13'),
    commissionPerTrade: decimal('0.35'),
  };
  readonly #books = new Books(this.#settings, this.#settings.initialCash);
  readonly #prices = new Map<string, number>(SYMBOLS.map((symbol, index) => [symbol, 10 ** (index - 1)]));
  readonly #exact = new Map<string, ExactHolding>();
  /** Σ fills of the open orders. */
  readonly #filled = new Map<number, bigint>();
  #open: PaperOrder[] = [];
  #cash = units(decimalText(this.#settings.initialCash));
  #now = START;
  #orders = 0;
  #orderDrift = 0n;
  fills = 0;
  #partFills = 0;
  #cancels = 0;
  #refusals = 0;
  #crossings = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** Some time passes; then an order, a cancel, or a quote that all open orders of its symbol meet. */
  step(): void {
    this.#now += 1 + Math.floor(this.#random() * 60_000);
    const dice = this.#random();
    if (dice < 0.4 && this.#open.length < MAX_OPEN) this.#open.push(this.#newOrder());
    else if (dice < 0.43) this.#cancel();
    else this.#quote();
  }

  #newOrder(): PaperOrder {
    const symbol = this.#pick(SYMBOLS);
    const price = this.#prices.get(symbol) ?? 1;
    const held = this.#books.holding(symbol).quantity;
    // Half of the orders go against what is held, some of them through zero.
    const side = this.#random() < 0.5 ? this.#pick(['buy', 'sell'] as const) : held.isNeg() ? 'buy' : 'sell';
    const orderType = this.#pick(['market', 'market', 'limit', 'stop', 'stop_limit'] as const);
    const near = (): Decimal => this.#decimal(price * (0.98 + 0.04 * this.#random()));
    return {
      id: ++this.#orders,
      clientOrderId: `order-${this.#orders}`,
      ...{ symbol, side, orderType, timeInForce: 'gtc', status: 'accepted', reason: null },
      quantity: this.#quantity(held, price),
      limitPrice: orderType === 'limit' || orderType === 'stop_limit' ? near() : null,
      stopPrice: orderType === 'stop' || orderType === 'stop_limit' ? near() : null,
      ...{ filledQuantity: decimal(0), filledValue: decimal(0), triggeredAt: null, quotedAt: null },
      expiresAt: this.#random() < 0.5 ? null : new Date(this.#now + 3_600_000),
      createdAt: new Date(this.#now),
    };
  }

  /** Dust, exactly what is held, or something around a thousandth to a tenth of the account. */
  #quantity(held: Decimal, price: number): Decimal {
    const dice = this.#random();
    if (dice < 0.1) return this.#decimal(1e-8 * (1 + Math.floor(20 * this.#random())));
    if (dice < 0.3 && !held.isZero()) return held.abs();
    return this.#decimal((10_000 / price) * this.#random() ** 4);
  }

  #cancel(): void {
    const [gone] = this.#open.splice(Math.floor(this.#random() * this.#open.length), 1);
    if (gone === undefined) return;
    this.#cancels++;
    this.#end(gone);
  }

  #quote(): void {
    const symbol = this.#pick(SYMBOLS);
    const price = Math.max(0.001, (this.#prices.get(symbol) ?? 1) * Math.exp(0.01 * (this.#random() - 0.5)));
    this.#prices.set(symbol, price);
    const spread = this.#random() < 0.3 ? null : price * 0.0005 * this.#random();
    const sides = spread === null ? { bid: null, ask: null } : { bid: price - spread, ask: price + spread };
    const quote: Quote = { symbol, price, ...sides, at: new Date(this.#now), source: 'stand-in' };
    const available = this.#random() < 0.3 ? this.#decimal((20_000 / price) * this.#random() ** 4) : null;
    const terms = { slippageBps: this.#settings.slippageBps, available };
    this.#open = this.#open
      .map((order) => {
        const view = { quote: order.symbol === symbol ? quote : undefined, terms, books: this.#books, now: quote.at };
        const step = stepOf(order, view);
        if (step !== null) this.#book(order, step);
        return step?.order ?? order;
      })
      .filter(isOpen);
  }

  /** Books the fill a second time, in whole numbers, by nothing but its texts. */
  #book(before: PaperOrder, { order, fill }: Step): void {
    if (fill !== null) {
      const [quantity, price, commission] = [fill.quantity, fill.price, fill.commission].map(decimalText).map(units);
      if (quantity === undefined || price === undefined || commission === undefined) throw new Error('unreachable');
      const signed = order.side === 'buy' ? quantity : -quantity;
      this.#cash -= valueOf(signed, price) + commission;
      const held = this.#exact.get(order.symbol) ?? NOTHING;
      const next = tradeExactly(held, { signed, price, commission });
      if (held.quantity * next.quantity < 0n) this.#crossings++;
      this.#exact.set(order.symbol, next);
      this.#filled.set(order.id, (this.#filled.get(order.id) ?? 0n) + quantity);
      this.fills++;
      if (order.status === 'partially_filled') this.#partFills++;
    }
    if (order.status === 'canceled' && before.status !== 'canceled') this.#refusals++;
    if (!isOpen(order)) this.#end(order);
  }

  #end(order: PaperOrder): void {
    this.#orderDrift += distance(units(decimalText(order.filledQuantity)), this.#filled.get(order.id) ?? 0n);
    this.#filled.delete(order.id);
  }

  result(): MoneyRun {
    for (const order of this.#open) this.#end(order);
    let positionDrift = 0n;
    let balance = units(decimalText(this.#books.cash)) - units(decimalText(this.#settings.initialCash));
    for (const symbol of SYMBOLS) {
      const { quantity, costBasis, realizedPnl } = this.#books.holding(symbol);
      const exact = this.#exact.get(symbol) ?? NOTHING;
      const [held = 0n, cost = 0n, realized = 0n] = [quantity, costBasis, realizedPnl].map(decimalText).map(units);
      positionDrift += distance(held, exact.quantity) + distance(cost, exact.cost) + distance(realized, exact.realized);
      balance += cost - realized;
    }
    return {
      fills: this.fills,
      partFills: this.#partFills,
      cancels: this.#cancels,
      refusals: this.#refusals,
      crossings: this.#crossings,
      cashDrift: distance(units(decimalText(this.#books.cash)), this.#cash),
      positionDrift,
      conservationDrift: distance(balance, 0n),
      orderDrift: this.#orderDrift,
    };
  }

  #pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.#random() * items.length)];
    if (item === undefined) throw new Error('There is nothing to pick from.');
    return item;
  }

  /** On the grid, above 0. */
  #decimal(value: number): Decimal {
    const text = value.toFixed(8);
    return decimal(Number(text) === 0 ? '0.00000001' : text);
  }
}

function distance(a: bigint, b: bigint): bigint {
  return a > b ? a - b : b - a;
}
