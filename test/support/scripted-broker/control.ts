/** How a test looks at the broker and moves it: the same in its own process and in another. */
import type { FaultRule, SeededFaults } from './faults.ts';
import type { Operation, OrderMessage } from './messages.ts';

/** A request that arrived. Times are of `machineNow`. */
export interface ReceivedRequest {
  readonly at: number;
  readonly operation: Operation;
  readonly account: number;
  /** Null where the request names none. */
  readonly clientOrderId: string | null;
  /** The misbehaviour that it met, e.g. `reset` or `reset after`. */
  readonly fault: string | null;
}

/** An order that the broker took. */
export interface AcceptedOrder {
  /** When it was taken, by `machineNow`. */
  readonly at: number;
  readonly account: number;
  readonly brokerOrderId: string;
  readonly message: OrderMessage;
}

/** Everything since the start or the last reset, oldest first. */
export interface BrokerLog {
  readonly requests: readonly ReceivedRequest[];
  readonly accepted: readonly AcceptedOrder[];
}

/** A fill made by hand. */
export interface HandFill {
  readonly account: number;
  readonly clientOrderId: string;
  readonly size: string;
  /** Default: the present price. */
  readonly price?: string;
}

/** The other side of the broker. */
export interface BrokerControl {
  log(): Promise<BrokerLog>;
  /** Lets the next requests misbehave, in the order of the rules. */
  script(rules: readonly FaultRule[]): Promise<void>;
  /** Lets requests misbehave at random; null: no more. */
  seed(seeded: SeededFaults | null): Promise<void>;
  /** Every request takes this long, half before the broker looks at it and half after. */
  setLatency(latency: { readonly ms: number; readonly jitterMs: number }): Promise<void>;
  /** Whether connections are refused. Those that are open break. */
  setDown(isDown: boolean): Promise<void>;
  /** Breaks every connection. */
  disconnect(): Promise<void>;
  setQuote(instrument: string, price: string): Promise<void>;
  /** Moves the broker's clock on. */
  advance(ms: number): Promise<void>;
  /** Lets the broker's clock be wrong by so much, without anything happening. */
  setSkew(ms: number): Promise<void>;
  /** Fills an order, also beyond what it asked for and after its end. */
  fillByHand(fill: HandFill): Promise<void>;
  /** Does now what `late` requests have asked for. */
  releaseLate(): Promise<void>;
  /** An order that somebody placed past us; answers its id at the broker. */
  placeElsewhere(account: number, order: OrderMessage): Promise<string>;
  /** Forgets orders, books, faults and log; keeps prices, clock and latency. */
  reset(): Promise<void>;
}

/** The commands by name, for the way between processes. */
export const CONTROL_COMMANDS = [
  'log',
  'script',
  'seed',
  'setLatency',
  'setDown',
  'disconnect',
  'setQuote',
  'advance',
  'setSkew',
  'fillByHand',
  'releaseLate',
  'placeElsewhere',
  'reset',
] as const satisfies readonly (keyof BrokerControl)[];
