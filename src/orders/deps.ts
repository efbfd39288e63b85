import type { Broker, TradingMode } from '../broker/index.ts';
import type { Clock, IdSource, Log } from '../core/index.ts';
import type { Journal } from '../events/index.ts';
import type { Quote } from '../market/index.ts';
import type { Database } from '../storage/index.ts';

/** The prices that decisions are made on; `MarketData` is one. */
export interface PriceSource {
  /** @throws {DomainError} VALIDATION when a symbol is unknown, UNAVAILABLE when the source is down */
  quotes(symbols: readonly string[]): Promise<readonly Quote[]>;
}

/** What orders work with, beside the gateway itself. */
export interface OrderBasis {
  readonly database: Database;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: Log;
  readonly prices: PriceSource;
  /** The brokers by mode; `paper` is always there, `live` only where one is configured. */
  readonly brokers: ReadonlyMap<TradingMode, Broker>;
  /** Whether the operator set LIVE_TRADING=enabled. */
  readonly isLiveEnabled: boolean;
}
