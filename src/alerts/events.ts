/** What the journal tells of alerts. Payloads of triggers are what subscribers and webhooks are told. */
import type { JsonObject } from '../core/index.ts';
import { readJson } from '../core/index.ts';
import type { EventDraft } from '../events/index.ts';
import type { AlertRow } from '../storage/index.ts';

/** Stored events about an alert; their subject is the alert. */
export const ALERT_CHANGES = [
  'AlertCreated',
  'AlertUpdated',
  'AlertDeleted',
  'AlertRearmed',
  'AlertSuppressed',
] as const;
export type AlertChange = (typeof ALERT_CHANGES)[number];

/** Something that an owner is told; its subject is the row of the history. */
export const ALERT_TRIGGERED = 'AlertTriggered';

/** All stored events of alerts. */
export const ALERT_EVENTS = [...ALERT_CHANGES, ALERT_TRIGGERED] as const;

/** What leads to an event. */
export interface Cause {
  readonly correlationId: string;
  /** Cursor of the event that led to it; null when none did. */
  readonly causationId: bigint | null;
}

/** An event about an alert as it now is. */
export function alertEvent(
  type: AlertChange,
  row: AlertRow,
  { cause, extra = {} }: { readonly cause: Cause; readonly extra?: JsonObject },
): EventDraft {
  const { id, ownerId, name, alertType, enabled, version } = row;
  const payload = { id, name, alertType, condition: readJson<JsonObject>(row.condition), enabled, version, ...extra };
  return { ownerId, type, subjectType: 'alert', subjectId: id, payload, ...causeOf(cause) };
}

/** A cause as drafts have it. */
export function causeOf({ correlationId, causationId }: Cause): Pick<EventDraft, 'correlationId' | 'causationId'> {
  return { correlationId, ...(causationId === null ? {} : { causationId }) };
}
