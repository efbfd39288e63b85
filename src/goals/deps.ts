import type { OrderDeps } from '../orders/index.ts';
import type { SchedulerDeps } from '../scheduler/index.ts';
import type { TradingCosts } from './costs.ts';

/** What checking a goal and planning for it work with. */
export interface PlanningDeps extends OrderDeps {
  /** What trades are expected to cost. */
  readonly costs: TradingCosts;
}

/** What carries plans out; `Rebalancer` does. */
export interface PlanExecutor {
  /**
   * Carries out a plan that was begun, and answers when it has ended.
   *
   * @throws {DomainError} UNAVAILABLE when this process closes before that; the next one goes on
   */
  execute(planId: number): Promise<void>;
}

/** What rebalancing works with. */
export interface RebalanceDeps extends PlanningDeps {
  readonly rebalancer: PlanExecutor;
}

/** What commands on goals work with. */
export interface GoalDeps extends RebalanceDeps, SchedulerDeps {}
