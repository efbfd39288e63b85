/**
 * The only place from which anything is sent to a broker. It asks the clock and the gate first, sends once, and says what was
 * heard; it never repeats, and it stores nothing.
 */
import { approve, type Broker, type BrokerCall, type OrderChanges } from '../broker/index.ts';
import type { Clock, Log } from '../core/index.ts';
import type { OrderRow } from '../storage/index.ts';
import type { NewTerms, SendRight } from './intent.ts';
import { requestOf } from './order-row.ts';
import type { Heard } from './order-step.ts';
import type { SendGate } from './send-gate.ts';

/** What sending needs. */
export interface Sender {
  readonly broker: Broker;
  readonly gate: SendGate;
  readonly log: Log;
  readonly clock: Clock;
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonic: () => number;
  /** How long the broker may take, in ms; then its answer is not known. */
  readonly timeoutMs: number;
}

/** An order that has its row, and the right to send it. */
export interface Sending {
  readonly row: OrderRow;
  readonly right: SendRight;
}

/** Submits an order, unless its right has ended or trading was halted. Never throws. */
export async function submitOrder(sender: Sender, { row, right }: Sending): Promise<Heard> {
  const reason = whyNotSent(sender, row, right);
  if (reason !== null) return { kind: 'not_sent', reason };
  const order = approve(requestOf(row));
  const answer = await asked(sender, (call) => sender.broker.submit(row.ownerId, order, call));
  switch (answer.kind) {
    case 'accepted':
      return { kind: 'order', order: answer.order };
    case 'rejected':
    case 'unknown':
      return answer;
  }
}

/** What came of asking for a change, and why it did not happen. */
export interface ChangeHeard {
  readonly heard: Heard;
  /** Null when it was done, or may have been. */
  readonly refusal: { readonly kind: 'not_sent' | 'refused'; readonly reason: string } | null;
}

/** Asks for other terms, as `submitOrder` does for the order. `row` has the old ones. Never throws. */
export async function submitChange(sender: Sender, { row, right }: Sending, terms: NewTerms): Promise<ChangeHeard> {
  const old = requestOf(row);
  const { until } = right;
  const place = { reservedDay: row.reservedDay, isReducing: row.isReducing };
  const unchanged: Heard = { kind: 'unchanged', terms: old, place, until };
  const reason = whyNotSent(sender, row, right);
  if (reason !== null) return { heard: unchanged, refusal: { kind: 'not_sent', reason } };
  const changes = changesOf(old, terms);
  const answer = await asked(sender, (call) => sender.broker.replace(row.ownerId, row.clientOrderId, changes, call));
  switch (answer.kind) {
    case 'done':
      return { heard: { kind: 'changed', order: answer.order, until }, refusal: null };
    case 'refused':
      return {
        heard: answer.order === null ? unchanged : { kind: 'changed', order: answer.order, place, until },
        refusal: { kind: 'refused', reason: answer.reason },
      };
    case 'unknown':
      return { heard: { kind: 'change_unknown', until }, refusal: null };
  }
}

/** Why it is not to be sent; null when it may be, now. */
function whyNotSent({ gate, clock, monotonic }: Sender, row: OrderRow, right: SendRight): string | null {
  if (monotonic() > right.deadline || clock.now() > right.until)
    return 'It could not be sent in time, so it was not sent.';
  return gate.admits(row.ownerId, right.epoch) ? null : 'Trading was halted before it was sent.';
}

function changesOf(old: NewTerms, terms: NewTerms): OrderChanges {
  return {
    ...(!terms.quantity.eq(old.quantity) && { quantity: terms.quantity }),
    ...(terms.limitPrice !== null && { limitPrice: terms.limitPrice }),
    ...(terms.stopPrice !== null && { stopPrice: terms.stopPrice }),
  };
}

/** The answer to a command; `unknown` when it does not come in time, or when the adapter throws, which is a fault of its. */
export async function asked<Answer extends { readonly kind: string }>(
  { log, timeoutMs, broker }: Pick<Sender, 'log' | 'timeoutMs' | 'broker'>,
  command: (call: BrokerCall) => Promise<Answer>,
): Promise<Answer | { readonly kind: 'unknown'; readonly reason: string }> {
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<{ kind: 'unknown'; reason: string }>((resolve) => {
    timer = setTimeout(() => {
      resolve({ kind: 'unknown', reason: `The broker did not answer within ${timeoutMs} ms.` });
      abort.abort();
    }, timeoutMs);
  });
  try {
    return await Promise.race([command({ signal: abort.signal }), late]);
  } catch (err) {
    log.error(
      { err, broker: broker.name },
      'A broker threw where it has to answer; what came of the command is unknown',
    );
    return { kind: 'unknown', reason: 'The broker failed without an answer.' };
  } finally {
    clearTimeout(timer);
  }
}
