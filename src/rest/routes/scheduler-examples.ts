/** Examples of scheduled jobs for the documents. */
const scanResult = {
  run_id: 7,
  status: 'succeeded',
  started_at: '2026-01-05T14:00:00.021Z',
  finished_at: '2026-01-05T14:00:00.154Z',
  summary: 'buy SPY (2026-01-02)',
  error: null,
  output: { signals: [{ symbol: 'SPY', date: '2026-01-02', target: 1, signal: 'buy', previous_target: 0 }] },
} as const;

/** A job. */
export const jobExample = {
  id: 1,
  name: 'Before the open',
  job_type: 'market_scan',
  schedule: '0 9 * * 1-5',
  timezone: 'America/New_York',
  calendar: null,
  session_policy: 'skip_closed',
  enabled: true,
  overlap_policy: 'skip',
  catchup_policy: 'skip',
  catchup_window_seconds: 3600,
  timeout_seconds: 600,
  config: {
    strategy_type: 'momentum',
    params: { short_window: 20, long_window: 50 },
    symbols: ['SPY'],
    interval: '1d',
  },
  status: 'scheduled',
  pause_reason: null,
  next_run: '2026-01-06T14:00:00.000Z',
  next_runs: [
    '2026-01-06T14:00:00.000Z',
    '2026-01-07T14:00:00.000Z',
    '2026-01-08T14:00:00.000Z',
    '2026-01-09T14:00:00.000Z',
    '2026-01-12T14:00:00.000Z',
  ],
  last_run: '2026-01-05T14:00:00.021Z',
  last_result: scanResult,
  created_at: '2026-01-05T09:00:00.000Z',
  updated_at: '2026-01-05T09:00:00.000Z',
} as const;

/** A run. */
export const runExample = {
  ...scanResult,
  scheduled_for: '2026-01-05T14:00:00.000Z',
  trigger: 'cron',
  attempt: 1,
  lateness_ms: 21,
  reason: null,
  count: 1,
} as const;

/** Five due times that were missed. */
export const skipExample = {
  run_id: 8,
  status: 'skipped',
  started_at: null,
  finished_at: '2026-01-05T20:30:00.000Z',
  summary: null,
  error: null,
  output: null,
  scheduled_for: '2026-01-05T15:00:00.000Z',
  trigger: 'cron',
  attempt: 1,
  lateness_ms: null,
  reason: 'misfire',
  count: 5,
} as const;

/** The scheduler. */
export const schedulerExample = {
  running: true,
  jobs: 3,
  enabled_jobs: 2,
  running_jobs: 0,
  next_run: '2026-01-06T14:00:00.000Z',
} as const;
