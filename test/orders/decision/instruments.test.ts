/** Mode, shape, session and price: what an order may be, where, and when. */
import { describe, expect, test } from 'vitest';
import { decimal } from '../../../src/core/index.ts';
import { denialOf, EVERYTHING, NOW, type ViewChanges, viewOf } from '../../support/decision.ts';

const CLOSED: ViewChanges['session'] = { isOpen: false, tradingDay: '2026-03-02' };
const YESTERDAY = { price: decimal(100), at: NOW - 86_400_000 };

describe('the mode', () => {
  test('is paper for those who ask for paper, whatever the account does', () => {
    expect(denialOf(viewOf({ request: { mode: 'paper' }, effectiveMode: 'live' }))).toBeNull();
  });

  test('is live only where live is in effect', () => {
    expect(denialOf(viewOf({ request: { mode: 'live' }, effectiveMode: 'live' }))).toBeNull();
    expect(denialOf(viewOf({ request: { mode: 'live' }, effectiveMode: 'paper' }))?.code).toBe('LIVE_DISABLED');
  });
});

describe('the shape of an order', () => {
  test.each([
    ['market', { orderType: 'market' }],
    ['limit', { orderType: 'limit', limitPrice: decimal(100) }],
    ['stop', { orderType: 'stop', stopPrice: decimal(101) }],
    ['stop_limit', { orderType: 'stop_limit', stopPrice: decimal(101), limitPrice: decimal(102) }],
  ] satisfies readonly (readonly [string, ViewChanges['request']])[])(
    'of type %s needs a broker that takes it',
    (orderType, request) => {
      const others = EVERYTHING.orderTypes.filter((known) => known !== orderType);
      const denial = denialOf(viewOf({ request, capabilities: { ...EVERYTHING, orderTypes: others } }));

      expect(denialOf(viewOf({ request }))).toBeNull();
      expect(denial?.code).toBe('ORDER_NOT_SUPPORTED');
      expect(denial?.message).toContain(others.join(', '));
    },
  );

  test.each(EVERYTHING.timesInForce)('with time in force %s needs a broker that takes it', (timeInForce) => {
    const others = EVERYTHING.timesInForce.filter((known) => known !== timeInForce);
    const capabilities = { ...EVERYTHING, timesInForce: others };

    expect(denialOf(viewOf({ request: { timeInForce } }))).toBeNull();
    expect(denialOf(viewOf({ request: { timeInForce }, capabilities }))?.code).toBe('ORDER_NOT_SUPPORTED');
  });

  test('with fractions needs a broker that takes them', () => {
    const capabilities = { ...EVERYTHING, fractional: false };

    expect(denialOf(viewOf({ capabilities }))).toBeNull();
    expect(denialOf(viewOf({ capabilities, request: { quantity: decimal('9.99999999') } }))?.code).toBe(
      'ORDER_NOT_SUPPORTED',
    );
    expect(denialOf(viewOf({ request: { quantity: decimal('9.99999999') } }))).toBeNull();
  });
});

describe('the session', () => {
  test('has to be one of an instrument that exists', () => {
    const denial = denialOf(viewOf({ session: null, quote: null, request: { symbol: 'NOSUCH' } }));

    expect(denial?.code).toBe('UNKNOWN_SYMBOL');
    expect(denial?.message).toContain('NOSUCH');
  });

  test('has to be open, but for orders that wait for the opening and brokers that do not', () => {
    expect(denialOf(viewOf({ session: CLOSED }))?.code).toBe('MARKET_CLOSED');
    expect(denialOf(viewOf({ session: CLOSED, request: { timeInForce: 'gtc' } }))?.code).toBe('MARKET_CLOSED');
    expect(denialOf(viewOf({ session: CLOSED, request: { timeInForce: 'opg' } }))).toBeNull();
    expect(denialOf(viewOf({ session: CLOSED, capabilities: { ...EVERYTHING, extendedHours: true } }))).toBeNull();
  });

  test('lets orders for the next opening be placed while it is open', () => {
    expect(denialOf(viewOf({ request: { timeInForce: 'opg' } }))).toBeNull();
  });
});

describe('the price', () => {
  test('has to be there', () => {
    expect(denialOf(viewOf({ quote: null }))?.code).toBe('STALE_PRICE');
    expect(denialOf(viewOf({ quote: { price: decimal(0), at: NOW } }))?.code).toBe('STALE_PRICE');
  });

  test('may be the last one when the order waits for the opening', () => {
    const opg = { timeInForce: 'opg' } as const;

    expect(denialOf(viewOf({ session: CLOSED, request: opg, quote: YESTERDAY }))).toBeNull();
    expect(denialOf(viewOf({ session: CLOSED, request: opg, quote: null }))?.code).toBe('STALE_PRICE');
    expect(denialOf(viewOf({ request: opg, quote: YESTERDAY }))?.code).toBe('STALE_PRICE');
  });

  test('has to be new when the broker trades outside the session', () => {
    const capabilities = { ...EVERYTHING, extendedHours: true };

    expect(denialOf(viewOf({ session: CLOSED, capabilities, quote: YESTERDAY }))?.code).toBe('STALE_PRICE');
  });

  test('that is too old, or from the future, is told with its age', () => {
    const old = denialOf(viewOf({ quote: { price: decimal(100), at: NOW - 90_500 } }));
    const early = denialOf(viewOf({ quote: { price: decimal(100), at: NOW + 90_500 } }));

    expect(old?.message).toContain('may be 60 s old and is 90.5 s old');
    expect(early?.message).toContain('is from 90.5 s in the future');
  });

  test('that is not a time at all denies', () => {
    expect(denialOf(viewOf({ quote: { price: decimal(100), at: Number.NaN } }))?.code).toBe('STALE_PRICE');
  });

  test('and the side of it on which a limit may not be are told', () => {
    const buying = denialOf(viewOf({ request: { orderType: 'limit', limitPrice: decimal(200) } }));
    const selling = denialOf(viewOf({ request: { side: 'sell', orderType: 'limit', limitPrice: decimal(50) } }));

    expect(buying?.message).toContain('at most 5 % above 100, that is 105; it is 200');
    expect(selling?.message).toContain('at most 5 % below 100, that is 95; it is 50');
  });

  test('bounds no limit that is better than the market, no stop and no market order', () => {
    const far = { quantity: decimal(1), stopPrice: decimal(500) };

    expect(denialOf(viewOf({ request: { orderType: 'limit', limitPrice: decimal(1) } }))).toBeNull();
    expect(denialOf(viewOf({ request: { side: 'sell', orderType: 'limit', limitPrice: decimal(900) } }))).toBeNull();
    expect(denialOf(viewOf({ request: { ...far, orderType: 'stop' } }))).toBeNull();
  });
});
