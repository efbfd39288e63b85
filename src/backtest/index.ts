/**
 * The backtester: fills what a strategy wants on past bars, keeps the account, and measures the result. Pure and
 * synchronous, so that it runs in any thread. It does not fetch prices, search parameters or place real orders.
 */

export type { AccountRun, Slice } from './account-run.ts';
export { type AnnounceDeps, STRATEGY_SIGNALED } from './announce-signals.ts';
export { type BacktestInput, type BacktestResult, runBacktest } from './backtest.ts';
export {
  type BacktestDeps,
  type BacktestOutcome,
  type BacktestRequest,
  backtestStrategy,
  backtestTask,
} from './backtest-strategy.ts';
export { type Costs, costsOf } from './costs.ts';
export type { FollowedModel } from './followed-model.ts';
export { marketScan } from './market-scan.ts';
export {
  computeMetrics,
  equityReturns,
  type Metrics,
  maxDrawdown,
  mean,
  sampleDeviation,
  sharpe,
  totalReturn,
  winRate,
} from './metrics/index.ts';
export { type BacktestSettings, parseSettings, type RawSettings } from './settings.ts';
export { currentSignals, type Signal } from './signals.ts';
export {
  decisionInput,
  isFiniteRun,
  legsOf,
  OVERFLOW_REASON,
  prepareSimulation,
  type SimulationInput,
} from './simulation.ts';
export { type SignalDeps, strategySignals } from './strategy-signals.ts';
export type { Leg } from './target-account.ts';
export { profitOf, type Trade } from './trade.ts';
