/**
 * A broker in memory with its own books, its own log and its own sense of time: a test says how it answers and what it fills.
 * It does not deduplicate: an order that is sent twice is there twice, and `submissions` shows it.
 */
import {
  applyTrade,
  type Broker,
  type BrokerAccount,
  type BrokerCapabilities,
  type BrokerFill,
  type BrokerFills,
  type BrokerOrder,
  type BrokerPosition,
  type ChangeAnswer,
  type Holding,
  NOTHING_HELD,
  type OrderChanges,
  type OrderRequest,
  type SubmitAnswer,
} from '../../src/broker/index.ts';
import { type Decimal, decimal, unavailable, ZERO } from '../../src/core/index.ts';

/** How a submission goes; by default the order is accepted. */
export type Reaction = (order: OrderRequest, broker: StandInBroker) => SubmitAnswer | Promise<SubmitAnswer>;

/** What a test fills; the rest is made up. */
export interface FillOptions {
  readonly executionId?: string;
  readonly commission?: string;
}

const EVERYTHING: BrokerCapabilities = {
  orderTypes: ['market', 'limit', 'stop', 'stop_limit'],
  timesInForce: ['day', 'gtc', 'opg'],
  fractional: true,
  short: true,
  replace: true,
  extendedHours: false,
  stream: true,
};

/** See the head of this file. One account, of whoever asks. */
export class StandInBroker implements Broker {
  readonly name = 'stand-in';
  readonly mode = 'paper';
  capabilities: BrokerCapabilities = EVERYTHING;
  /** Every submission that arrived, in order, with the time of the process's own clock. */
  readonly submissions: { readonly order: OrderRequest; readonly at: number }[] = [];
  readonly orders = new Map<string, BrokerOrder>();
  /** In the order in which they are told. */
  readonly executions: BrokerFill[] = [];
  readonly holdings = new Map<string, Holding>();
  cash: Decimal;
  reaction: Reaction = (order, broker) => broker.accept(order);
  /** Whether questions are answered. */
  isUp = true;
  /** How changes and cancellations go; by default they are done. */
  changing: 'done' | 'refused' | 'unknown' = 'done';
  #listeners: ((ownerId: number) => void)[] = [];
  #ownerId = 1;

  constructor(cash = '100000') {
    this.cash = decimal(cash);
  }

  async submit(ownerId: number, order: OrderRequest): Promise<SubmitAnswer> {
    this.#ownerId = ownerId;
    this.submissions.push({ order, at: performance.now() });
    return this.reaction(order, this);
  }

  /** Takes an order and says so. */
  accept(order: OrderRequest, status: BrokerOrder['status'] = 'accepted'): SubmitAnswer {
    const { mode: _, ...rest } = order;
    const taken: BrokerOrder = {
      ...rest,
      brokerOrderId: `b-${order.clientOrderId}`,
      status,
      filledQuantity: ZERO,
      reason: null,
      submittedAt: new Date(0),
    };
    this.orders.set(order.clientOrderId, taken);
    return { kind: 'accepted', order: taken };
  }

  /** Executes a part of an order; listeners hear of it when `tell` is called. */
  fill(clientOrderId: string, quantity: string, price: string, options: FillOptions = {}): BrokerFill {
    const order = this.#known(clientOrderId);
    const { executionId = `x-${this.executions.length + 1}`, commission = '0' } = options;
    const fill: BrokerFill = {
      executionId,
      brokerOrderId: order.brokerOrderId,
      clientOrderId,
      symbol: order.symbol,
      side: order.side,
      quantity: decimal(quantity),
      price: decimal(price),
      commission: decimal(commission),
      at: new Date(0),
    };
    this.executions.push(fill);
    const filledQuantity = order.filledQuantity.plus(fill.quantity);
    const status = filledQuantity.gte(order.quantity) ? 'filled' : 'partially_filled';
    const isEnded = order.status === 'canceled' || order.status === 'expired';
    this.orders.set(clientOrderId, { ...order, filledQuantity, status: isEnded ? order.status : status });
    const effect = applyTrade(this.holdings.get(order.symbol) ?? NOTHING_HELD, fill);
    this.holdings.set(order.symbol, effect.holding);
    this.cash = this.cash.plus(effect.cashChange);
    return fill;
  }

  /** Ends an order on the broker's side. */
  end(clientOrderId: string, status: 'canceled' | 'expired' | 'rejected'): void {
    this.orders.set(clientOrderId, { ...this.#known(clientOrderId), status, reason: `${status} by the broker` });
  }

  /** Tells the listeners that something happened. */
  tell(): void {
    for (const heard of this.#listeners) heard(this.#ownerId);
  }

  async cancel(_ownerId: number, clientOrderId: string): Promise<ChangeAnswer> {
    return this.#change(clientOrderId, (order) => ({ ...order, status: 'canceled' }));
  }

  async replace(_ownerId: number, clientOrderId: string, changes: OrderChanges): Promise<ChangeAnswer> {
    return this.#change(clientOrderId, (order) => ({ ...order, ...changes }));
  }

  async order(_ownerId: number, clientOrderId: string): Promise<BrokerOrder | null> {
    this.#mustBeUp();
    return this.orders.get(clientOrderId) ?? null;
  }

  async openOrders(): Promise<readonly BrokerOrder[]> {
    this.#mustBeUp();
    return [...this.orders.values()].filter(({ status }) => OPEN.has(status));
  }

  async fills(_ownerId: number, after: string): Promise<BrokerFills> {
    this.#mustBeUp();
    const from = after === '' ? 0 : Number(after);
    const fills = this.executions.slice(from, from + 500);
    return { fills, cursor: fills.length === 0 ? after : String(from + fills.length) };
  }

  async positions(): Promise<readonly BrokerPosition[]> {
    this.#mustBeUp();
    return [...this.holdings].flatMap(([symbol, { quantity, costBasis }]) =>
      quantity.isZero() ? [] : [{ symbol, quantity, costBasis }],
    );
  }

  async account(): Promise<BrokerAccount> {
    this.#mustBeUp();
    return { currency: 'USD', cash: this.cash };
  }

  onFills(heard: (ownerId: number) => void): () => void {
    this.#listeners.push(heard);
    return () => {
      this.#listeners = this.#listeners.filter((listener) => listener !== heard);
    };
  }

  async close(): Promise<void> {
    this.#listeners = [];
  }

  #change(clientOrderId: string, change: (order: BrokerOrder) => BrokerOrder): ChangeAnswer {
    const order = this.orders.get(clientOrderId) ?? null;
    if (this.changing === 'unknown') return { kind: 'unknown', reason: 'no answer' };
    if (order === null || !OPEN.has(order.status) || this.changing === 'refused') {
      return { kind: 'refused', reason: 'not possible', order };
    }
    const changed = change(order);
    this.orders.set(clientOrderId, changed);
    return { kind: 'done', order: changed };
  }

  #known(clientOrderId: string): BrokerOrder {
    const order = this.orders.get(clientOrderId);
    if (order === undefined) throw new Error(`The broker has no order ${clientOrderId}.`);
    return order;
  }

  #mustBeUp(): void {
    if (!this.isUp) throw unavailable('The broker is down.');
  }
}

const OPEN: ReadonlySet<BrokerOrder['status']> = new Set(['pending', 'accepted', 'partially_filled']);
