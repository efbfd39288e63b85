/** Making a plan and storing it, for whoever may carry it out within five minutes. */
import { decimalText } from '../core/index.ts';
import type { JournalWrite } from '../events/index.ts';
import { brokerOf } from '../orders/index.ts';
import type { RebalancePlanRow } from '../storage/index.ts';
import type { PlanningDeps } from './deps.ts';
import { type EventCause, planEvent } from './events.ts';
import type { Measured } from './holdings.ts';
import { type Plan, type PlannedTrade, planTrades, STAGES } from './plan.ts';
import { basisOf, maxPositionPct, PLAN_VALID_MS, planHash } from './stored-plan.ts';

/** For whom and why a plan is made. */
export interface PlanCause extends EventCause {
  /** `user:1`, or `goal:7` where nobody asked. */
  readonly actor: string;
  /** The run of the scheduler that makes it. */
  readonly jobRunId?: number;
}

/** Plans for what was measured, and stores the plan; without a breach one that needs nothing. */
export async function proposePlan(deps: PlanningDeps, measured: Measured, cause: PlanCause): Promise<RebalancePlanRow> {
  const { goal, mode, holdings, drift } = measured;
  const { fractional: isFractional } = brokerOf(deps, mode).capabilities;
  const planned = planTrades({ aim: goal, holdings, costs: deps.costs, isFractional });
  const plan = drift.needsRebalance ? planned : nothingToDo(planned, measured);
  return await deps.journal.write((write) => storePlan(deps, write, { measured, plan, cause }));
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

async function storePlan(
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
