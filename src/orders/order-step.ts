/**
 * What an order becomes by what is heard of it. Pure: the row, what was heard and the time make the columns that change.
 * Fills are not heard here; see fill-order.ts.
 */
import type { BrokerOrder } from '../broker/index.ts';
import { type Decimal, decimal, decimalText } from '../core/index.ts';
import type { OrderRow } from '../storage/index.ts';
import type { NewTerms } from './intent.ts';
import { isTerminal, mayBecome, type OrderStatus, statusHeard } from './order.ts';
import { statusOf } from './order-row.ts';
import type { EndCode } from './reason-code.ts';

/** What can be heard of an order that we have a row of. */
export type Heard =
  /** The broker says what it has: the answer to a submission or a cancellation, to a question, or on its own. */
  | { readonly kind: 'order'; readonly order: BrokerOrder }
  /** The broker refused the submission: there is no such order. */
  | { readonly kind: 'rejected'; readonly reason: string }
  /** No answer to the submission, or one that says nothing. */
  | { readonly kind: 'unknown'; readonly reason: string }
  /** We did not send it. */
  | { readonly kind: 'not_sent'; readonly reason: string }
  /** The broker says that there is no such order. */
  | { readonly kind: 'missing' }
  /** The broker was asked for it and did not say. */
  | { readonly kind: 'no_answer' }
  /** The broker changed the order, or refused to: it says what it is. */
  | ({ readonly kind: 'changed'; readonly order: BrokerOrder; readonly place?: Place } & OfChange)
  /** The broker did not change it, or was not asked: the terms are the old ones. */
  | ({ readonly kind: 'unchanged'; readonly terms: NewTerms; readonly place: Place } & OfChange)
  /** No answer to the change, or one that says nothing. */
  | ({ readonly kind: 'change_unknown' } & OfChange);

/** Which change is answered: the one whose claim ends at this epoch ms. */
interface OfChange {
  readonly until: number;
}

/** Whether an order held a place among the daily trades before a change that did not happen. */
export type Place = Pick<OrderRow, 'reservedDay' | 'isReducing'>;

/** What is heard makes of the row. */
export interface Step {
  /** Columns that become something else; none when nothing new was heard. */
  readonly changes: Partial<OrderRow>;
  /** Whether quantity or prices are others than before. */
  readonly isReplaced: boolean;
  /** Why what was heard changes nothing although it should, for the log. */
  readonly refused: string | null;
}

/** How long a broker has to say that there is no such order until that is believed, in ms. */
export const MISSING_MS = 60_000;

/** So often an order is looked up at the short interval, then at the long one, in ms. */
const SHORT_LOOKUPS = 5;
const SHORT_LOOKUP_MS = 2_000;
const LONG_LOOKUP_MS = 10_000;

/** How long after its claim a change that nobody answered for is over, in ms: more than a broker has to answer. */
const STALE_CLAIM_MS = 12_000;

/** The step that follows. `now` is epoch ms. */
export function stepOf(row: OrderRow, heard: Heard, now: number): Step {
  switch (heard.kind) {
    case 'order':
    case 'changed':
      return orderStep(row, heard, now);
    case 'rejected':
      return unsentStep(row, 'rejected', { now, code: 'broker_rejected', reason: heard.reason });
    case 'not_sent':
      return unsentStep(row, 'canceled', { now, code: 'not_sent', reason: heard.reason });
    case 'unknown':
      return unknownStep(row, heard.reason, now);
    case 'missing':
      return missingStep(row, now);
    case 'no_answer':
      return ofWorking(row, lookUpAgain(row, now));
    case 'unchanged':
      return unchangedStep(row, heard, now);
    case 'change_unknown':
      return changeUnknownStep(row, heard, now);
  }
}

const NO_CLAIM = { claimedBy: null, claimUntil: null } as const;
const FOUND = { unknownSince: null, missingSince: null } as const;
const NOTHING: Step = { changes: {}, isReplaced: false, refused: null };

function step(changes: Partial<OrderRow>, isReplaced = false): Step {
  return { changes, isReplaced, refused: null };
}

function refused(row: OrderRow, what: string): Step {
  return { ...NOTHING, refused: `Order ${row.id} is ${row.status} and cannot become ${what}` };
}

/** The broker has the order. */
function orderStep(row: OrderRow, heard: Extract<Heard, { readonly order: BrokerOrder }>, now: number): Step {
  const { order } = heard;
  const status = statusOf(row);
  if (isTerminal(status)) {
    // What had ended is often heard of once more. Only one that was never to exist is worth a word.
    const isOdd = status === 'denied' || (status === 'rejected' && order.status !== 'rejected');
    return isOdd ? refused(row, `${order.status}, as the broker says`) : identityStep(row, order);
  }
  const isAnswer = heard.kind === 'changed' && answers(row, heard);
  const isChanging = !isAnswer && isClaimedForChange(row, status, now);
  const terms = isChanging ? {} : termsOf(row, order);
  const isBehind = order.filledQuantity.gt(row.filledQuantity);
  const next = nextStatus({ ...row, ...terms }, order, isBehind);
  if (next !== status && !mayBecome(status, next)) return refused(row, next);
  const waits = isBehind || row.cancelRequestedAt !== null || next === 'submitted';
  return step(
    {
      ...terms,
      ...(isChanging ? {} : NO_CLAIM),
      ...(isAnswer ? heard.place : {}),
      ...FOUND,
      brokerOrderId: order.brokerOrderId,
      submittedAt: row.submittedAt ?? order.submittedAt,
      ...(waits ? lookUpAgain(row, now) : isChanging ? {} : { lookups: 0, nextLookupAt: null }),
      ...endOf(row, next, { now, code: endCode(row, order), reason: order.reason }),
    },
    Object.keys(terms).length > 0,
  );
}

/** An order that was filled before the answer to its submission came learns from it who it is at the broker. */
function identityStep(row: OrderRow, { brokerOrderId, submittedAt }: BrokerOrder): Step {
  return row.submittedAt === null ? step({ brokerOrderId, submittedAt }) : NOTHING;
}

/**
 * An end is believed when every fill before it is booked: else the order would stop to count before its position does. One
 * that is filled became so by its fills, unless its quantity was lowered to what was filled.
 */
function nextStatus(row: OrderRow, order: BrokerOrder, isBehind: boolean): OrderStatus {
  const status = statusOf(row);
  const isComplete = decimal(row.filledQuantity).gte(row.quantity);
  if (order.status === 'filled' && isComplete && !isBehind) return 'filled';
  const next = statusHeard(status, order.status);
  return isTerminal(next) && isBehind ? statusHeard(status, 'accepted') : next;
}

function isClaimedForChange(row: OrderRow, status: OrderStatus, now: number): boolean {
  const isSubmission = status === 'pending_submit' || status === 'unknown';
  return !isSubmission && row.claimUntil !== null && now <= row.claimUntil.getTime() + STALE_CLAIM_MS;
}

/** The terms at the broker that differ from ours, as columns. */
function termsOf(row: OrderRow, order: BrokerOrder): Partial<OrderRow> {
  const theirs = {
    quantity: decimalText(order.quantity),
    limitPrice: textOf(order.limitPrice),
    stopPrice: textOf(order.stopPrice),
  };
  return {
    ...(theirs.quantity !== row.quantity && { quantity: theirs.quantity }),
    ...(theirs.limitPrice !== row.limitPrice && { limitPrice: theirs.limitPrice }),
    ...(theirs.stopPrice !== row.stopPrice && { stopPrice: theirs.stopPrice }),
  };
}

function endCode(row: OrderRow, order: BrokerOrder): EndCode {
  if (order.status === 'rejected') return 'broker_rejected';
  if (order.status === 'expired') return 'expired';
  return row.cancelRequestedAt === null ? 'broker_canceled' : 'canceled';
}

function unknownStep(row: OrderRow, reason: string, now: number): Step {
  // Found or filled meanwhile: then it is known.
  if (row.status !== 'pending_submit') return NOTHING;
  const at = new Date(now);
  const lookup = { lookups: 0, nextLookupAt: new Date(now + SHORT_LOOKUP_MS) };
  const reasonCode: EndCode = 'no_answer';
  return step({ ...NO_CLAIM, ...lookup, status: 'unknown', unknownSince: at, reasonCode, reason });
}

/**
 * One missing order is not sent again, it is given up, when the broker has been saying so for a minute: `rejected` when we
 * never knew that it was taken, `canceled` when we did.
 */
function missingStep(row: OrderRow, now: number): Step {
  const status = statusOf(row);
  if (isTerminal(status)) return NOTHING;
  // It is still being sent; where it is to be canceled, it is asked for again later.
  if (status === 'pending_submit') return row.nextLookupAt === null ? NOTHING : step(lookUpAgain(row, now));
  const since = row.missingSince ?? new Date(now);
  if (now - since.getTime() < MISSING_MS) return step({ ...lookUpAgain(row, now), missingSince: since });
  const reason = 'The broker has been saying for a minute that there is no such order.';
  return status === 'unknown'
    ? become(row, 'rejected', { now, code: 'not_accepted', reason })
    : become(row, 'canceled', { now, code: 'lost', reason });
}

/**
 * Whether this is the answer to the change that the row is claimed for; one that comes when its claim has been given up says
 * nothing of the next one.
 */
function answers(row: OrderRow, { until }: OfChange): boolean {
  return row.claimUntil?.getTime() === until;
}

/** The change may still arrive: the claim stays, without its end, until the order was looked up. */
function changeUnknownStep(row: OrderRow, heard: OfChange, now: number): Step {
  if (!answers(row, heard)) return NOTHING;
  return ofWorking(row, { claimUntil: null, lookups: 0, nextLookupAt: new Date(now + SHORT_LOOKUP_MS) });
}

function unchangedStep(row: OrderRow, heard: Extract<Heard, { readonly kind: 'unchanged' }>, now: number): Step {
  if (!answers(row, heard)) return NOTHING;
  const { quantity, limitPrice, stopPrice } = heard.terms;
  const terms = { quantity: decimalText(quantity), limitPrice: textOf(limitPrice), stopPrice: textOf(stopPrice) };
  const lookup = row.cancelRequestedAt === null ? { lookups: 0, nextLookupAt: null } : lookUpAgain(row, now);
  return ofWorking(row, { ...terms, ...NO_CLAIM, ...lookup, ...heard.place });
}

/** What is of interest only as long as the order has not ended. */
function ofWorking(row: OrderRow, changes: Partial<OrderRow>): Step {
  return isTerminal(statusOf(row)) ? NOTHING : step(changes);
}

function lookUpAgain({ lookups }: OrderRow, now: number): Partial<OrderRow> {
  const waitMs = lookups < SHORT_LOOKUPS ? SHORT_LOOKUP_MS : LONG_LOOKUP_MS;
  return { lookups: lookups + 1, nextLookupAt: new Date(now + waitMs) };
}

/** Why and when an order ends. */
interface End {
  readonly now: number;
  readonly code: EndCode;
  readonly reason: string | null;
}

/** A submission made no order. What was found or filled meanwhile contradicts that, and stays. */
function unsentStep(row: OrderRow, next: OrderStatus, end: End): Step {
  if (row.status === next) return NOTHING;
  const isOpen = row.status === 'pending_submit' || row.status === 'unknown' || row.status === 'submitted';
  return isOpen && decimal(row.filledQuantity).isZero()
    ? become(row, next, end)
    : refused(row, `${next} (${end.code})`);
}

/** The order ends as `next`. */
function become(row: OrderRow, next: OrderStatus, end: End): Step {
  return mayBecome(statusOf(row), next) ? step(endOf(row, next, end)) : refused(row, next);
}

/** The columns of a status; those of an end, too, and the reason that an unknown order had is over. */
function endOf(row: OrderRow, next: OrderStatus, { now, code, reason }: End): Partial<OrderRow> {
  const wasUnknown = row.status === 'unknown' ? { reasonCode: null, reason: null } : {};
  if (next === row.status) return {};
  if (!isTerminal(next)) return { status: next, ...wasUnknown };
  const ended = { ...NO_CLAIM, ...FOUND, nextLookupAt: null, endedAt: new Date(now) };
  return next === 'filled'
    ? { status: next, ...wasUnknown, ...ended }
    : { status: next, reasonCode: code, reason, ...ended };
}

function textOf(value: Decimal | null): string | null {
  return value === null ? null : decimalText(value);
}
