/** Rebalancing on somebody's word: a plan is suggested, or a plan that was seen is carried out, or the goal's own. */
import { type Principal, requireScope } from '../access/index.ts';
import { conflict, invalid, shown } from '../core/index.ts';
import type { GoalRow, RebalancePlanRow } from '../storage/index.ts';
import { beginPlan } from './begin-plan.ts';
import type { RebalanceDeps } from './deps.ts';
import { findGoal } from './find-goal.ts';
import { goalOf } from './goal.ts';
import { measureGoal } from './holdings.ts';
import { proposePlan } from './propose-plan.ts';

/** What a caller asks for. */
export interface RebalanceInput {
  readonly goalId: number;
  /** Only suggest, whatever the mode of the goal is. Default false. */
  readonly dryRun?: boolean | null | undefined;
  /** The hash of a plan that the caller has seen, and that is to be carried out. */
  readonly planHash?: string | null | undefined;
}

/**
 * With a `planHash` that plan is carried out, in every mode of the goal; asked again, it answers what came of it. Without one a
 * goal in the mode `auto` makes its plan and carries it out, and every other one only suggests. Scope `trade`.
 *
 * @throws {DomainError} NOT_FOUND, VALIDATION; PLAN_STALE and EXPIRED of a plan that fits no more; CONFLICT while another is carried
 * out or orders of its symbols work; what `measureDrift` throws; UNAVAILABLE when this process closes meanwhile
 */
export async function rebalancePortfolio(
  deps: RebalanceDeps,
  principal: Principal,
  { goalId, dryRun, planHash }: RebalanceInput,
): Promise<RebalancePlanRow> {
  requireScope(principal, 'trade');
  const goal = await findGoal(deps.database.read, principal, goalId);
  if (planHash != null) {
    if (dryRun === true) throw invalid('dryRun', 'A plan that planHash names is carried out: leave one of them out.');
    return await carryOutSeen(deps, goal, planHash);
  }
  const isOnlySuggested = dryRun === true || goal.rebalanceMode !== 'auto';
  const measured = await measureGoal(deps, goalOf(goal));
  const cause = { actor: `user:${principal.userId}`, correlationId: deps.ids.next() };
  const plan = await proposePlan(deps, measured, cause);
  if (isOnlySuggested || plan.status !== 'suggested') return plan;
  return await carryOut(deps, { plan, goal });
}

/** @throws {DomainError} as above */
async function carryOutSeen(deps: RebalanceDeps, goal: GoalRow, hash: string): Promise<RebalancePlanRow> {
  const plan = await deps.database.read.rebalancePlan.findFirst({
    where: { goalId: goal.id, hash },
    orderBy: { id: 'desc' },
  });
  if (plan === null) {
    throw invalid('planHash', `planHash must be of a plan of this goal, found ${shown(hash)}: ask for one first.`);
  }
  if (plan.status === 'executing') throw conflict(`The plan ${plan.id} is being carried out.`);
  return plan.status === 'suggested' ? await carryOut(deps, { plan, goal }) : plan;
}

/** Begins a plan and answers it when it has ended. */
async function carryOut(
  deps: RebalanceDeps,
  asked: { readonly plan: RebalancePlanRow; readonly goal: GoalRow },
): Promise<RebalancePlanRow> {
  await beginPlan(deps, asked);
  await deps.rebalancer.execute(asked.plan.id);
  return await deps.database.read.rebalancePlan.findUniqueOrThrow({ where: { id: asked.plan.id } });
}
