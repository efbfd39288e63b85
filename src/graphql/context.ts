import type { Principal } from '../access/index.ts';
import type { AlertDeps } from '../alerts/index.ts';
import type { BacktestDeps } from '../backtest/index.ts';
import type { Log } from '../core/index.ts';
import type { GoalDeps } from '../goals/index.ts';
import type { OptimizeDeps } from '../optimize/index.ts';
import type { KillDeps } from '../orders/index.ts';
import type { SchedulerDeps } from '../scheduler/index.ts';
import type { StrategyDeps } from '../strategies/index.ts';
import type { WebhookDeps } from '../webhooks/index.ts';

/** What the program says of itself. */
export interface ProgramInfo {
  readonly version: string;
}

/** Everything that resolvers call: the use cases' dependencies, bound once in `app.ts`. */
export interface Services
  extends StrategyDeps,
    BacktestDeps,
    OptimizeDeps,
    SchedulerDeps,
    KillDeps,
    GoalDeps,
    AlertDeps,
    WebhookDeps {
  readonly info: ProgramInfo;
  readonly log: Log;
}

/** Who asks, over any transport. */
export interface Caller {
  readonly principal: Principal;
  /** Correlates the answer with the log. */
  readonly requestId: string;
}

/** What every resolver gets. */
export interface GraphQLContext {
  readonly caller: Caller;
  readonly services: Services;
  /** Most rows that one page of a list may have. */
  readonly largestPage: number;
}
