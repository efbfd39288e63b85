/** What the journal tells of goals and of their plans. Decimals are texts. */
import type { TradingMode } from '../broker/index.ts';
import { decimalText, type JsonObject } from '../core/index.ts';
import type { EventDraft } from '../events/index.ts';
import type { RebalancePlanRow } from '../storage/index.ts';
import type { Drift } from './drift.ts';
import type { Goal } from './goal.ts';

/**
 * Stored events of goals; their subject is the goal. `GoalDrifted` says that a breach began, `GoalRecovered` that it is over,
 * `RebalanceStarted` that a plan is carried out, and the last two how that ended.
 */
export const GOAL_EVENTS = [
  'GoalCreated',
  'GoalUpdated',
  'GoalDeleted',
  'GoalDrifted',
  'GoalRecovered',
  'RebalancePlanned',
  'RebalanceStarted',
  'RebalanceExecuted',
  'RebalanceFailed',
] as const;
export type GoalEventType = (typeof GOAL_EVENTS)[number];

/** What belongs to what. */
export interface EventCause {
  readonly correlationId: string;
  readonly causationId?: bigint | null | undefined;
  readonly mode?: TradingMode;
}

/** A goal was created, changed or deleted. */
export function goalEvent(
  type: GoalEventType,
  { id, ownerId, name }: Pick<Goal, 'id' | 'ownerId' | 'name'>,
  cause: EventCause,
): EventDraft {
  return eventOf(type, { id, ownerId }, { goalId: id, name }, cause);
}

/** A goal was changed; whether it was breached and begins afresh, so that a breach that goes on is told once more. */
export function updateEvent(
  { id, ownerId, name }: Pick<Goal, 'id' | 'ownerId' | 'name'>,
  { isBreachForgotten, ...cause }: EventCause & { readonly isBreachForgotten: boolean },
): EventDraft {
  return eventOf('GoalUpdated', { id, ownerId }, { goalId: id, name, isBreachForgotten }, cause);
}

/** A breach began, or is over. */
export function driftEvent(
  type: 'GoalDrifted' | 'GoalRecovered',
  { id, ownerId, name }: Pick<Goal, 'id' | 'ownerId' | 'name'>,
  { drift, ...cause }: EventCause & { readonly drift: Drift },
): EventDraft {
  const payload = {
    goalId: id,
    name,
    maxDrift: decimalText(drift.maxDrift),
    threshold: decimalText(drift.threshold),
    symbols: drift.rows.filter(({ isBreached }) => isBreached).map(({ symbol }) => symbol),
    totalValue: decimalText(drift.totalValue),
  };
  return eventOf(type, { id, ownerId }, payload, cause);
}

/** A plan was made, is carried out, or has ended. */
export function planEvent(
  type: 'RebalancePlanned' | 'RebalanceStarted' | 'RebalanceExecuted' | 'RebalanceFailed',
  plan: Pick<RebalancePlanRow, 'id' | 'ownerId' | 'goalId' | 'status' | 'hash' | 'reason'>,
  { name, trades, ...cause }: EventCause & { readonly name: string; readonly trades: number },
): EventDraft {
  const { ownerId, status, hash, reason } = plan;
  const goalId = plan.goalId ?? 0;
  const payload = { goalId, name, planId: plan.id, status, planHash: hash, trades, reason };
  return eventOf(type, { id: goalId, ownerId }, payload, cause);
}

function eventOf(
  type: GoalEventType,
  { id, ownerId }: { readonly id: number; readonly ownerId: number },
  payload: JsonObject,
  { correlationId, causationId, mode }: EventCause,
): EventDraft {
  return {
    ...{ ownerId, type, subjectType: 'goal', subjectId: id, payload, correlationId },
    ...(causationId != null && { causationId }),
    ...(mode !== undefined && { mode }),
  };
}
