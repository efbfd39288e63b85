/** What `/ws/orders` tells of portfolio goals: a breach as a message of its own, the rest with the name of its event. */
import { z } from 'zod';
import { memberOf } from '../core/index.ts';
import { GOAL_EVENTS, PLAN_STATUSES } from '../goals/index.ts';
import type { TradingEventsSubscription } from '../graphql/index.ts';

/** An event of a goal. */
export type GoalEvent = Extract<TradingEventsSubscription['tradingEvents'], { readonly goalId: unknown }>;

/** The schemas of the messages, beside what every message has. */
export function goalMessages<Stored extends z.core.$ZodLooseShape>(stored: Stored) {
  const about = {
    goal_id: z.int().positive().describe('The goal, as in /api/portfolio/goals/{id}.'),
    name: z.string().describe('Its name then.'),
  };
  const drift = {
    max_drift: z.number().describe('The greatest drift of a symbol, either way, as a fraction.'),
    threshold: z.number().describe('Of the goal.'),
    total_value: z.number().describe('Cash and the value of all positions.'),
    symbols: z.array(z.string()).describe('Those that are breached.'),
  };
  return {
    goal_drift: z
      .strictObject({ type: z.literal('goal_drift'), ...stored, ...about, ...drift })
      .describe('A goal was breached: a symbol is further from its weight than the threshold.'),
    goal: z
      .strictObject({
        type: z.literal('goal'),
        ...stored,
        event: z.enum(GOAL_EVENTS).describe('What happened, as in the journal: `RebalanceExecuted`.'),
        ...about,
        plan_id: z.int().positive().nullable().describe('The plan that it is about; null when it is about none.'),
        plan_hash: z.string().nullable().describe('With which it can be carried out.'),
        status: z.enum(PLAN_STATUSES).nullable().describe('What the plan was then.'),
        reason: z.string().nullable().describe('Why not all of it was done.'),
      })
      .describe('A goal was changed, has recovered, or has a plan that was made, begun or ended.'),
  };
}

/** The message of an event, beside what every message has. */
export function goalMessage<Stored extends object>(event: GoalEvent, stored: Stored) {
  const { __typename: name } = event;
  const about = { ...stored, goal_id: Number(event.goalId), name: event.goalName };
  if (name === 'GoalDrifted' && 'maxDrift' in event)
    return { type: 'goal_drift' as const, ...about, ...driftOf(event) };
  const plan = 'planId' in event ? event : null;
  return {
    ...{ type: 'goal' as const, ...about, event: name },
    plan_id: plan === null ? null : Number(plan.planId),
    plan_hash: plan?.planHash ?? null,
    status: plan === null ? null : memberOf(PLAN_STATUSES, plan.planStatus.toLowerCase()),
    reason: plan?.reason ?? null,
  };
}

function driftOf(event: Extract<GoalEvent, { readonly maxDrift: unknown }>) {
  const { maxDrift, threshold, totalValue, symbols } = event;
  return {
    max_drift: Number(maxDrift),
    threshold: Number(threshold),
    total_value: Number(totalValue),
    symbols: [...symbols],
  };
}
