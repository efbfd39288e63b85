import { describe, expect, test } from 'vitest';
import type { OrderRequest } from '../../src/broker/index.ts';
import { DomainError, decimal, decimalText } from '../../src/core/index.ts';
import { type OrderInput, parseOrderInput, sameRequest } from '../../src/orders/order-input.ts';
import type { OrderRow } from '../../src/storage/index.ts';

const DEFAULTS = { clientOrderId: 'made-1', mode: 'paper' } as const;

const LIMIT = { symbol: 'AAPL', side: 'buy', quantity: '10', orderType: 'limit', limitPrice: '99.5' };

function parse(input: OrderInput): OrderRequest {
  return parseOrderInput(input, DEFAULTS);
}

/** Paths of the fields that are wrong; empty when nothing is. */
function wrongFields(input: OrderInput): readonly string[] {
  try {
    parse(input);
    return [];
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'VALIDATION') throw error;
    return error.fields.map(({ path }) => path.join('.'));
  }
}

describe('an order as its caller gives it', () => {
  test('becomes a complete one, exact', () => {
    const request = parse({
      symbol: 'aapl',
      side: 'sell',
      quantity: '0.00000001',
      orderType: 'stop_limit',
      limitPrice: 99.5,
      stopPrice: decimal('100.12345678'),
      timeInForce: 'gtc',
      clientOrderId: 'my_Order-1',
      mode: 'live',
    });

    expect(request).toEqual({
      clientOrderId: 'my_Order-1',
      mode: 'live',
      symbol: 'AAPL',
      side: 'sell',
      quantity: decimal('0.00000001'),
      orderType: 'stop_limit',
      limitPrice: decimal('99.5'),
      stopPrice: decimal('100.12345678'),
      timeInForce: 'gtc',
    });
  });

  test('takes an id, the mode of the account and the day where it says nothing', () => {
    expect(parse({ symbol: 'AAPL', side: 'buy', quantity: 1, orderType: 'market' })).toMatchObject({
      clientOrderId: 'made-1',
      mode: 'paper',
      timeInForce: 'day',
      limitPrice: null,
      stopPrice: null,
    });
  });

  test('treats null as left out', () => {
    const nothing = { limitPrice: null, stopPrice: null, timeInForce: null, clientOrderId: null, mode: null };

    expect(wrongFields({ symbol: 'AAPL', side: 'buy', quantity: 1, orderType: 'market', ...nothing })).toEqual([]);
  });

  test('is told of everything that is wrong at once', () => {
    const everything = { symbol: '../', quantity: 0, timeInForce: 'ioc', clientOrderId: 'a b', mode: 'demo' };

    expect(wrongFields({})).toEqual(['symbol', 'side', 'quantity', 'orderType']);
    expect(wrongFields({ ...everything, side: 'short', orderType: 'bracket' })).toEqual([
      'clientOrderId',
      'mode',
      'symbol',
      'side',
      'quantity',
      'orderType',
      'timeInForce',
    ]);
    expect(wrongFields({ ...everything, side: 'buy', orderType: 'stop_limit', limitPrice: '-1' })).toContain(
      'limitPrice',
    );
    expect(wrongFields({ ...LIMIT, orderType: 'stop_limit', limitPrice: '0' })).toEqual(['limitPrice', 'stopPrice']);
  });

  test.each([
    ['market', [], []],
    ['limit', ['limitPrice'], ['limitPrice']],
    ['stop', ['stopPrice'], ['stopPrice']],
    ['stop_limit', ['limitPrice', 'stopPrice'], ['limitPrice', 'stopPrice']],
  ] as const)('of type %s has the prices that it needs, and no other', (orderType, needed, allowed) => {
    const base = { symbol: 'AAPL', side: 'buy', quantity: 1, orderType };
    const excess = ['limitPrice', 'stopPrice'].filter((name) => !allowed.some((known) => known === name));

    expect(wrongFields(base)).toEqual(needed);
    expect(wrongFields({ ...base, limitPrice: 1, stopPrice: 1 })).toEqual(excess);
  });
});

/** None of these is a quantity or a price, in any spelling. */
const HOSTILE: readonly (readonly [string, unknown])[] = [
  ['an exponent', '1e5'],
  ['a text of infinity', 'Infinity'],
  ['an infinite number', Number.POSITIVE_INFINITY],
  ['a number beyond all', Number.parseFloat('1e309')],
  ['nearly as large a number', 1e308],
  ['a number too small', 1e-9],
  ['minus zero', -0],
  ['a text of minus zero', '-0'],
  ['zero', 0],
  ['a text of zero', '0.00000000'],
  ['less than zero', -1],
  ['no number', Number.NaN],
  ['a text of no number', 'NaN'],
  ['40 digits', '1234567890123456789012345678901234567890'],
  ['40 decimals', `0.${'1'.repeat(40)}`],
  ['nine decimals', '1.123456789'],
  ['a sum of binary fractions', 0.1 + 0.2],
  ['2^53 + 1', '9007199254740993'],
  ['2^53 + 1 as a number', 2 ** 53 + 1],
  ['2^53 + 1 as a bigint', 2n ** 53n + 1n],
  ['more than the greatest', '999999999999.00000001'],
  ['a million zeros', '0'.repeat(1_000_000)],
  ['an empty text', ''],
  ['spaces around it', ' 1 '],
  ['a plus', '+1'],
  ['a point without digits', '1.'],
  ['a point first', '.5'],
  ['thousands', '1,000'],
  ['hexadecimal', '0x10'],
  ['other digits', '１２'],
  ['an Arabic digit', '٣'],
  ['a line end', '1\n'],
  ['a truth', true],
  ['a list', ['1']],
  ['an object', { toString: () => '1' }],
  ['an object that poses as a decimal', { toFixed: () => '1', s: 1, e: 0, d: [1] }],
  ['an object that poses as one in JSON', { toStringTag: '[object Decimal]', s: 1, e: 0, d: [1] }],
  ['a decimal that is infinite', decimal(1).div(0)],
  ['a decimal with nine places', decimal('1.123456789')],
  ['a symbol', Symbol('1')],
  ['a function', () => 1],
];

describe('a quantity or price', () => {
  test.each(HOSTILE)('is not %s', (_name, value) => {
    expect(wrongFields({ ...LIMIT, quantity: value })).toEqual(['quantity']);
    expect(wrongFields({ ...LIMIT, limitPrice: value })).toEqual(['limitPrice']);
    expect(wrongFields({ ...LIMIT, orderType: 'stop_limit', stopPrice: value })).toEqual(['stopPrice']);
  });

  test.each([
    ['1', '1'],
    ['0001.50', '1.5'],
    [0.1, '0.1'],
    [1e-8, '0.00000001'],
    ['0.00000001', '0.00000001'],
    ['999999999999', '999999999999'],
    [999_999_999_999, '999999999999'],
    ['123456789012.12345678', '123456789012.12345678'],
    [decimal('2.50'), '2.5'],
  ])('is %s', (value, text) => {
    expect(decimalText(parse({ ...LIMIT, quantity: value }).quantity)).toBe(text);
  });

  test('that is refused is shown, shortened', () => {
    const message = /quantity must be a decimal above 0.*found "1{60}…"/;

    expect(() => parse({ ...LIMIT, quantity: '1'.repeat(1000) })).toThrow(message);
  });
});

describe('a client order id', () => {
  test.each(['a', 'Z', '0', '_', '-', 'x'.repeat(48), '__proto__', 'constructor'])('may be %s', (clientOrderId) => {
    expect(parse({ ...LIMIT, clientOrderId }).clientOrderId).toBe(clientOrderId);
  });

  test.each(['', ' ', 'a b', 'x'.repeat(49), 'ä', 'а', 'a\n', 'a\u0000', "a'--", '%', '../a', 'a.b', '\u202ea'])(
    'may not be %j',
    (clientOrderId) => {
      expect(wrongFields({ ...LIMIT, clientOrderId })).toEqual(['clientOrderId']);
    },
  );
});

describe('words', () => {
  test.each(['toString', '__proto__', 'BUY', ' buy', 'buy ', ''])('of the side are not %j', (side) => {
    expect(wrongFields({ ...LIMIT, side })).toEqual(['side']);
  });

  test.each(['АAPL', 'AAPL\u200f', '=AAPL', 'A%', '', 'A'.repeat(33)])('of the symbol are not %j', (symbol) => {
    expect(wrongFields({ ...LIMIT, symbol })).toEqual(['symbol']);
  });
});

describe('client ids that the server makes itself', () => {
  const wrongFor = (
    clientOrderId: string,
    source?: 'manual' | 'agent' | 'rebalance' | 'kill' | 'external',
  ): boolean => {
    try {
      parseOrderInput({ ...LIMIT, clientOrderId }, { ...DEFAULTS, ...(source && { source }) });
      return false;
    } catch (error) {
      return error instanceof DomainError && error.fields[0]?.path[0] === 'clientOrderId';
    }
  };

  test.each(['kill-7-0123456789ab-1', 'rebalance-7-0', 'external-0123'])('nobody else may take %s', (id) => {
    expect([wrongFor(id, 'manual'), wrongFor(id, 'agent')]).toEqual([true, true]);
  });

  test('are for those who make them, and are no others because something like them is in them', () => {
    expect([wrongFor('kill-7-a-1', 'kill'), wrongFor('external-7', 'external')]).toEqual([false, false]);
    expect([wrongFor('rebalance-7-0', 'rebalance'), wrongFor('rebalance-7-0', 'agent')]).toEqual([false, true]);
    expect([wrongFor('kill-7-a-1', 'external'), wrongFor('external-7', 'kill')]).toEqual([true, true]);
    expect([wrongFor('my-kill-7', 'manual'), wrongFor('killed', 'manual')]).toEqual([false, false]);
    expect(wrongFor('external-7')).toBe(false);
  });
});

describe('an order under an id that was used', () => {
  const request = parse({ ...LIMIT, quantity: '10.50' });
  const row = {
    mode: 'paper',
    symbol: 'AAPL',
    side: 'buy',
    quantity: '10.5',
    orderType: 'limit',
    limitPrice: '99.5',
    stopPrice: null,
    timeInForce: 'day',
  } as OrderRow;

  test('is the same when all that was asked for is', () => {
    expect(sameRequest(row, request)).toBe(true);
    expect(sameRequest(row, { ...request, clientOrderId: 'other' })).toBe(true);
  });

  test.each([
    ['mode', 'live'],
    ['symbol', 'MSFT'],
    ['side', 'sell'],
    ['quantity', '10.50000001'],
    ['orderType', 'stop_limit'],
    ['limitPrice', '99.50000001'],
    ['limitPrice', null],
    ['stopPrice', '1'],
    ['timeInForce', 'gtc'],
  ])('is another one when its %s is %s', (field, value) => {
    expect(sameRequest({ ...row, [field]: value }, request)).toBe(false);
  });
});
