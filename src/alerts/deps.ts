import type { SignalDeps } from '../backtest/index.ts';
import type { Clock, IdSource, Log } from '../core/index.ts';
import type { Journal } from '../events/index.ts';
import type { MarketData } from '../market/index.ts';
import type { OrderBasis } from '../orders/index.ts';
import type { Database } from '../storage/index.ts';

/** What storing the steps of alerts takes. */
export interface AlertBasis {
  readonly database: Database;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: Log;
}

/** What alerts work with: prices, strategies and accounts are what they watch. */
export interface AlertDeps extends AlertBasis, OrderBasis, SignalDeps {
  readonly market: MarketData;
}
