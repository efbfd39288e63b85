/** Examples of orders and safety for the documents. */

export const orderExample = {
  id: 7,
  client_order_id: 'b1f0c4e2a9d34c7f8e6d5a4b3c2d1e0f',
  symbol: 'SPY',
  side: 'buy' as const,
  quantity: 10,
  order_type: 'limit' as const,
  limit_price: 740.5,
  stop_price: null,
  time_in_force: 'day' as const,
  status: 'filled' as const,
  reason_code: null,
  reason: null,
  filled_quantity: 10,
  average_fill_price: 740.25,
  source: 'manual' as const,
  mode: 'paper' as const,
  created_at: '2026-01-05T15:00:00.000Z',
  submitted_at: '2026-01-05T15:00:00.012Z',
  updated_at: '2026-01-05T15:00:00.301Z',
};

export const fillExample = {
  id: 3,
  order_id: 7,
  client_order_id: orderExample.client_order_id,
  execution_id: '1',
  symbol: 'SPY',
  side: 'buy' as const,
  quantity: 10,
  price: 740.25,
  commission: 0,
  realized_pnl: 0,
  mode: 'paper' as const,
  at: '2026-01-05T15:00:00.300Z',
};

export const positionExample = {
  symbol: 'SPY',
  quantity: 10,
  average_price: 740.25,
  market_price: 741,
  market_value: 7410,
  unrealized_pnl: 7.5,
  mode: 'paper' as const,
};

export const accountExample = {
  mode: 'paper' as const,
  currency: 'USD',
  cash: 92_597.5,
  equity: 100_007.5,
  buying_power: 92_597.5,
  realized_pnl: 0,
  unrealized_pnl: 7.5,
  day_pnl: 7.5,
};

export const safetyExample = {
  kill_switch: false,
  kill_switch_reason: null,
  kill_switch_at: null,
  paper_mode: true,
  paper_trading: true,
  max_daily_trades: 10,
  trades_today: 1,
  max_position_pct: 0.1,
  max_order_value: null,
  max_daily_loss_pct: 0.05,
  max_orders_per_minute: 30,
  price_collar_pct: 0.05,
  max_drawdown_pct: 0.2,
  large_order_threshold: 10_000,
  state: 'active' as const,
  updated_at: '2026-01-05T09:00:00.000Z',
};

export const killExample = {
  status: 'kill_switch_active' as const,
  kill_switch: true as const,
  policy: 'cancel' as const,
  drained: true,
  orders: [{ client_order_id: orderExample.client_order_id, outcome: 'canceled' as const }],
  positions_closing: [],
  at: '2026-01-05T15:00:02.000Z',
};

export const safetyEventExample = {
  id: 12,
  sequence: 12,
  kind: 'halted' as const,
  actor: 'user:1',
  reason: 'Something is wrong',
  before: { state: 'active' },
  after: { state: 'halted', halt_cause: 'kill', kill_policy: 'cancel', epoch: 1 },
  order_id: null,
  at: '2026-01-05T15:00:02.000Z',
  hash: '5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03',
};

export const stoppedSourceExample = {
  id: 1,
  source: 'strategy' as const,
  source_id: 7,
  symbol: 'SPY',
  stopped_at: '2026-01-05T15:00:02.000Z',
  released_at: null,
  released_by: null,
};
