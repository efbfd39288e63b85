/** Views for decisions: everything is in order unless a test says otherwise. */
import type { BrokerCapabilities, OrderRequest } from '../../src/broker/index.ts';
import { type Decimal, decimal } from '../../src/core/index.ts';
import { decide } from '../../src/orders/decision/decide.ts';
import type { AccountView, DecisionView, Denial, RecentOrders, WorkingOrder } from '../../src/orders/decision/view.ts';
import type { OrderOrigin } from '../../src/orders/index.ts';
import type { SafetySettings } from '../../src/safety/index.ts';

/** What differs from the view in which everything is in order. */
export interface ViewChanges extends Omit<Partial<DecisionView>, 'request' | 'origin' | 'settings' | 'account'> {
  readonly request?: Partial<OrderRequest>;
  readonly origin?: Partial<OrderOrigin>;
  readonly settings?: Partial<SafetySettings>;
  readonly account?: Partial<AccountView>;
}

export const NOW = Date.parse('2026-03-02T15:00:00Z');

/** The smallest step of a decimal. */
export const UNIT = decimal('0.00000001');

export const EVERYTHING: BrokerCapabilities = {
  orderTypes: ['market', 'limit', 'stop', 'stop_limit'],
  timesInForce: ['day', 'gtc', 'opg'],
  fractional: true,
  short: true,
  replace: true,
  extendedHours: false,
  stream: false,
};

const REQUEST: OrderRequest = {
  clientOrderId: 'order-1',
  mode: 'paper',
  symbol: 'AAPL',
  side: 'buy',
  quantity: decimal(10),
  orderType: 'market',
  limitPrice: null,
  stopPrice: null,
  timeInForce: 'day',
};

const ORIGIN: OrderOrigin = { source: 'manual', sourceId: null, actor: 'user:1', correlationId: 'correlation-1' };

const SETTINGS: SafetySettings = {
  ownerId: 1,
  state: 'active',
  epoch: 3,
  haltCause: null,
  haltReason: null,
  haltedAt: null,
  killPolicy: null,
  paperMode: true,
  updatedAt: null,
  maxDailyTrades: 10,
  maxOrdersPerMinute: 30,
  maxOrderValue: null,
  maxPositionPct: decimal('0.1'),
  maxDailyLossPct: decimal('0.05'),
  maxDrawdownPct: decimal('0.2'),
  priceCollarPct: decimal('0.05'),
  largeOrderThreshold: decimal(10_000),
};

const ACCOUNT: AccountView = {
  cash: decimal(100_000),
  equity: decimal(100_000),
  shortValue: decimal(0),
  dayStartEquity: decimal(100_000),
  peakEquity: decimal(100_000),
  positions: new Map(),
  working: [],
};

const RECENT: RecentOrders = {
  inLastMinute: 0,
  deniedOfSourceAndSymbolInLastMinute: 0,
  ofSourceAndSymbolInLastMinute: 0,
  sameAt: null,
};

/** A person's market order for 10 AAPL at 100 in an open session, of an account with 100,000; with what differs. */
export function viewOf({ request, origin, settings, account, ...changes }: ViewChanges = {}): DecisionView {
  return {
    now: NOW,
    effectiveMode: 'paper',
    capabilities: EVERYTHING,
    session: { isOpen: true, tradingDay: '2026-03-02' },
    quote: { price: decimal(100), at: NOW },
    recent: RECENT,
    tradesToday: 0,
    isStopped: false,
    ...changes,
    request: { ...REQUEST, ...request },
    origin: { ...ORIGIN, ...origin },
    settings: { ...SETTINGS, ...settings },
    account: { ...ACCOUNT, ...account },
  };
}

/** Positions by symbol. */
export function held(positions: Readonly<Record<string, string | number>>): ReadonlyMap<string, Decimal> {
  return new Map(Object.entries(positions).map(([symbol, quantity]) => [symbol, decimal(quantity)]));
}

/** A working order of AAPL at 100. */
export function working(side: 'buy' | 'sell', remaining: number, changes: Partial<WorkingOrder> = {}): WorkingOrder {
  return { symbol: 'AAPL', side, remaining: decimal(remaining), price: decimal(100), ...changes };
}

/** Why a view is denied; null when it is approved. */
export function denialOf(view: DecisionView): Denial | null {
  const verdict = decide(view);
  return verdict.kind === 'denied' ? verdict.denial : null;
}
