import type { Decimal } from '../core/index.ts';
import type { Approved, OrderRequest } from './order-request.ts';
import type { OrderType, Side, TimeInForce, TradingMode } from './vocabulary.ts';

/** What a broker can do; what it cannot is refused by us and never sent in another form. */
export interface BrokerCapabilities {
  readonly orderTypes: readonly OrderType[];
  readonly timesInForce: readonly TimeInForce[];
  /** Whether quantities may have decimals. */
  readonly fractional: boolean;
  /** Whether positions may be negative. */
  readonly short: boolean;
  /** Whether a working order can be changed in place. */
  readonly replace: boolean;
  /**
   * Whether orders work outside the session of an exchange. Without it we send none then but `opg` ones and closing orders of
   * a kill; the broker refuses those, or lets them wait for the next session.
   */
  readonly extendedHours: boolean;
  /** Whether `onFills` is told of fills as they happen; without it they are polled. */
  readonly stream: boolean;
}

/** What a broker says of an order; `pending` ones have been taken and not yet been acknowledged by the market. */
export type BrokerOrderStatus =
  | 'pending'
  | 'accepted'
  | 'partially_filled'
  | 'filled'
  | 'canceled'
  | 'expired'
  | 'rejected';

/** An order as the broker has it. */
export interface BrokerOrder extends Omit<OrderRequest, 'mode'> {
  readonly brokerOrderId: string;
  /** Empty when it was placed elsewhere and carries none. */
  readonly clientOrderId: string;
  readonly status: BrokerOrderStatus;
  readonly filledQuantity: Decimal;
  /** The broker's reason, of rejected, expired and canceled orders. */
  readonly reason: string | null;
  /** By the broker's clock. */
  readonly submittedAt: Date;
}

/** One execution. */
export interface BrokerFill {
  /** Unique within the account. */
  readonly executionId: string;
  readonly brokerOrderId: string;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  /** Above 0. */
  readonly quantity: Decimal;
  /** Above 0. */
  readonly price: Decimal;
  /** 0 or more, in the account's currency. */
  readonly commission: Decimal;
  /** By the broker's clock. */
  readonly at: Date;
}

/** Fills in the order in which they happened, and where to go on. */
export interface BrokerFills {
  readonly fills: readonly BrokerFill[];
  /** Ask with this the next time; opaque. The first time with ''. */
  readonly cursor: string;
}

export interface BrokerPosition {
  readonly symbol: string;
  /** Negative when sold short; never 0. */
  readonly quantity: Decimal;
  readonly costBasis: Decimal;
}

export interface BrokerAccount {
  readonly currency: string;
  readonly cash: Decimal;
}

/** What came of a submission. Only `rejected` says that the order does not exist. */
export type SubmitAnswer =
  | { readonly kind: 'accepted'; readonly order: BrokerOrder }
  | { readonly kind: 'rejected'; readonly reason: string }
  /** No answer, an answer that says nothing (5xx, garbage), or one that is about another order: the order may exist. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** What came of a request to cancel or change an order. */
export type ChangeAnswer =
  /** Done, or under way: the order says what became of it. */
  | { readonly kind: 'done'; readonly order: BrokerOrder }
  /** The order has ended, or the broker does not know it. */
  | { readonly kind: 'refused'; readonly reason: string; readonly order: BrokerOrder | null }
  | { readonly kind: 'unknown'; readonly reason: string };

/** How a working order is changed; what is left out stays. */
export interface OrderChanges {
  readonly quantity?: Decimal;
  readonly limitPrice?: Decimal;
  readonly stopPrice?: Decimal;
}

/** How a request to the broker ends early. */
export interface BrokerCall {
  readonly signal?: AbortSignal;
}

/**
 * Port: a broker. `ownerId` says whose account. Commands never throw for what the broker or the network did: their answers
 * say it. Questions throw.
 *
 * An order is sent once, by `submit`, and nothing here repeats it. Adapters translate: nothing above sees a vendor's words.
 */
export interface Broker {
  readonly name: string;
  readonly mode: TradingMode;
  readonly capabilities: BrokerCapabilities;
  /** Sends an order, once. */
  submit(ownerId: number, order: Approved<OrderRequest>, call?: BrokerCall): Promise<SubmitAnswer>;
  cancel(ownerId: number, clientOrderId: string, call?: BrokerCall): Promise<ChangeAnswer>;
  /** Only where `capabilities.replace`. */
  replace(ownerId: number, clientOrderId: string, changes: OrderChanges, call?: BrokerCall): Promise<ChangeAnswer>;
  /**
   * The order with this client id; null when the broker says that there is none.
   *
   * @throws {DomainError} UNAVAILABLE when the broker does not say; so do all questions
   */
  order(ownerId: number, clientOrderId: string, call?: BrokerCall): Promise<BrokerOrder | null>;
  /** Every order that may still be filled. */
  openOrders(ownerId: number, call?: BrokerCall): Promise<readonly BrokerOrder[]>;
  /** Fills after a cursor of an earlier answer, at most 500 at a time: ask again until there are none. */
  fills(ownerId: number, after: string, call?: BrokerCall): Promise<BrokerFills>;
  positions(ownerId: number, call?: BrokerCall): Promise<readonly BrokerPosition[]>;
  account(ownerId: number, call?: BrokerCall): Promise<BrokerAccount>;
  /** Calls `heard` when an account may have new fills or orders that ended; the listener then asks. Answers how to stop. */
  onFills(heard: (ownerId: number) => void): () => void;
  /** Starts afresh with the initial cash, no positions and no open orders. Only a paper broker has it. */
  reset?(ownerId: number, initialCash: Decimal): Promise<void>;
  close(): Promise<void>;
}
