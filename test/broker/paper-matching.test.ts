/** What a quote does to an order, at the boundaries of price, time and session. Pure: no database, no clock. */
import { describe, expect, it } from 'vitest';
import { hasExpired, matchOrder } from '../../src/broker/paper/match.ts';
import type { PaperOrder } from '../../src/broker/paper/paper-order.ts';
import { closingAfter, isInSession, openingAfter } from '../../src/broker/paper/session.ts';
import { type Decimal, decimal, decimalText } from '../../src/core/index.ts';
import type { Quote } from '../../src/market/index.ts';
import { calendarOf } from '../../src/market/index.ts';

/** A Wednesday in July: New York trades from 13:30 to 20:00 UTC. */
const NOON = '2026-07-08T16:00:00.000Z';

type Numbers = 'quantity' | 'limitPrice' | 'stopPrice' | 'filledQuantity';
type Times = 'triggeredAt' | 'quotedAt' | 'expiresAt' | 'createdAt';
type Given = Partial<Omit<PaperOrder, Numbers | Times>> &
  Partial<Record<Numbers, number | string>> &
  Partial<Record<Times, string>>;

const number = (value: number | string | undefined): Decimal | null => (value === undefined ? null : decimal(value));
const time = (text: string | undefined): Date | null => (text === undefined ? null : new Date(text));

/** A purchase of 10 IBM of a second before noon, good till canceled; a limit or a stop price makes it such an order. */
function orderOf({ limitPrice, stopPrice, quantity = 10, filledQuantity = 0, ...given }: Given = {}): PaperOrder {
  const kind = limitPrice === undefined ? 'market' : 'limit';
  const stopKind = limitPrice === undefined ? 'stop' : 'stop_limit';
  const { triggeredAt, quotedAt, expiresAt, createdAt = '2026-07-08T15:59:59.000Z', ...rest } = given;
  return {
    ...{ id: 1, clientOrderId: 'a', symbol: 'IBM', side: 'buy', timeInForce: 'gtc', status: 'accepted', reason: null },
    orderType: stopPrice === undefined ? kind : stopKind,
    quantity: decimal(quantity),
    filledQuantity: decimal(filledQuantity),
    filledValue: decimal(0),
    limitPrice: number(limitPrice),
    stopPrice: number(stopPrice),
    triggeredAt: time(triggeredAt),
    quotedAt: time(quotedAt),
    expiresAt: time(expiresAt),
    createdAt: new Date(createdAt),
    ...rest,
  };
}

function quoteOf(
  price: number,
  { at = NOON, ...more }: Partial<Omit<Quote, 'at'>> & { readonly at?: string } = {},
): Quote {
  return { symbol: 'IBM', price, bid: null, ask: null, source: 'stand-in', ...more, at: new Date(at) };
}

/** `10 at 100.02`, `touched`, `touched, 10 at 99`, `nothing`; `, over` when it was its last quote. */
function outcome(order: Given, quote: Quote, terms: { bps?: number | string; available?: number } = {}): string {
  const { bps = 0, available } = terms;
  const match = matchOrder(orderOf(order), quote, { slippageBps: decimal(bps), available: number(available) });
  if (match === null) return 'nothing';
  const parts = [
    match.isTriggered ? 'touched' : '',
    match.fill === null ? '' : `${decimalText(match.fill.quantity)} at ${decimalText(match.fill.price)}`,
    match.isLast ? 'over' : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

describe('the price of a fill', () => {
  it.each<[string, Given, Quote, string]>([
    ['buys at the ask', {}, quoteOf(100, { bid: 99, ask: 101 }), '10 at 101'],
    ['sells at the bid', { side: 'sell' }, quoteOf(100, { bid: 99, ask: 101 }), '10 at 99'],
    ['buys at the price where nobody tells an ask', {}, quoteOf(100), '10 at 100'],
    ['sells at the price where nobody tells a bid', { side: 'sell' }, quoteOf(100), '10 at 100'],
    ['takes what remains', { filledQuantity: '2.5', status: 'partially_filled' }, quoteOf(100), '7.5 at 100'],
    ['does nothing to what has ended', { status: 'canceled' }, quoteOf(100), 'nothing'],
    ['has eight decimals, halves to even', {}, quoteOf(0.000000125), '10 at 0.00000012'],
    ['is nothing below the grid', {}, quoteOf(0.000000004), 'nothing'],
    ['is nothing of 0', {}, quoteOf(0), 'nothing'],
    ['is nothing of what is no number', {}, quoteOf(Number.NaN), 'nothing'],
    ['is nothing of infinity', {}, quoteOf(Number.POSITIVE_INFINITY), 'nothing'],
    ['takes the price where the ask is none', {}, quoteOf(100, { bid: 0, ask: Number.NaN }), '10 at 100'],
  ])('%s', (_what, order, quote, expected) => expect(outcome(order, quote)).toBe(expected));

  it.each<[string, Given, number | string, string]>([
    ['makes purchases dearer', {}, 2, '10 at 100.02'],
    ['makes sales cheaper', { side: 'sell' }, 2, '10 at 99.98'],
    ['has fractions', {}, '0.00001', '10 at 100.0000001'],
    ['never takes a purchase beyond its limit', { limitPrice: '100.01' }, 2, '10 at 100.01'],
    ['never takes a sale beyond its limit', { side: 'sell', limitPrice: '99.99' }, 2, '10 at 99.99'],
    ['leaves a purchase below its limit there', { limitPrice: '100.03' }, 2, '10 at 100.02'],
    ['does not keep a purchase at its limit from being filled', { limitPrice: 100 }, 2, '10 at 100'],
    ['does not keep a sale at its limit from being filled', { side: 'sell', limitPrice: 100 }, 2, '10 at 100'],
  ])('slippage %s', (_what, order, bps, expected) => expect(outcome(order, quoteOf(100), { bps })).toBe(expected));

  it.each<[string, number, string]>([
    ['bounds the quantity', 4, '4 at 100'],
    ['is no minimum', 11, '10 at 100'],
    ['may be all that remains', 10, '10 at 100'],
    ['may be nothing', 0, 'nothing'],
    ['may be less than nothing, when more was taken', -1, 'nothing'],
  ])('what is available %s', (_what, available, expected) => {
    expect(outcome({}, quoteOf(100), { available })).toBe(expected);
  });
});

describe('a limit', () => {
  it.each<[string, Given, Quote, string]>([
    ['is not reached a unit above it', { limitPrice: 100 }, quoteOf(100.00000001), 'nothing'],
    ['is reached by a purchase', { limitPrice: 100 }, quoteOf(100), '10 at 100'],
    ['gives a purchase the better price', { limitPrice: 100 }, quoteOf(99.5), '10 at 99.5'],
    ['is not reached a unit below it', { side: 'sell', limitPrice: 100 }, quoteOf(99.99999999), 'nothing'],
    ['is reached by a sale', { side: 'sell', limitPrice: 100 }, quoteOf(100), '10 at 100'],
    ['gives a sale the better price', { side: 'sell', limitPrice: 100 }, quoteOf(100.5), '10 at 100.5'],
    ['of a purchase looks at the ask', { limitPrice: 100 }, quoteOf(99, { bid: 98, ask: 100.01 }), 'nothing'],
    [
      'of a sale looks at the bid',
      { side: 'sell', limitPrice: 100 },
      quoteOf(101, { bid: 99.99, ask: 102 }),
      'nothing',
    ],
  ])('%s', (_what, order, quote, expected) => expect(outcome(order, quote)).toBe(expected));
});

describe('a stop', () => {
  const touched = '2026-07-08T15:59:59.500Z';
  it.each<[string, Given, Quote, string]>([
    ['to buy waits below it', { stopPrice: 100 }, quoteOf(99.99999999), 'nothing'],
    ['to buy is touched at it', { stopPrice: 100 }, quoteOf(100), 'touched, 10 at 100'],
    [
      'to buy takes what there is beyond it',
      { stopPrice: 100 },
      quoteOf(105, { bid: 104, ask: 106 }),
      'touched, 10 at 106',
    ],
    ['to sell waits above it', { side: 'sell', stopPrice: 100 }, quoteOf(100.00000001), 'nothing'],
    ['to sell is touched at it', { side: 'sell', stopPrice: 100 }, quoteOf(100), 'touched, 10 at 100'],
    [
      'is touched by the last price and not by the ask',
      { stopPrice: 100 },
      quoteOf(99, { bid: 98, ask: 101 }),
      'nothing',
    ],
    ['that was touched is a market order', { stopPrice: 100, triggeredAt: touched }, quoteOf(90), '10 at 90'],
    ['with a limit is touched and waits', { stopPrice: 100, limitPrice: 101 }, quoteOf(102), 'touched'],
    ['with a limit may be filled at once', { stopPrice: 100, limitPrice: 101 }, quoteOf(101), 'touched, 10 at 101'],
    ['with a limit does not fill before it is touched', { stopPrice: 100, limitPrice: 101 }, quoteOf(99), 'nothing'],
    [
      'with a limit, touched, is a limit order',
      { stopPrice: 100, limitPrice: 101, triggeredAt: touched },
      quoteOf(102),
      'nothing',
    ],
    [
      'with a limit, touched, fills below its stop',
      { stopPrice: 100, limitPrice: 101, triggeredAt: touched },
      quoteOf(99),
      '10 at 99',
    ],
    ['to sell with a limit', { side: 'sell', stopPrice: 100, limitPrice: 99 }, quoteOf(98), 'touched'],
  ])('%s', (_what, order, quote, expected) => expect(outcome(order, quote)).toBe(expected));
});

describe('the time of a quote', () => {
  const created = { createdAt: NOON };
  it.each<[string, Given, Quote, string]>([
    ['is after the order', created, quoteOf(100, { at: '2026-07-08T16:00:00.001Z' }), '10 at 100'],
    ['is not that of the order', created, quoteOf(100, { at: NOON }), 'nothing'],
    ['is not before the order', created, quoteOf(100, { at: '2026-07-08T15:59:59.999Z' }), 'nothing'],
    [
      'may be that of the order when prices are simulated',
      created,
      quoteOf(100, { at: NOON, source: 'simulated' }),
      '10 at 100',
    ],
    [
      'is not before the order when prices are simulated',
      created,
      quoteOf(100, { at: '2026-07-08T15:59:59.999Z', source: 'simulated' }),
      'nothing',
    ],
    ['is used once', { quotedAt: NOON }, quoteOf(100), 'nothing'],
    [
      'is used once when prices are simulated',
      { createdAt: NOON, quotedAt: NOON },
      quoteOf(100, { source: 'simulated' }),
      'nothing',
    ],
    ['does not go back', { quotedAt: '2026-07-08T16:00:00.001Z' }, quoteOf(100), 'nothing'],
    ['goes on', { quotedAt: '2026-07-08T15:59:59.999Z' }, quoteOf(100), '10 at 100'],
    ['is before the order expires', { expiresAt: '2026-07-08T16:00:00.001Z' }, quoteOf(100), '10 at 100'],
    ['is not when the order expires', { expiresAt: NOON }, quoteOf(100), 'nothing'],
  ])('%s', (_what, order, quote, expected) => expect(outcome(order, quote)).toBe(expected));
});

describe('the session', () => {
  const early = { createdAt: '2026-07-08T08:00:00.000Z' };
  const coin = { ...early, symbol: 'BTC-USD' };
  it.each<[string, Given, string, string]>([
    ['has not begun', early, '2026-07-08T13:29:59.999Z', 'nothing'],
    ['begins', early, '2026-07-08T13:30:00.000Z', '10 at 100'],
    ['still runs', early, '2026-07-08T19:59:59.999Z', '10 at 100'],
    ['is over', early, '2026-07-08T20:00:00.000Z', 'nothing'],
    ['does not take place on a Saturday', early, '2026-07-11T16:00:00.000Z', 'nothing'],
    ['does not take place on a holiday', early, '2026-09-07T16:00:00.000Z', 'nothing'],
    ['is shorter on the day after Thanksgiving', early, '2026-11-27T18:00:00.000Z', 'nothing'],
    ['of a coin never ends', coin, '2026-07-11T03:00:00.000Z', '10 at 100'],
  ])('%s', (_what, order, at, expected) => expect(outcome(order, quoteOf(100, { at }))).toBe(expected));

  it('is no matter where prices are simulated', () => {
    expect(outcome(early, quoteOf(100, { at: '2026-07-11T03:00:00.000Z', source: 'simulated' }))).toBe('10 at 100');
  });

  // Placed while the market was open on Wednesday: its opening is that of Thursday.
  const opening: Given = { createdAt: NOON, timeInForce: 'opg', expiresAt: '2026-07-09T20:00:00.000Z' };
  it.each<[string, Given, Quote, string]>([
    ['not in the session it was placed in', {}, quoteOf(100, { at: '2026-07-08T17:00:00.000Z' }), 'nothing'],
    ['not before the opening', {}, quoteOf(100, { at: '2026-07-09T13:29:59.999Z' }), 'nothing'],
    ['at the opening', {}, quoteOf(100, { at: '2026-07-09T13:30:00.000Z' }), '10 at 100, over'],
    ['at the first quote there is', {}, quoteOf(100, { at: '2026-07-09T15:00:00.000Z' }), '10 at 100, over'],
    ['at its limit or never', { limitPrice: 99 }, quoteOf(100, { at: '2026-07-09T13:30:00.000Z' }), 'over'],
    ['when its stop is touched or never', { stopPrice: 101 }, quoteOf(100, { at: '2026-07-09T13:30:00.000Z' }), 'over'],
    ['not after its session', {}, quoteOf(100, { at: '2026-07-09T20:00:00.000Z' }), 'nothing'],
    [
      'not before the opening of what is simulated',
      {},
      quoteOf(100, { at: '2026-07-08T17:00:00.000Z', source: 'simulated' }),
      'nothing',
    ],
  ])('fills an order for the opening %s', (_what, order, quote, expected) => {
    expect(outcome({ ...opening, ...order }, quote)).toBe(expected);
  });

  it.each([
    ['the same day while it runs', 'IBM', NOON, '2026-07-08T20:00:00.000Z'],
    ['the same day before it', 'IBM', '2026-07-08T08:00:00.000Z', '2026-07-08T20:00:00.000Z'],
    ['the next day at the close itself', 'IBM', '2026-07-08T20:00:00.000Z', '2026-07-09T20:00:00.000Z'],
    ['Monday after a Friday', 'IBM', '2026-07-10T21:00:00.000Z', '2026-07-13T20:00:00.000Z'],
    ['earlier on a short day', 'IBM', '2026-11-27T15:00:00.000Z', '2026-11-27T18:00:00.000Z'],
    ['at midnight UTC for a coin', 'BTC-USD', NOON, '2026-07-09T00:00:00.000Z'],
  ])('closes %s', (_what, symbol, at, expected) => {
    expect(new Date(closingAfter(calendarOf(symbol), Date.parse(at))).toISOString()).toBe(expected);
  });

  it.each([
    ['today before it', 'IBM', '2026-07-08T08:00:00.000Z', '2026-07-08T13:30:00.000Z'],
    ['now at the opening itself', 'IBM', '2026-07-08T13:30:00.000Z', '2026-07-08T13:30:00.000Z'],
    ['tomorrow once it runs', 'IBM', '2026-07-08T13:30:00.001Z', '2026-07-09T13:30:00.000Z'],
    ['on Monday after a Friday', 'IBM', '2026-07-10T21:00:00.000Z', '2026-07-13T13:30:00.000Z'],
    ['at midnight UTC for a coin', 'BTC-USD', NOON, '2026-07-09T00:00:00.000Z'],
  ])('opens next %s', (_what, symbol, at, expected) => {
    const { opensAt, closesAt } = openingAfter(calendarOf(symbol), Date.parse(at));
    expect(new Date(opensAt).toISOString()).toBe(expected);
    expect(isInSession(calendarOf(symbol), opensAt)).toBe(true);
    expect(isInSession(calendarOf(symbol), closesAt - 1)).toBe(true);
  });

  it('is over for an order at its end, not before', () => {
    const order = orderOf({ expiresAt: NOON });

    expect([-1, 0, 1].map((ms) => hasExpired(order, Date.parse(NOON) + ms))).toEqual([false, true, true]);
    expect(hasExpired(orderOf(), Number.MAX_SAFE_INTEGER)).toBe(false);
  });
});
