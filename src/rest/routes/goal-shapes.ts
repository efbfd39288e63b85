/** How portfolio goals, their drift and their plans look in REST. Decimals are JSON numbers. */
import { z } from 'zod';
import { SIDES } from '../../broker/index.ts';
import { memberOf } from '../../core/index.ts';
import { PLAN_STATUSES, REBALANCE_MODES, TRADE_STATUSES } from '../../goals/index.ts';
import type { GoalDriftQuery, GoalFieldsFragment, PlanFieldsFragment } from '../../graphql/index.ts';
import { ORDER_STATUSES } from '../../orders/index.ts';
import { facadeReason } from '../naming.ts';
import { decimalInput, id, idOf, instant, numberOf, orNull, wordOf } from './shapes.ts';

const GOAL_STATUSES = ['active', 'breached', 'paused'] as const;

const mode = z
  .enum(REBALANCE_MODES)
  .describe('What is done about a breach: a plan is suggested, or carried out; `off`: nothing is checked.');
const schedule = z.string().describe('Cron by the clocks of New York; default: every 15 minutes of the session.');

const targetWeights = z
  .record(z.string(), decimalInput)
  .describe(
    'Symbol → weight in [0, 1]; they add up to 1 or less, and the rest is cash. `CASH` may be named. Kept with 8 places: a third of 16 digits is rounded.',
  );
const optional = {
  name: z.string().describe('1 to 100 characters; default: the weights.'),
  drift_threshold: decimalInput.describe('Above 0, below 1: 0.05, the default, is five percentage points.'),
  rebalance_mode: mode,
  check_schedule: schedule,
};

/** Body of a creation. */
export const createGoalBody = z
  .strictObject({ target_weights: targetWeights, ...orNull(optional) })
  .partial()
  .required({ target_weights: true });

/** Body of a change: any of the fields. */
export const updateGoalBody = z.strictObject({ target_weights: targetWeights, ...optional }).partial();

/** Body of a rebalance. */
export const rebalanceBody = z
  .strictObject({
    dry_run: z.boolean().describe('Only suggest, whatever the mode of the goal is.'),
    plan_hash: z.string().max(200).describe('Of a plan of the last five minutes, which is to be carried out.'),
  })
  .partial();

/** A goal in an answer. */
export const goalAnswer = z
  .object({
    id,
    name: z.string(),
    target_weights: z.record(z.string(), z.number()).describe('Symbol → weight, as they were given.'),
    drift_threshold: z.number().describe('By how much a weight may be off.'),
    rebalance_mode: mode,
    check_schedule: z.string().nullable().describe('Of the job that checks it; null when somebody deleted that.'),
    status: z
      .enum(GOAL_STATUSES)
      .describe('`breached` when a check found it so last; `paused` when no schedule checks it.'),
    last_checked_at: instant.nullable().describe('Null before the first check.'),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ title: 'PortfolioGoal', description: 'What share of the account each symbol should have.' });

const driftPosition = z.object({
  symbol: z.string().describe('`CASH` in the last row is cash; in another one it is an instrument of that name.'),
  quantity: z.number().describe('Below 0 when sold short.'),
  price: z.number().describe('The last price.'),
  value: z.number().describe('Quantity times price.'),
  target_weight: z.number().describe('0 of what the goal does not name.'),
  current_weight: z.number(),
  drift: z.number().describe('Current less target weight.'),
  drift_pct: z.number().describe('The same in percent: 0.67 against 0.60 is 7.'),
  breached: z.boolean().describe('Whether the drift, either way, is greater than the threshold; never of cash.'),
});

/** A drift in an answer. */
export const driftAnswer = z
  .object({
    goal_id: id,
    as_of: instant,
    total_value: z.number().describe('Cash and the value of all positions.'),
    threshold: z.number(),
    max_drift: z.number().describe('The greatest drift of a symbol, either way; cash does not count.'),
    needs_rebalance: z.boolean().describe('Whether a symbol is breached.'),
    positions: z.array(driftPosition),
  })
  .meta({ title: 'PortfolioDrift', description: 'How far the account is from a goal now.' });

const trade = z.object({
  symbol: z.string(),
  side: z.enum(SIDES),
  quantity: z.number(),
  estimated_price: z.number().describe('The last price when it was planned.'),
  estimated_value: z.number(),
  estimated_cost: z.number().describe('Slippage and commission.'),
  order_id: id.nullable().describe('Null before and without an order.'),
  status: z
    .enum([...TRADE_STATUSES, ...ORDER_STATUSES])
    .describe('`planned`, `skipped`, `blocked`, or the status of its order.'),
  reason: z.string().nullable().describe('Why it is skipped, blocked, smaller than wanted or not filled.'),
});

/** A plan in an answer. */
export const planAnswer = z
  .object({
    goal_id: id,
    plan_hash: z.string().describe('With which it is carried out.'),
    expires_at: instant,
    cash_before: z.number(),
    cash_after: z.number().describe('When all is filled as estimated.'),
    residual_drift: z.number().describe('The greatest drift that is left then.'),
    status: z.enum(PLAN_STATUSES),
    trades: z.array(trade).describe('Sales first, then purchases; also those that are skipped.'),
  })
  .meta({ title: 'RebalancePlan', description: 'What would bring the account back to a goal, or did.' });

/** The weights of a body as the input of a mutation. */
export function weightsOf(weights: Readonly<Record<string, number | string>>) {
  return Object.entries(weights).map(([symbol, weight]) => ({ symbol, weight }));
}

/** A goal as the facade writes it. */
export function shownGoal(goal: GoalFieldsFragment): z.input<typeof goalAnswer> {
  return {
    id: idOf(goal.id),
    name: goal.name,
    target_weights: Object.fromEntries(goal.targetWeights.map(({ symbol, weight }) => [symbol, numberOf(weight)])),
    drift_threshold: numberOf(goal.driftThreshold),
    rebalance_mode: wordOf(REBALANCE_MODES, goal.rebalanceMode),
    check_schedule: goal.checkSchedule,
    status: wordOf(GOAL_STATUSES, goal.status),
    last_checked_at: goal.lastCheckedAt,
    created_at: goal.createdAt,
    updated_at: goal.updatedAt,
  };
}

/** A drift as the facade writes it. */
export function shownDrift({ id: goalId, drift }: NonNullable<GoalDriftQuery['goal']>) {
  // Null comes with an error, which was thrown before.
  return drift && shownFigures(idOf(goalId), drift);
}

function shownFigures(
  goalId: number,
  drift: NonNullable<NonNullable<GoalDriftQuery['goal']>['drift']>,
): z.input<typeof driftAnswer> {
  return {
    goal_id: goalId,
    as_of: drift.asOf,
    total_value: numberOf(drift.totalValue),
    threshold: numberOf(drift.threshold),
    max_drift: numberOf(drift.maxDrift),
    needs_rebalance: drift.needsRebalance,
    positions: drift.positions.map((row) => ({
      symbol: row.symbol,
      quantity: numberOf(row.quantity),
      price: numberOf(row.price),
      value: numberOf(row.value),
      target_weight: numberOf(row.targetWeight),
      current_weight: numberOf(row.currentWeight),
      drift: numberOf(row.drift),
      drift_pct: percentOf(row.drift),
      breached: row.breached,
    })),
  };
}

/** A hundred times a decimal, as the number nearest to it: 0.07 is 7 and not 7.000000000000001. */
function percentOf(text: string): number {
  return Number(`${text}e2`);
}

/** A plan as the facade writes it. */
export function shownPlan(plan: PlanFieldsFragment, goalId: number): z.input<typeof planAnswer> {
  return {
    goal_id: goalId,
    plan_hash: plan.planHash,
    expires_at: plan.expiresAt,
    cash_before: numberOf(plan.cashBefore),
    cash_after: numberOf(plan.cashAfter),
    residual_drift: numberOf(plan.residualDrift),
    status: wordOf(PLAN_STATUSES, plan.status),
    trades: plan.trades.map((row) => ({
      symbol: row.symbol,
      side: wordOf(SIDES, row.side),
      quantity: numberOf(row.quantity),
      estimated_price: numberOf(row.estimatedPrice),
      estimated_value: numberOf(row.estimatedValue),
      estimated_cost: numberOf(row.estimatedCost),
      order_id: row.order === null ? null : idOf(row.order.id),
      status: memberOf([...TRADE_STATUSES, ...ORDER_STATUSES], row.status.toLowerCase()),
      reason: facadeReason(row.reason),
    })),
  };
}
