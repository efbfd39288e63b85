/** O4: whatever is heard of an order in whatever order, only legal steps are taken, and an end stays an end. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BrokerOrder } from '../../src/broker/index.ts';
import { decimal } from '../../src/core/index.ts';
import { fillOrder } from '../../src/orders/fill-order.ts';
import { isTerminal, mayBecome } from '../../src/orders/order.ts';
import { figuresOf, statusOf } from '../../src/orders/order-row.ts';
import { type Heard, MISSING_MS, stepOf } from '../../src/orders/order-step.ts';
import type { OrderRow } from '../../src/storage/index.ts';

const START = Date.parse('2026-11-25T15:00:00Z');

function pending(): OrderRow {
  const nothing = {
    brokerOrderId: null,
    sourceId: null,
    limitPrice: null,
    stopPrice: null,
    reasonCode: null,
    reason: null,
  };
  const times = { unknownSince: null, missingSince: null, nextLookupAt: null, cancelRequestedAt: null, endedAt: null };
  const facts = {
    averageFillPrice: null,
    decisionPrice: '100',
    reservedDay: '2026-11-25',
    replacesId: null,
    strategyId: null,
  };
  const at = new Date(START);
  return {
    ...{ ...nothing, ...times, ...facts },
    ...{ id: 1, ownerId: 1, clientOrderId: 'a', mode: 'paper', source: 'manual', actor: 'user:1', symbol: 'SPY' },
    ...{ side: 'buy', quantity: '10', orderType: 'market', timeInForce: 'day', status: 'pending_submit' },
    ...{ filledQuantity: '0', filledValue: '0', commission: '0', isReducing: false, epoch: 0, lookups: 0 },
    ...{
      killEventId: null,
      rebalancePlanId: null,
      correlationId: 'c',
      causationId: null,
      createdAt: at,
      updatedAt: at,
      submittedAt: null,
    },
    ...{ claimedBy: 'p', claimUntil: new Date(START + 2_000) },
  };
}

function brokerOrder(status: BrokerOrder['status'], filled: string): BrokerOrder {
  const terms = {
    quantity: decimal(10),
    orderType: 'market',
    limitPrice: null,
    stopPrice: null,
    timeInForce: 'day',
  } as const;
  const names = { brokerOrderId: 'b', clientOrderId: 'a', symbol: 'SPY', side: 'buy' } as const;
  return { ...names, ...terms, status, filledQuantity: decimal(filled), reason: null, submittedAt: new Date(START) };
}

const STATUSES = ['pending', 'accepted', 'partially_filled', 'filled', 'canceled', 'expired', 'rejected'] as const;

type Command = Heard | { readonly kind: 'fill'; readonly quantity: number };

/** The end of the row's claim, which its changes name. */
const until = START + 2_000;
const reason = 'so it is';

const heardOrder = fc
  .tuple(fc.constantFrom(...STATUSES), fc.integer({ min: 0, max: 10 }), fc.boolean())
  .map(([status, filled, isChange]): Command => {
    const order = brokerOrder(status, String(filled));
    return isChange ? { kind: 'changed', order, until } : { kind: 'order', order };
  });
const heardWord = fc.constantFrom<Command>(
  { kind: 'rejected', reason },
  { kind: 'unknown', reason },
  { kind: 'not_sent', reason },
  { kind: 'missing' },
  { kind: 'no_answer' },
  { kind: 'change_unknown', until },
);
const fill = fc.integer({ min: 1, max: 5 }).map((quantity): Command => ({ kind: 'fill', quantity }));
const commands = fc.array(fc.tuple(fc.oneof(heardOrder, heardWord, fill), fc.integer({ min: 0, max: 70_000 })), {
  maxLength: 50,
});

describe('what is heard of an order', () => {
  it('makes only legal steps, keeps ends, never lets the filled quantity fall, and believes no end before its fills', () => {
    fc.assert(
      fc.property(commands, (list) => {
        let row = pending();
        let now = START;
        for (const [command, pauseMs] of list) {
          now += pauseMs;
          const next = apply(row, command, now);
          const [before, after] = [statusOf(row), statusOf(next)];
          expect(before === after || mayBecome(before, after), `${before} to ${after}`).toBe(true);
          expect(decimal(next.filledQuantity).gte(row.filledQuantity)).toBe(true);
          if (isTerminal(after)) expect([next.claimedBy, next.nextLookupAt]).toEqual([null, null]);
          if (after === 'filled') expect(decimal(next.filledQuantity).gte(next.quantity)).toBe(true);
          if (command.kind === 'order' && before !== after && isTerminal(after)) {
            expect(command.order.filledQuantity.lte(next.filledQuantity)).toBe(true);
          }
          row = next;
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives up what is missing at 60 s and not before', () => {
    const unknown = apply(pending(), { kind: 'unknown', reason: '' }, START);
    const missing = apply(unknown, { kind: 'missing' }, START);

    expect(apply(missing, { kind: 'missing' }, START + MISSING_MS - 1).status).toBe('unknown');
    expect(apply(missing, { kind: 'missing' }, START + MISSING_MS)).toMatchObject({
      status: 'rejected',
      reasonCode: 'not_accepted',
    });
  });

  it('does not take back what was found, for a refusal that comes late', () => {
    const accepted = apply(pending(), { kind: 'order', order: brokerOrder('accepted', '0') }, START);

    expect(stepOf(accepted, { kind: 'rejected', reason: 'late' }, START).refused).toContain('cannot become rejected');
    expect(stepOf(accepted, { kind: 'not_sent', reason: 'late' }, START).refused).toContain('cannot become canceled');
  });
});

function apply(row: OrderRow, command: Command, now: number): OrderRow {
  if (command.kind !== 'fill') return { ...row, ...stepOf(row, command, now).changes };
  const quantity = decimal(command.quantity);
  const filled = fillOrder(figuresOf(row), { quantity, price: decimal(100), commission: decimal(0) });
  const isEnd = filled.status !== row.status && isTerminal(filled.status);
  const ended = isEnd ? { claimedBy: null, claimUntil: null, nextLookupAt: null } : {};
  return { ...row, ...ended, status: filled.status, filledQuantity: filled.filledQuantity.toFixed() };
}
