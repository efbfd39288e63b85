/** What a broker is asked for, and the seal without which it is not asked. */
import type { Decimal } from '../core/index.ts';
import type { OrderType, Side, TimeInForce, TradingMode } from './vocabulary.ts';

/** An order, complete and well-formed. */
export interface OrderRequest {
  /** Unique within the account, for ever; 1 to 48 of `A-Z a-z 0-9 _ -`. */
  readonly clientOrderId: string;
  readonly mode: TradingMode;
  /** Canonical, see `parseSymbol`. */
  readonly symbol: string;
  readonly side: Side;
  /** Above 0, at most 8 decimals. */
  readonly quantity: Decimal;
  readonly orderType: OrderType;
  /** Of limit and stop_limit orders, else null; above 0. */
  readonly limitPrice: Decimal | null;
  /** Of stop and stop_limit orders, else null; above 0. */
  readonly stopPrice: Decimal | null;
  readonly timeInForce: TimeInForce;
}

declare const approved: unique symbol;

/** What passed the gateway. Only `approve` makes one, and only the gateway calls it (test/architecture.test.ts holds that). */
export type Approved<T> = T & { readonly [approved]: true };

/** The seal. See `Approved`. */
export function approve<T>(request: T): Approved<T> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The one place where the seal is put on.
  return request as Approved<T>;
}
