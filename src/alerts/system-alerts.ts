/** What every owner is told without having asked for it: the events that somebody has to look at. */
import { counted, type Json, type JsonObject } from '../core/index.ts';
import type { JournalEvent } from '../events/index.ts';
import type { TriggerDraft } from './trigger.ts';

interface Told {
  readonly message: string;
  readonly context: JsonObject;
}

/** By the type of the event. */
const TELLERS: Readonly<Record<string, (event: JournalEvent) => Told>> = {
  JobPaused: ({ subjectId, payload }) => ({
    message: `The scheduled job ${word(payload['name'])} was paused: it failed too often, or its settings cannot be read.`,
    context: { job_id: subjectId, name: payload['name'] ?? null, job_type: payload['jobType'] ?? null },
  }),
  OrderRejected: ({ subjectId, payload, mode }) => {
    const { symbol = null, side = null, quantity = null, reasonCode = null, clientOrderId = null } = payload;
    return {
      message: `The broker rejected the order to ${word(side)} ${word(quantity)} ${word(symbol)} (${word(reasonCode)}).`,
      context: {
        ...{ order_id: subjectId, client_order_id: clientOrderId, symbol, side },
        ...{ quantity: Number(quantity), reason_code: reasonCode, mode },
      },
    };
  },
  TradingHalted: ({ subjectId, payload }) => {
    const { cause = null, reason = null, policy = null, actor = null } = payload;
    const why = reason === null ? '' : `: ${word(reason)}`;
    return {
      message: `Trading is halted (${word(cause)}, ${word(policy)})${why}`,
      context: { safety_event_id: subjectId, cause, reason, policy, actor },
    };
  },
  BooksDiffered: ({ subjectId, payload, mode }) => {
    const { differences } = payload;
    const count = Array.isArray(differences) ? differences.length : 0;
    return {
      message: `Our books of the ${mode} account differ from the broker’s in ${counted(count, 'point')}.`,
      context: { safety_event_id: subjectId, mode, differences: count },
    };
  },
  RebalanceFailed: ({ subjectId, payload }) => {
    const { name = null, planId = null, status = null, reason = null } = payload;
    const why = reason === null ? '.' : `: ${word(reason)}`;
    return {
      message: `The portfolio could not be brought back to the goal ${word(name)} (${word(status)})${why}`,
      context: { goal_id: subjectId, goal: name, plan_id: planId, status, reason },
    };
  },
};

/** Types of the events that owners are told of. */
export const SYSTEM_ALERT_EVENTS: readonly string[] = Object.keys(TELLERS);

/** What an owner is told of an event; null when nothing. */
export function systemAlert(event: JournalEvent): TriggerDraft | null {
  const told = TELLERS[event.type]?.(event);
  if (told === undefined) return null;
  const { ownerId, type, correlationId, cursor } = event;
  return {
    ...{ ownerId, alertId: null, alertType: 'system', message: told.message },
    context: { event: type, ...told.context },
    cause: { correlationId, causationId: cursor },
  };
}

function word(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
