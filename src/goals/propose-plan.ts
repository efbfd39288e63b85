/** Making a plan and storing it, for whoever may carry it out within five minutes. */
import { decimalText } from '../core/index.ts';
import type { JournalWrite } from '../events/index.ts';
import { brokerOf } from '../orders/index.ts';
import { lockJobOfRun } from '../scheduler/index.ts';
import type { Db, GoalRow, RebalancePlanRow } from '../storage/index.ts';
import type { PlanningDeps } from './deps.ts';
import { type EventCause, planEvent } from './events.ts';
import { lockGoal } from './find-goal.ts';
import type { Measured } from './holdings.ts';
import { type Plan, type PlannedTrade, planTrades, STAGES } from './plan.ts';
import { basisOf, maxPositionPct, PLAN_VALID_MS, planHash } from './stored-plan.ts';

/** For whom and why a plan is made. */
export interface PlanCause extends EventCause {
  /** `user:1`, or `goal:7` where nobody asked. */
  readonly actor: string;
  /** The run of the scheduler that makes it. */
  readonly jobRunId?: number | null;
}

/** Plans for what was measured, and stores the plan; without a breach one that needs nothing. */
export async function proposePlan(deps: PlanningDeps, measured: Measured, cause: PlanCause): Promise<RebalancePlanRow> {
  const plan = planFor(deps, measured);
  return await deps.journal.write(async (write) => {
    const jobRunId = await lockCause(write.db, cause.jobRunId);
    return await storePlan(deps, write, { measured, plan, cause: { ...cause, jobRunId } });
  });
}

/** The same as the one answer to a breach; null when it was answered meanwhile. */
export async function proposeAnswer(
  deps: PlanningDeps,
  row: GoalRow,
  { measured, cause }: { readonly measured: Measured; readonly cause: PlanCause },
): Promise<RebalancePlanRow | null> {
  const plan = planFor(deps, measured);
  return await deps.journal.write(async (write) => {
    const jobRunId = await lockCause(write.db, cause.jobRunId);
    const goal = await lockGoal(write.db, row);
    if (goal?.isPlanDue !== true) return null;
    await write.db.goal.update({ where: { id: row.id }, data: { isPlanDue: false } });
    return await storePlan(deps, write, { measured, plan, cause: { ...cause, jobRunId } });
  });
}

/** The plan for what was measured. */
export function planFor(deps: PlanningDeps, measured: Measured): Plan {
  const { goal, mode, holdings, drift } = measured;
  const { fractional: isFractional } = brokerOf(deps, mode).capabilities;
  const planned = planTrades({ aim: goal, holdings, costs: deps.costs, isFractional });
  return drift.needsRebalance ? planned : nothingToDo(planned, measured);
}

/**
 * Locks the job whose run makes or made a plan, before the goal and the plan are: when rows of runs and jobs go away, they take
 * themselves from plans and goals. Answers the run, null when it is gone.
 */
export async function lockCause(db: Db, jobRunId: number | null | undefined): Promise<number | null> {
  return jobRunId != null && (await lockJobOfRun(db, jobRunId)) ? jobRunId : null;
}

function nothingToDo(planned: Plan, { drift }: Measured): Plan {
  const { totalValue, cashBefore, cost } = planned;
  return {
    totalValue,
    trades: [],
    cashBefore,
    cashAfter: cashBefore,
    cost: cost.minus(cost),
    residualDrift: drift.maxDrift,
  };
}

interface NewPlan {
  readonly measured: Measured;
  readonly plan: Plan;
  readonly cause: PlanCause;
}

/** Stores a plan in the caller's transaction, which holds the lock of its cause. */
export async function storePlan(
  { clock }: PlanningDeps,
  write: JournalWrite,
  { measured, plan, cause }: NewPlan,
): Promise<RebalancePlanRow> {
  const { goal, mode, holdings, drift } = measured;
  const basis = basisOf(goal, holdings);
  const now = clock.now();
  const row = await write.db.rebalancePlan.create({
    data: {
      ...{ ownerId: goal.ownerId, goalId: goal.id, mode, actor: cause.actor },
      status: drift.needsRebalance ? 'suggested' : 'not_needed',
      hash: planHash(goal.id, basis, plan),
      basis: JSON.stringify(basis),
      totalValue: decimalText(plan.totalValue),
      cashBefore: decimalText(plan.cashBefore),
      cashAfter: decimalText(plan.cashAfter),
      estimatedCost: decimalText(plan.cost),
      residualDrift: decimalText(plan.residualDrift),
      jobRunId: cause.jobRunId ?? null,
      correlationId: cause.correlationId,
      causationId: cause.causationId ?? null,
      createdAt: new Date(now),
      expiresAt: new Date(now + PLAN_VALID_MS),
    },
  });
  const trades = plan.trades.map((trade, index) => ({ planId: row.id, index, ...tradeColumns(measured, trade) }));
  await write.db.rebalanceTrade.createMany({ data: trades });
  if (drift.needsRebalance) {
    const { name } = goal;
    await write.append(planEvent('RebalancePlanned', row, { ...cause, mode, name, trades: trades.length }));
  }
  return row;
}

function tradeColumns({ goal }: Measured, trade: PlannedTrade) {
  return {
    stage: STAGES.indexOf(trade.stage),
    symbol: trade.symbol,
    side: trade.side,
    quantity: decimalText(trade.quantity),
    estimatedPrice: decimalText(trade.price),
    estimatedValue: decimalText(trade.value),
    estimatedCost: decimalText(trade.cost),
    maxPositionPct: maxPositionPct(goal, trade),
    status: trade.isSkipped ? 'skipped' : 'planned',
    reason: trade.reason,
  };
}
