/** What cannot be read or priced is denied, by every check that needs it. */
import { describe, expect, test } from 'vitest';
import { type Decimal, decimal } from '../../../src/core/index.ts';
import { checkApproval } from '../../../src/orders/decision/approval.ts';
import { CHECKS } from '../../../src/orders/decision/checks.ts';
import { decide } from '../../../src/orders/decision/decide.ts';
import { denialOf, type ViewChanges, viewOf } from '../../support/decision.ts';

/** Codes of all checks that deny, each asked by itself. */
function denying(changes: ViewChanges): readonly string[] {
  const view = viewOf(changes);
  return CHECKS.flatMap((check) => check(view)?.code ?? []);
}

describe('without what it needs, an order is denied', () => {
  test('by everything that needs its price', () => {
    const settings = { maxOrderValue: decimal(1_000_000) };
    const origin = { source: 'agent', sourceId: 1, actor: 'agent:1' } as const;
    const needPrice = ['STALE_PRICE', 'ORDER_VALUE_LIMIT', 'POSITION_LIMIT', 'INSUFFICIENT_FUNDS', 'APPROVAL_REQUIRED'];
    const limit = { orderType: 'limit', limitPrice: decimal(100) } as const;

    expect(denying({ quote: null, settings, origin })).toEqual(needPrice);
    expect(denying({ quote: null, request: limit })).toEqual(['STALE_PRICE', 'PRICE_COLLAR', 'POSITION_LIMIT']);
    expect(checkApproval(viewOf({ quote: null, origin }))?.message).toContain('cannot be valued');
  });

  test('by a check that fails, instead of failing the orders that are decided with it', () => {
    const fault = new Error('a fault');
    const failing = (): never => {
      throw fault;
    };

    expect(decide(viewOf(), [failing])).toMatchObject({ kind: 'denied', denial: { code: 'UNAVAILABLE', fault } });
  });

  test('by everything that needs the equity', () => {
    expect(denying({ account: { equity: null } })).toEqual(['POSITION_LIMIT', 'DAILY_LOSS_LIMIT', 'DRAWDOWN_LIMIT']);
  });

  test('by the buying power when a short position has no price', () => {
    expect(denying({ account: { shortValue: null } })).toEqual(['INSUFFICIENT_FUNDS']);
  });

  test.each([decimal(0), decimal(-1)])('when the equity is %s', (equity: Decimal) => {
    expect(denying({ account: { equity } })).toContain('POSITION_LIMIT');
    expect(denialOf(viewOf({ account: { equity } }))?.code).toBe('POSITION_LIMIT');
  });
});

describe('the weight that a goal allows', () => {
  const large: ViewChanges = { request: { quantity: decimal(101) } };
  const rebalance = { source: 'rebalance', sourceId: 3, actor: 'goal:3' } as const;

  test('counts for rebalances only, and only where it is given', () => {
    const weight = { maxPositionPct: '0.5' };

    expect(denying({ ...large, origin: { ...rebalance, ...weight } })).toEqual([]);
    expect(denying({ ...large, origin: rebalance })).toEqual(['POSITION_LIMIT']);
    expect(denying({ ...large, origin: weight })).toEqual(['POSITION_LIMIT']);
  });

  test('may be less than the limit of the account', () => {
    expect(denying({ origin: { ...rebalance, maxPositionPct: '0.00999999' } })).toEqual(['POSITION_LIMIT']);
  });

  test('allows nothing when it cannot be read', () => {
    expect(denying({ origin: { ...rebalance, maxPositionPct: '1e5' } })).toEqual(['POSITION_LIMIT']);
  });
});
