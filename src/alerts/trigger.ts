/**
 * What happens when an alert fires: a row of the history, the deliveries to the owner's webhooks and the event, in the
 * transaction of whatever made it fire. Either all of them are there or none.
 */
import { type Decimal, dateOf, decimalText, invariant, type JsonObject, toMoney } from '../core/index.ts';
import type { EventDraft, JournalWrite } from '../events/index.ts';
import { type AlertTriggerRow, insertRows } from '../storage/index.ts';
import { enqueueDeliveries, type WebhookNotice } from '../webhooks/index.ts';
import type { AlertType } from './condition.ts';
import type { AlertBasis } from './deps.ts';
import { ALERT_TRIGGERED, type Cause, causeOf } from './events.ts';

/** Kinds of rows in the history: `system` ones belong to no alert. */
export const TRIGGER_TYPES = ['price', 'signal', 'risk', 'rebalance', 'system'] as const satisfies readonly (
  | AlertType
  | 'system'
)[];
export type TriggerType = (typeof TRIGGER_TYPES)[number];

/** What is told. */
export interface TriggerDraft {
  readonly ownerId: number;
  /** Null of system alerts. */
  readonly alertId: number | null;
  readonly alertType: TriggerType;
  /** A sentence for a person. */
  readonly message: string;
  /** The facts, keys in snake_case. */
  readonly context: JsonObject;
  readonly cause: Cause;
  readonly symbol?: string | null;
  /** What set it off, where an alert is told of each such thing once. */
  readonly edge?: string | null;
  readonly value?: Decimal | null;
  readonly level?: Decimal | null;
  /** When it was held against the level. Default: now. */
  readonly evaluatedAt?: Date;
  /** When the value was current. */
  readonly quoteAt?: Date | null;
  readonly isTest?: boolean;
  /** Of the alert's row after it, for those who remember rows; left out where nobody does. */
  readonly version?: number;
}

interface Told {
  readonly draft: TriggerDraft;
  readonly row: AlertTriggerRow;
}

/** Stores triggers with their deliveries and events; answers their rows in the same order. */
export async function storeTriggers(
  { clock }: Pick<AlertBasis, 'clock'>,
  write: JournalWrite,
  drafts: readonly TriggerDraft[],
): Promise<readonly AlertTriggerRow[]> {
  const now = dateOf(clock);
  const columns = drafts.map((draft) => columnsOf(draft, now));
  const ids = await insertRows(write.db, 'AlertTrigger', columns);
  const told = drafts.map((draft, index): Told => {
    const [id, row] = [ids[index], columns[index]];
    invariant(id !== undefined && row !== undefined, 'every trigger that was stored has an id');
    return { draft, row: { id, ...row } };
  });
  for (const each of told) await enqueueDeliveries(write, noticeOf(each));
  await write.appendAll(told.map(triggeredEvent));
  return told.map(({ row }) => row);
}

function columnsOf(draft: TriggerDraft, now: Date): Omit<AlertTriggerRow, 'id'> {
  const { ownerId, alertId, alertType, message, context, cause, isTest = false } = draft;
  const { symbol = null, edge = null, value = null, level = null, quoteAt = null, evaluatedAt = now } = draft;
  const { correlationId, causationId } = cause;
  return {
    ...{ ownerId, alertId, alertType, symbol, edge },
    value: value === null ? null : decimalText(toMoney(value)),
    level: level === null ? null : decimalText(level),
    ...{ quoteAt, evaluatedAt, message, context: JSON.stringify(context), isTest },
    ...{ correlationId, causationId, triggeredAt: evaluatedAt },
  };
}

/** What is sent to webhooks: what `/ws/alerts` tells, with the id of the row in the history. */
function noticeOf({ draft: { context, isTest = false, alertType }, row }: Told): WebhookNotice {
  const { id, ownerId, alertId, message, triggeredAt, correlationId } = row;
  const about = { alert_id: alertId, alert_type: alertType, message, context };
  const payload = { type: 'alert', id, ...about, triggered_at: triggeredAt.toISOString() };
  return { ownerId, event: isTest ? 'test' : alertType, subjectId: id, payload, correlationId, at: triggeredAt };
}

function triggeredEvent({ draft: { context, cause, version }, row }: Told): EventDraft {
  const { id, ownerId, alertId, alertType, message, triggeredAt } = row;
  const about = { alertId, ...(version === undefined ? {} : { version }), alertType };
  const payload = { ...about, message, context, triggeredAt: triggeredAt.toISOString() };
  const subject = { ownerId, type: ALERT_TRIGGERED, subjectType: 'alert_trigger', subjectId: id };
  return { ...subject, payload, ...causeOf(cause) };
}
