import type { BrokerCapabilities, OrderRequest, Side, TradingMode } from '../../broker/index.ts';
import type { Decimal } from '../../core/index.ts';
import type { SafetySettings } from '../../safety/index.ts';
import type { OrderOrigin } from '../order-source.ts';
import type { DenialCode } from '../reason-code.ts';

/** The newest price of a symbol. */
export interface MarkedPrice {
  readonly price: Decimal;
  /** Epoch ms. */
  readonly at: number;
}

/** An order of ours that may still be filled (also one under way or unknown). */
export interface WorkingOrder {
  readonly symbol: string;
  readonly side: Side;
  /** Not yet filled. */
  readonly remaining: Decimal;
  /** What the rest is filled at, at most: `highestPrice` with the price that it was decided on. */
  readonly price: Decimal;
}

/** Whether and when the instrument trades. */
export interface SessionView {
  readonly isOpen: boolean;
  /** The trading day that counts, `YYYY-MM-DD`. */
  readonly tradingDay: string;
}

/** The money and the positions of the account at the newest prices. */
export interface AccountView {
  readonly cash: Decimal;
  /** Null when a position cannot be priced; then nothing that needs it passes. */
  readonly equity: Decimal | null;
  /** What the short positions are worth at the newest prices, 0 or more; null when one cannot be priced. */
  readonly shortValue: Decimal | null;
  readonly dayStartEquity: Decimal;
  readonly peakEquity: Decimal;
  /** Quantity by symbol, negative when short. */
  readonly positions: ReadonlyMap<string, Decimal>;
  /** All orders that may still be filled, the one that is decided not among them. */
  readonly working: readonly WorkingOrder[];
}

/** What was ordered lately. */
export interface RecentOrders {
  /** Orders of the owner in the last 60 s that were not denied, and changes of orders that were not. */
  readonly inLastMinute: number;
  /** The same source, the same symbol, not denied, in the last 60 s; no changes. Sources are told apart by `sourceKey`. */
  readonly ofSourceAndSymbolInLastMinute: number;
  /** Orders and changes of the same source for the same symbol that were denied in the last 60 s, not as a runaway's. */
  readonly deniedOfSourceAndSymbolInLastMinute: number;
  /** When the same source last ordered the same symbol, side and quantity and was not denied; epoch ms. */
  readonly sameAt: number | null;
}

/** Everything that a decision looks at. Pure data: deciding reads nothing else. */
export interface DecisionView {
  /** Epoch ms. */
  readonly now: number;
  readonly request: OrderRequest;
  readonly origin: OrderOrigin;
  readonly settings: SafetySettings;
  /** The mode in which the server and the settings let the owner trade. */
  readonly effectiveMode: TradingMode;
  readonly capabilities: BrokerCapabilities;
  /** Null when there is no instrument of this name. */
  readonly session: SessionView | null;
  /** Null when there is no price. */
  readonly quote: MarkedPrice | null;
  readonly account: AccountView;
  readonly recent: RecentOrders;
  /** Trades of the trading day that are reserved or made. */
  readonly tradesToday: number;
  /** Whether this source and symbol were stopped as a runaway and not released. */
  readonly isStopped: boolean;
}

/** Why an order is denied. */
export interface Denial {
  readonly code: DenialCode;
  /** What was expected, what was found, what to do. */
  readonly message: string;
  /** The bound and what was found, as decimal texts, where the check is about a number. */
  readonly limit?: string;
  readonly observed?: string;
  /** What a check threw, which is a fault of ours: nothing passes what cannot be checked. */
  readonly fault?: unknown;
  /** What has to happen beside denying: the source is stopped, or trading is halted. */
  readonly consequence?: 'stop_source' | 'halt_daily_loss' | 'halt_drawdown';
}

/** One pre-trade check: null lets the order pass. */
export type Check = (view: DecisionView) => Denial | null;

export type Verdict =
  | {
      readonly kind: 'approved';
      /** Whether it can only bring the position nearer to 0. Such an order takes no place among the daily trades. */
      readonly isReducing: boolean;
    }
  | { readonly kind: 'denied'; readonly isReducing: boolean; readonly denial: Denial };
