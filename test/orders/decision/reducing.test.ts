/** Orders that only reduce a position: which they are, what they are let through, and what not. */
import { describe, expect, test } from 'vitest';
import { decimal } from '../../../src/core/index.ts';
import { decide } from '../../../src/orders/decision/decide.ts';
import { denialOf, held, NOW, UNIT, type ViewChanges, viewOf, working } from '../../support/decision.ts';

function isReducing(side: 'buy' | 'sell', quantity: number, account: ViewChanges['account']): boolean {
  return decide(viewOf({ request: { side, quantity: decimal(quantity) }, account: account ?? {} })).isReducing;
}

const CLOSING: ViewChanges = {
  request: { side: 'sell', quantity: decimal(10) },
  account: { positions: held({ AAPL: 10 }) },
};

describe('an order that reduces', () => {
  test('is a sale of what is held, at most', () => {
    const account = { positions: held({ AAPL: 10 }) };

    expect(isReducing('sell', 9, account)).toBe(true);
    expect(isReducing('sell', 10, account)).toBe(true);
    expect(isReducing('sell', 10.00000001, account)).toBe(false);
    expect(isReducing('buy', 1, account)).toBe(false);
  });

  test('is a purchase of what is short, at most', () => {
    const account = { positions: held({ AAPL: -10 }), shortValue: decimal(1000) };

    expect(isReducing('buy', 10, account)).toBe(true);
    expect(isReducing('buy', 10.00000001, account)).toBe(false);
    expect(isReducing('sell', 1, account)).toBe(false);
  });

  test('leaves what working orders close already', () => {
    const account = { positions: held({ AAPL: 10 }), working: [working('sell', 4), working('sell', 3)] };

    expect(isReducing('sell', 3, account)).toBe(true);
    expect(isReducing('sell', 3.00000001, account)).toBe(false);
    expect(isReducing('sell', 0.5, { ...account, working: [working('sell', 11)] })).toBe(false);
  });

  test('is not hindered by purchases and by orders of other symbols', () => {
    const others = [working('buy', 20), working('sell', 20, { symbol: 'MSFT' })];

    expect(isReducing('sell', 10, { positions: held({ AAPL: 10, MSFT: 20 }), working: others })).toBe(true);
  });

  test('does not exist where nothing is held', () => {
    expect(isReducing('sell', 1, {})).toBe(false);
    expect(isReducing('sell', 1, { positions: held({ MSFT: 10 }) })).toBe(false);
  });

  test('passes the limits on position, value, money, the day and losses', () => {
    const verdict = decide(
      viewOf({
        ...CLOSING,
        account: {
          positions: held({ AAPL: 10 }),
          cash: decimal(-5),
          equity: decimal(1),
        },
        settings: { maxOrderValue: UNIT, maxPositionPct: UNIT, maxDailyTrades: 0 },
        tradesToday: 99,
      }),
    );

    expect(verdict).toEqual({ kind: 'approved', isReducing: true });
  });

  test('passes when the account cannot be valued', () => {
    const account = { positions: held({ AAPL: 10, DARK: -1 }), equity: null, shortValue: null };

    expect(denialOf(viewOf({ ...CLOSING, account }))).toBeNull();
  });

  test('is the only one that passes while trading is reducing', () => {
    const settings = { state: 'reducing' } as const;
    const more = { ...CLOSING, request: { side: 'sell', quantity: decimal('10.00000001') } } as const;

    expect(denialOf(viewOf({ ...CLOSING, settings }))).toBeNull();
    expect(denialOf(viewOf({ ...more, settings }))?.code).toBe('REDUCING_ONLY');
    expect(denialOf(viewOf({ settings }))?.code).toBe('REDUCING_ONLY');
  });

  test.each([
    ['KILL_SWITCH_ACTIVE', { settings: { state: 'halted' } }],
    ['LIVE_DISABLED', { request: { side: 'sell', mode: 'live' } }],
    ['RUNAWAY', { isStopped: true }],
    ['MARKET_CLOSED', { session: { isOpen: false, tradingDay: '2026-03-02' } }],
    ['STALE_PRICE', { quote: null }],
    ['PRICE_COLLAR', { request: { side: 'sell', orderType: 'limit', limitPrice: decimal(50) } }],
    [
      'ORDER_RATE_LIMIT',
      {
        recent: {
          inLastMinute: 30,
          deniedOfSourceAndSymbolInLastMinute: 0,
          ofSourceAndSymbolInLastMinute: 0,
          sameAt: null,
        },
      },
    ],
    [
      'DUPLICATE_ORDER',
      {
        recent: {
          inLastMinute: 1,
          deniedOfSourceAndSymbolInLastMinute: 0,
          ofSourceAndSymbolInLastMinute: 1,
          sameAt: NOW,
        },
      },
    ],
  ] satisfies readonly (readonly [string, ViewChanges])[])('is still denied with %s', (code, changes) => {
    expect(denialOf(viewOf({ ...CLOSING, ...changes }))?.code).toBe(code);
  });

  test('of an agent needs approval when it is large', () => {
    const origin = { source: 'agent', sourceId: 1, actor: 'agent:1' } as const;
    const settings = { largeOrderThreshold: decimal(999) };

    expect(denialOf(viewOf({ ...CLOSING, origin, settings }))?.code).toBe('APPROVAL_REQUIRED');
    expect(denialOf(viewOf({ ...CLOSING, origin: { ...origin, isApproved: true }, settings }))).toBeNull();
  });
});

describe('an order that closes a position and opens another', () => {
  test('needs money for what it opens only', () => {
    const order: ViewChanges = { request: { side: 'sell', quantity: decimal(60) } };
    const positions = held({ AAPL: 50 });

    expect(denialOf(viewOf({ ...order, account: { positions, cash: decimal(1000) } }))).toBeNull();
    expect(denialOf(viewOf({ ...order, account: { positions, cash: decimal('999.99999999') } }))).toMatchObject({
      code: 'INSUFFICIENT_FUNDS',
      limit: '999.99999999',
      observed: '1000',
    });
  });

  test('is measured by the position that it leaves', () => {
    const account = { positions: held({ AAPL: 50 }) };

    expect(denialOf(viewOf({ request: { side: 'sell', quantity: decimal(150) }, account }))).toBeNull();
    expect(denialOf(viewOf({ request: { side: 'sell', quantity: decimal(151) }, account }))).toMatchObject({
      code: 'POSITION_LIMIT',
      observed: '10100',
    });
  });
});
