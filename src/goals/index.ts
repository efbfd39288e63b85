/**
 * Portfolio goals: what share of an account each symbol should have, how far it is from that, and the trades that bring it
 * back. Goals are checked by jobs of the scheduler and after fills; every order of a rebalance goes through the gateway.
 */
export type { TradingCosts } from './costs.ts';
export type { GoalDeps, PlanExecutor, RebalanceDeps } from './deps.ts';
export type { Drift, DriftRow } from './drift.ts';
export { GOAL_EVENTS, type GoalEventType } from './events.ts';
export { type Goal, type GoalInput, REBALANCE_MODES, type RebalanceMode } from './goal.ts';
export { GoalMonitor } from './goal-monitor.ts';
export { type Measured, measureDrift } from './holdings.ts';
export { createPortfolioGoal, deletePortfolioGoal, updatePortfolioGoal } from './manage-goals.ts';
export { portfolioCheck } from './portfolio-check.ts';
export { type RebalanceInput, rebalancePortfolio } from './rebalance.ts';
export { Rebalancer, type RebalancerOptions } from './rebalancer.ts';
export { PLAN_STATUSES, type PlanStatus, TRADE_STATUSES, type TradeStatus } from './stored-plan.ts';
export { CASH, storedWeights, type WeightInput } from './weights.ts';
