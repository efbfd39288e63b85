/** Examples of optimization jobs for the documents. */

const params = { short_window: 20, long_window: 100, ma_type: 'sma', signal_threshold: 0 };

const train = {
  start: '2020-01-02',
  end: '2020-09-14',
  sharpe: 1.1,
  total_return: 0.09,
  max_drawdown: -0.04,
  win_rate: 0.6,
  trades: 5,
};

const test = { ...train, start: '2020-09-15', end: '2020-12-31', sharpe: 0.83, total_return: 0.03, trades: 2 };

const figures = {
  mean_sharpe: 0.83,
  sharpe_std: 0,
  mean_return: 0.03,
  max_drawdown: -0.04,
  mean_win_rate: 0.6,
  trades: 2,
};

/** A job in a list. */
export const listingExample = {
  id: 12,
  job_type: 'strategy',
  strategy_type: 'momentum',
  model_type: null,
  status: 'complete',
  created_at: '2026-01-05T09:00:00.000Z',
  best_sharpe: 0.83,
};

/** A job that has ended. */
export const optimizationExample = {
  ...listingExample,
  job_id: 12,
  strategy_id: null,
  model_id: null,
  config: {
    strategy_type: 'momentum',
    param_grid: { short_window: [20], long_window: [20, 100] },
    sections: [{ strategy_type: 'momentum', param_grid: { short_window: [20], long_window: [20, 100] }, trials: 2 }],
    skipped_types: [],
    symbols: ['SPY'],
    start: '2020-01-01',
    end: '2020-12-31',
    interval: '1d',
    method: 'grid',
    max_trials: null,
    seed: null,
    n_splits: 1,
    train_ratio: 0.7,
    initial_capital: 100_000,
    commission_bps: 0,
    slippage_bps: 2,
    allow_short: false,
    periods_per_year: 252,
    models: [],
  },
  data_source: 'simulated',
  data_hash: '5f9398b38cdafae6798d05524aa3b952064dded6011460885879397c18ae6b51',
  first_bar: '2020-01-02T00:00:00.000Z',
  last_bar: '2020-12-31T00:00:00.000Z',
  bars: 253,
  engine_version: '1',
  total_combinations: 2,
  progress: { combo: 2, total: 2, fold: 1, n_folds: 1 },
  started_at: '2026-01-05T09:00:00.020Z',
  finished_at: '2026-01-05T09:00:00.180Z',
  results: [{ rank: 1, params, ...figures, folds: [{ fold: 1, train, test }] }],
  best_params: params,
  engine: null,
  judgement: null,
  overfitting: {
    deflated_sharpe: 0.71,
    pbo: null,
    walk_forward_efficiency: 0.75,
    oos_sharpe: 0.83,
    n_trials: 1,
    stability: null,
    grid_edge: ['long_window'],
    verdict: 'review',
    reasons: [
      'With 1 combination tried, the probability that the best one is more than luck (deflated Sharpe) is 0.71; 0.95 or more is accepted, 0.8 or more is worth a review.',
      'The probability of overfitting (PBO) cannot be computed: it takes at least 40 test bars and two combinations that traded; 0.2 or less is accepted, 0.5 or less is worth a review.',
    ],
    thresholds: {
      accept: { deflated_sharpe: 0.95, pbo: 0.2, oos_sharpe: 0, positive_folds: 0.6 },
      review: { deflated_sharpe: 0.8, pbo: 0.5 },
    },
  },
  skipped: [{ params: { ...params, long_window: 20 }, reason: 'short_window must be smaller than long_window.' }],
  unranked: [],
  partial: false,
  error: null,
};

/** A combination in short. */
export const trialExample = {
  index: 1,
  strategy_type: 'momentum',
  status: 'ranked',
  rank: 1,
  params,
  ...figures,
  reason: null,
};
