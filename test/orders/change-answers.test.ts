/** Answers to changes, and to questions about orders that are still being sent. */
import { describe, expect, it } from 'vitest';
import { decimal } from '../../src/core/index.ts';
import { type Heard, stepOf } from '../../src/orders/order-step.ts';
import type { OrderRow } from '../../src/storage/index.ts';

const NOW = Date.parse('2026-11-25T15:00:00Z');
const PLACE = { reservedDay: null, isReducing: true };

/** Only what steps look at. */
function row(changes: Partial<OrderRow>): OrderRow {
  const facts = { id: 1, status: 'accepted', quantity: '20', filledQuantity: '0', limitPrice: null, stopPrice: null };
  const times = { cancelRequestedAt: null, nextLookupAt: null, missingSince: null, submittedAt: null, lookups: 0 };
  return { ...facts, ...times, claimedBy: 'p', claimUntil: new Date(NOW), ...changes } as OrderRow;
}

const terms = { quantity: decimal(10), limitPrice: null, stopPrice: null };
const unchanged = (until: number): Heard => ({ kind: 'unchanged', terms, place: PLACE, until });

describe('the answer to a change', () => {
  it('puts the old terms back and ends the claim', () => {
    expect(stepOf(row({}), unchanged(NOW), NOW).changes).toMatchObject({ quantity: '10', claimedBy: null, ...PLACE });
  });

  it('says nothing when the order is claimed for another change by now, or for none', () => {
    for (const claimUntil of [new Date(NOW + 20_000), null]) {
      expect(stepOf(row({ claimUntil }), unchanged(NOW), NOW).changes).toEqual({});
      expect(stepOf(row({ claimUntil }), { kind: 'change_unknown', until: NOW }, NOW).changes).toEqual({});
    }
  });

  it('leaves the terms alone when the broker answers for an older change', () => {
    const names = { brokerOrderId: 'b', clientOrderId: 'a', symbol: 'SPY', side: 'buy', orderType: 'market' } as const;
    const state = { status: 'accepted', timeInForce: 'day', filledQuantity: decimal(0), reason: null } as const;
    const order = { ...names, ...terms, ...state, submittedAt: new Date(NOW) };
    const claimed = row({ claimUntil: new Date(NOW + 20_000) });

    expect(stepOf(claimed, { kind: 'changed', order, until: NOW }, NOW).changes).not.toHaveProperty('quantity');
    expect(stepOf(row({}), { kind: 'changed', order, until: NOW }, NOW).changes).toMatchObject({ quantity: '10' });
  });
});

describe('an order that is being sent', () => {
  it('is asked for again later when the broker does not have it yet and it is to be canceled', () => {
    const sending = row({ status: 'pending_submit', nextLookupAt: new Date(NOW) });

    expect(stepOf(sending, { kind: 'missing' }, NOW).changes).toEqual({
      lookups: 1,
      nextLookupAt: new Date(NOW + 2_000),
    });
    expect(stepOf(row({ status: 'pending_submit' }), { kind: 'missing' }, NOW).changes).toEqual({});
  });
});
