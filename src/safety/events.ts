/** The events of safety in the journal. */

import type { JsonObject } from '../core/index.ts';
import type { EventDraft } from '../events/index.ts';

/** Subject type of every event of safety; the subject is the audit event (`SafetyEvent`). */
export const SAFETY_SUBJECT = 'safety';

/** What is told of safety. */
export const SAFETY_EVENTS = [
  'SafetyLimitsUpdated',
  'TradingHalted',
  'KillProgressed',
  'TradingResumed',
  'SourceStopped',
  'SourceReleased',
  'BooksDiffered',
] as const;

/** What the draft of an event is made of, beside its type. */
export interface SafetyEventFacts {
  readonly ownerId: number;
  /** Id of the audit event. */
  readonly eventId: number;
  readonly payload: JsonObject;
  readonly correlationId: string;
  /** Default `paper`. */
  readonly mode?: 'paper' | 'live';
  readonly causationId?: bigint;
}

/** The draft of an event. */
export function safetyEvent(type: (typeof SAFETY_EVENTS)[number], facts: SafetyEventFacts): EventDraft {
  const { eventId, ...rest } = facts;
  return { ...rest, type, subjectType: SAFETY_SUBJECT, subjectId: eventId };
}
