/** The account that an owner trades with now, as goals look at it. */
import { type Principal, requireScope } from '../access/index.ts';
import type { TradingMode } from '../broker/index.ts';
import { effectiveMode, type OrderBasis, readPortfolio } from '../orders/index.ts';
import { readSafety } from '../safety/index.ts';
import { type Drift, type Holdings, measureHoldings } from './drift.ts';
import { findGoal } from './find-goal.ts';
import { type Goal, goalOf } from './goal.ts';

/** A goal's drift, and what it was measured on. */
export interface Measured {
  readonly goal: Goal;
  readonly mode: TradingMode;
  readonly holdings: Holdings;
  readonly drift: Drift;
  /** The symbols among them whose market is closed now. */
  readonly closed: readonly string[];
  readonly at: Date;
}

/**
 * How far the caller's account is from a goal now. Scope `read`.
 *
 * @throws {DomainError} NOT_FOUND; CONFLICT when the account is worth nothing; UNKNOWN_SYMBOL, STALE_PRICE or UNAVAILABLE naming
 * the symbols that have no price
 */
export async function measureDrift(deps: OrderBasis, principal: Principal, goalId: number): Promise<Measured> {
  requireScope(principal, 'read');
  return await measureGoal(deps, goalOf(await findGoal(deps.database.read, principal, goalId)));
}

/** The same of a goal that was read. */
export async function measureGoal(deps: OrderBasis, goal: Goal): Promise<Measured> {
  const mode = await modeNow(deps, goal.ownerId);
  const { closed, ...holdings } = await readPortfolio(deps, { ownerId: goal.ownerId, mode }, goal.targets.keys());
  const at = new Date(deps.clock.now());
  return { goal, mode, holdings, drift: measureHoldings(goal, holdings), closed, at };
}

/** The mode in which an owner trades now. */
export async function modeNow(deps: OrderBasis, ownerId: number): Promise<TradingMode> {
  return effectiveMode(deps, await readSafety(deps.database.read, ownerId));
}
