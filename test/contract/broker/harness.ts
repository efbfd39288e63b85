/** What the contract of brokers asks of a test: a broker with an account, a market to move, and a look at the other side. */
import { approve, type Broker, type OrderRequest } from '../../../src/broker/index.ts';
import { decimal } from '../../../src/core/index.ts';

/** An order as it reached the broker: decimals as canonical texts, prices that it has none of null. */
export interface ReceivedOrder {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: string;
  readonly quantity: string;
  readonly orderType: string;
  readonly limitPrice: string | null;
  readonly stopPrice: string | null;
  readonly timeInForce: string;
}

/** Faults between us and a broker on the other side of a network. Each resolves when it is in force. */
export interface BrokerNetwork {
  /** The next submission is taken and its answer lost. */
  loseAnswer(): Promise<void>;
  /** The next submission does not arrive. */
  loseRequest(): Promise<void>;
  /** The next request of any kind is not answered. */
  fallSilent(): Promise<void>;
  /** The next request of any kind is refused because there were too many. */
  throttle(): Promise<void>;
  /** Breaks every connection. */
  disconnect(): Promise<void>;
  setDown(isDown: boolean): Promise<void>;
}

/**
 * A broker in the hands of a test. Its clock starts at 2026-03-12T15:00:00Z, a Thursday on which New York trades from
 * 13:30 to 20:00 UTC; its accounts start with `INITIAL_CASH`.
 */
export interface BrokerHarness {
  readonly broker: Broker;
  /** Two accounts. */
  readonly ownerId: number;
  readonly otherOwnerId: number;
  /** Sets the price; resolves when every working order has been looked at with it. */
  setQuote(symbol: string, price: string): Promise<void>;
  /** Moves the broker's clock on; resolves when opening and closing hours have been looked at. */
  advance(ms: number): Promise<void>;
  /** Every order that the broker took, of both accounts, oldest first. */
  atBroker(): Promise<readonly ReceivedOrder[]>;
  /** Whether the broker knows a client id again; otherwise a second submission makes a second order. */
  readonly deduplicates: boolean;
  /** Fills a part of a working order at the present price; absent where only the market fills. */
  readonly fillPart?: (clientOrderId: string, quantity: string) => Promise<void>;
  /** Absent where there is no network. */
  readonly network?: BrokerNetwork;
  /** Closes the broker, and whatever stands behind it. */
  close(): Promise<void>;
}

/** What a suite is declared for. */
export interface BrokerSubject {
  readonly name: string;
  readonly create: () => Promise<BrokerHarness>;
}

/** In the account's currency. */
export const INITIAL_CASH = '100000';

/** The harness of the test that runs. */
export type Current = () => BrokerHarness;

/** An order in a test's words: what it leaves out is a purchase of 10 SPY at the market, for the day. */
export interface Wanted {
  readonly id: string;
  readonly symbol?: string;
  readonly side?: OrderRequest['side'];
  readonly quantity?: string;
  readonly type?: OrderRequest['orderType'];
  readonly limit?: string;
  readonly stop?: string;
  readonly tif?: OrderRequest['timeInForce'];
}

/** An order with the gateway's seal; tests stand in for the gateway. */
export function orderOf(broker: Broker, wanted: Wanted) {
  const { id, symbol = 'SPY', side = 'buy', quantity = '10', type = 'market', limit, stop, tif = 'day' } = wanted;
  return approve<OrderRequest>({
    clientOrderId: id,
    mode: broker.mode,
    symbol,
    side,
    quantity: decimal(quantity),
    orderType: type,
    limitPrice: limit === undefined ? null : decimal(limit),
    stopPrice: stop === undefined ? null : decimal(stop),
    timeInForce: tif,
  });
}
