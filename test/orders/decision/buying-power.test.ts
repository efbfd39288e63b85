import { describe, expect, test } from 'vitest';
import { type Decimal, decimal, decimalText } from '../../../src/core/index.ts';
import { buyingPower } from '../../../src/orders/decision/buying-power.ts';
import { highestPrice } from '../../../src/orders/decision/exposure.ts';
import { held, type ViewChanges, viewOf, working } from '../../support/decision.ts';

function powerOf(account: ViewChanges['account']): string | null {
  const power = buyingPower(viewOf({ account: account ?? {} }).account);
  return power === null ? null : decimalText(power);
}

describe('buying power', () => {
  test('is the cash, exact', () => {
    expect(powerOf({ cash: decimal('1234.56789012') })).toBe('1234.56789012');
  });

  test('is less what working purchases may cost', () => {
    const orders = [working('buy', 3), working('buy', 2, { symbol: 'MSFT', price: decimal('250.5') })];

    expect(powerOf({ cash: decimal(1000), working: orders })).toBe('199');
  });

  test('is never below 0', () => {
    expect(powerOf({ cash: decimal(100), working: [working('buy', 2)] })).toBe('0');
    expect(powerOf({ cash: decimal(-1) })).toBe('0');
  });

  test('is not changed by working sales of what is held, nor by purchases of what is short', () => {
    expect(powerOf({ cash: decimal(1000), positions: held({ AAPL: 5 }), working: [working('sell', 5)] })).toBe('1000');
    expect(
      powerOf({
        cash: decimal(2000),
        positions: held({ AAPL: -5 }),
        shortValue: decimal(500),
        working: [working('buy', 5)],
      }),
    ).toBe('1000');
  });

  test('is less by a short sale as by a purchase of its size, while it works and when it is filled', () => {
    const before = { cash: decimal(1000) };
    const selling = { ...before, working: [working('sell', 4)] };
    const sold = { cash: decimal(1400), positions: held({ AAPL: -4 }), shortValue: decimal(400) };

    expect(powerOf(selling)).toBe('600');
    expect(powerOf(sold)).toBe('600');
  });

  test('counts what several orders open together, at the higher prices', () => {
    const orders = [
      working('sell', 4, { price: decimal(110) }),
      working('sell', 4, { price: decimal(90) }),
      working('sell', 4, { price: decimal(100) }),
    ];

    // Nine are held: the cheapest four, the next four, and one of the dearest close; three at 110 open.
    expect(powerOf({ cash: decimal(1000), positions: held({ AAPL: 9 }), working: orders })).toBe('670');
  });

  test('cannot be told when a short position has no price', () => {
    expect(powerOf({ positions: held({ AAPL: -4 }), shortValue: null })).toBeNull();
  });
});

describe('the price at which an order counts', () => {
  const [stop, limit] = [decimal(90), decimal(95)];

  test.each([
    ['buy', 'market', 100, '100'],
    ['sell', 'market', 100, '100'],
    // A purchase with a limit costs no more than it.
    ['buy', 'limit', 100, '95'],
    ['buy', 'stop_limit', 100, '95'],
    // A sale with a limit is filled at the market, when that is higher.
    ['sell', 'limit', 100, '100'],
    ['sell', 'limit', 80, '95'],
    // A stop that is passed already is a market order.
    ['buy', 'stop', 100, '100'],
    ['buy', 'stop', 80, '90'],
    ['sell', 'stop', 100, '90'],
    ['sell', 'stop_limit', 100, '95'],
  ] as const)('of a %s %s order at a last price of %i is %s', (side, orderType, last, expected) => {
    const order = {
      side,
      orderType,
      limitPrice: orderType.includes('limit') ? limit : null,
      stopPrice: orderType.includes('stop') ? stop : null,
    };

    expect(text(highestPrice(order, decimal(last)))).toBe(expected);
  });

  test('of a stop_limit order whose limit lies beyond its stop is the limit to buy, and the stop to sell', () => {
    const order = { orderType: 'stop_limit', limitPrice: stop, stopPrice: limit } as const;

    expect(text(highestPrice({ ...order, side: 'buy' }, decimal(100)))).toBe('90');
    expect(text(highestPrice({ ...order, side: 'sell' }, decimal(100)))).toBe('95');
  });

  test('is unknown without a last price, where that may be the higher one', () => {
    expect(highestPrice({ side: 'buy', orderType: 'market', limitPrice: null, stopPrice: null }, null)).toBeNull();
    expect(highestPrice({ side: 'sell', orderType: 'limit', limitPrice: limit, stopPrice: null }, null)).toBeNull();
    expect(highestPrice({ side: 'buy', orderType: 'stop', limitPrice: null, stopPrice: stop }, null)).toBeNull();
    expect(text(highestPrice({ side: 'buy', orderType: 'limit', limitPrice: limit, stopPrice: null }, null))).toBe(
      '95',
    );
  });
});

function text(value: Decimal | null): string | null {
  return value === null ? null : decimalText(value);
}
