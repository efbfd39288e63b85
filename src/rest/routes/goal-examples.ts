/** Examples of portfolio goals for the documents. */

/** A goal. */
export const goalExample = {
  id: 1,
  name: 'Sixty, thirty, ten',
  target_weights: { SPY: 0.6, QQQ: 0.3, CASH: 0.1 },
  drift_threshold: 0.05,
  rebalance_mode: 'alert',
  check_schedule: '*/15 9-15 * * 1-5',
  status: 'active',
  last_checked_at: '2026-01-05T15:00:00.021Z',
  created_at: '2026-01-05T14:00:00.000Z',
  updated_at: '2026-01-05T14:00:00.000Z',
} as const;

/** A drift: SPY has grown to 67 %. */
export const driftExample = {
  goal_id: 1,
  as_of: '2026-01-05T15:00:00.021Z',
  total_value: 100000,
  threshold: 0.05,
  max_drift: 0.07,
  needs_rebalance: true,
  positions: [
    {
      symbol: 'QQQ',
      quantity: 60,
      price: 400,
      value: 24000,
      target_weight: 0.3,
      current_weight: 0.24,
      drift: -0.06,
      drift_pct: -6,
      breached: true,
    },
    {
      symbol: 'SPY',
      quantity: 134,
      price: 500,
      value: 67000,
      target_weight: 0.6,
      current_weight: 0.67,
      drift: 0.07,
      drift_pct: 7,
      breached: true,
    },
    {
      symbol: 'CASH',
      quantity: 9000,
      price: 1,
      value: 9000,
      target_weight: 0.1,
      current_weight: 0.09,
      drift: -0.01,
      drift_pct: -1,
      breached: false,
    },
  ],
} as const;

const trade = {
  estimated_cost: 1.4,
  order_id: null,
  status: 'planned',
  reason: null,
} as const;

/** A plan for that. */
export const planExample = {
  goal_id: 1,
  plan_hash: '5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8',
  expires_at: '2026-01-05T15:05:00.021Z',
  cash_before: 9000,
  cash_after: 9997.4,
  residual_drift: 0.00001573,
  status: 'suggested',
  trades: [
    { symbol: 'SPY', side: 'sell', quantity: 14, estimated_price: 500, estimated_value: 7000, ...trade },
    {
      ...{ symbol: 'QQQ', side: 'buy', quantity: 15, estimated_price: 400, estimated_value: 6000, ...trade },
      estimated_cost: 1.2,
    },
  ],
} as const;
