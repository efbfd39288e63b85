/** Every check that compares: one unit below its bound, at it, and one unit above. */
import { describe, expect, test } from 'vitest';
import { type Decimal, decimal, type ErrorCode } from '../../../src/core/index.ts';
import { denialOf, held, NOW, UNIT, type ViewChanges, viewOf, working } from '../../support/decision.ts';

interface Boundary {
  readonly name: string;
  readonly code: ErrorCode;
  /** Whether the values below, at and above the bound are denied. */
  readonly denied: readonly [boolean, boolean, boolean];
  /** The bound and the value at it, as a denial tells them; only where the value at or above the bound is denied. */
  readonly limit: string;
  readonly observed: readonly [string, string, string];
  /** The view whose value is `steps` units above the bound. */
  readonly view: (steps: -1 | 0 | 1) => ViewChanges;
}

const ABOVE = [false, false, true] as const;
const FROM = [false, true, true] as const;
const BELOW = [true, false, false] as const;
const UP_TO = [true, true, false] as const;

const STEPS = [-1, 0, 1] as const;

function near(value: string | number, steps: number): Decimal {
  return decimal(value).plus(UNIT.times(steps));
}

function around(value: number): readonly [string, string, string] {
  return [`${value - 1}.99999999`, `${value}`, `${value}.00000001`];
}

/** A purchase of one share whose limit is its value, on which the quote agrees. */
function worth(value: Decimal): Pick<ViewChanges, 'request' | 'quote'> {
  return {
    request: { quantity: decimal(1), orderType: 'limit', limitPrice: value },
    quote: { price: value, at: NOW },
  };
}

const STRATEGY = { source: 'strategy', sourceId: 7, actor: 'strategy:7' } as const;

const BOUNDARIES: readonly Boundary[] = [
  {
    name: 'age of the price',
    code: 'STALE_PRICE',
    denied: ABOVE,
    limit: '60',
    observed: ['59.999', '60', '60.001'],
    view: (steps) => ({ quote: { price: decimal(100), at: NOW - 60_000 - steps } }),
  },
  {
    name: 'price from the future',
    code: 'STALE_PRICE',
    denied: ABOVE,
    limit: '60',
    observed: ['-59.999', '-60', '-60.001'],
    view: (steps) => ({ quote: { price: decimal(100), at: NOW + 60_000 + steps } }),
  },
  {
    name: 'limit of a purchase',
    code: 'PRICE_COLLAR',
    denied: ABOVE,
    limit: '105',
    observed: around(105),
    view: (steps) => ({ request: { orderType: 'limit', limitPrice: near(105, steps) } }),
  },
  {
    name: 'limit of a sale',
    code: 'PRICE_COLLAR',
    denied: BELOW,
    limit: '95',
    observed: around(95),
    view: (steps) => ({ request: { side: 'sell', orderType: 'limit', limitPrice: near(95, steps) } }),
  },
  {
    name: 'limit of a purchase beyond its stop',
    code: 'PRICE_COLLAR',
    denied: ABOVE,
    limit: '126',
    observed: around(126),
    view: (steps) => ({
      request: { orderType: 'stop_limit', stopPrice: decimal(120), limitPrice: near(126, steps) },
    }),
  },
  {
    name: 'limit of a sale beyond its stop',
    code: 'PRICE_COLLAR',
    denied: BELOW,
    limit: '76',
    observed: around(76),
    view: (steps) => ({
      request: { side: 'sell', orderType: 'stop_limit', stopPrice: decimal(80), limitPrice: near(76, steps) },
    }),
  },
  {
    name: 'limit of a stop_limit purchase whose stop is passed already',
    code: 'PRICE_COLLAR',
    denied: ABOVE,
    limit: '105',
    observed: around(105),
    view: (steps) => ({
      request: { orderType: 'stop_limit', stopPrice: decimal(50), limitPrice: near(105, steps) },
    }),
  },
  {
    name: 'trades of the day',
    code: 'DAILY_TRADE_LIMIT',
    denied: FROM,
    limit: '10',
    observed: ['9', '10', '11'],
    view: (steps) => ({ tradesToday: 10 + steps }),
  },
  {
    name: 'denials of one source and symbol in a minute',
    code: 'RUNAWAY',
    denied: FROM,
    limit: '30',
    observed: ['29', '30', '31'],
    view: (steps) => ({
      origin: STRATEGY,
      recent: {
        inLastMinute: 0,
        deniedOfSourceAndSymbolInLastMinute: 30 + steps,
        ofSourceAndSymbolInLastMinute: 0,
        sameAt: null,
      },
    }),
  },
  {
    name: 'value of what is held, by an order with a limit far below the last price',
    code: 'POSITION_LIMIT',
    denied: ABOVE,
    limit: '10000',
    observed: ['9999.999999', '10000', '10000.000001'],
    view: (steps) => ({
      settings: { priceCollarPct: decimal(1) },
      request: { quantity: near(10, steps), orderType: 'limit', limitPrice: decimal(50) },
      account: { positions: held({ AAPL: 90 }) },
    }),
  },
  {
    name: 'orders of one source and symbol in a minute',
    code: 'RUNAWAY',
    denied: FROM,
    limit: '5',
    observed: ['4', '5', '6'],
    view: (steps) => ({
      origin: STRATEGY,
      recent: {
        inLastMinute: 6,
        deniedOfSourceAndSymbolInLastMinute: 0,
        ofSourceAndSymbolInLastMinute: 5 + steps,
        sameAt: null,
      },
    }),
  },
  {
    name: 'orders in a minute',
    code: 'ORDER_RATE_LIMIT',
    denied: FROM,
    limit: '30',
    observed: ['29', '30', '31'],
    view: (steps) => ({
      recent: {
        inLastMinute: 30 + steps,
        deniedOfSourceAndSymbolInLastMinute: 0,
        ofSourceAndSymbolInLastMinute: 0,
        sameAt: null,
      },
    }),
  },
  {
    name: 'value of an order',
    code: 'ORDER_VALUE_LIMIT',
    denied: ABOVE,
    limit: '5000',
    observed: around(5000),
    view: (steps) => ({ ...worth(near(5000, steps)), settings: { maxOrderValue: decimal(5000) } }),
  },
  {
    name: 'value of a position',
    code: 'POSITION_LIMIT',
    denied: ABOVE,
    limit: '10000',
    observed: around(10_000),
    view: (steps) => worth(near(10_000, steps)),
  },
  {
    name: 'value of a short position',
    code: 'POSITION_LIMIT',
    denied: ABOVE,
    limit: '10000',
    observed: ['9999.999999', '10000', '10000.000001'],
    view: (steps) => ({ request: { side: 'sell', quantity: near(100, steps) } }),
  },
  {
    name: 'value of a position with what is held and what works',
    code: 'POSITION_LIMIT',
    denied: ABOVE,
    limit: '10000',
    observed: ['9999.999999', '10000', '10000.000001'],
    view: (steps) => ({
      request: { quantity: near(30, steps) },
      account: {
        positions: held({ AAPL: 50, MSFT: 1000 }),
        working: [working('buy', 20), working('sell', 40), working('buy', 100, { symbol: 'MSFT' })],
      },
    }),
  },
  {
    name: 'value of a position that a goal asks for',
    code: 'POSITION_LIMIT',
    denied: ABOVE,
    limit: '65000',
    observed: around(65_000),
    view: (steps) => ({
      ...worth(near(65_000, steps)),
      origin: { source: 'rebalance', sourceId: 3, actor: 'goal:3', maxPositionPct: '0.65' },
    }),
  },
  {
    name: 'quantity that can be sold without selling short',
    code: 'SHORT_NOT_ALLOWED',
    denied: ABOVE,
    limit: '6',
    observed: around(6),
    view: (steps) => ({
      request: { side: 'sell', quantity: near(6, steps) },
      account: { positions: held({ AAPL: 10 }), working: [working('sell', 4), working('buy', 50)] },
      capabilities: { ...viewOf().capabilities, short: false },
    }),
  },
  {
    name: 'cash that an order needs',
    code: 'INSUFFICIENT_FUNDS',
    denied: ABOVE,
    limit: '5000',
    observed: around(5000),
    view: (steps) => ({ ...worth(near(5000, steps)), account: { cash: decimal(5000) } }),
  },
  {
    name: 'equity since the day began',
    code: 'DAILY_LOSS_LIMIT',
    denied: UP_TO,
    limit: '95000',
    observed: around(95_000),
    view: (steps) => ({ account: { equity: near(95_000, steps) } }),
  },
  {
    name: 'equity since its peak',
    code: 'DRAWDOWN_LIMIT',
    denied: UP_TO,
    limit: '96000',
    observed: around(96_000),
    view: (steps) => ({ account: { equity: near(96_000, steps), peakEquity: decimal(120_000) } }),
  },
  {
    name: 'time since the same order',
    code: 'DUPLICATE_ORDER',
    denied: UP_TO,
    limit: '5',
    observed: ['4.999', '5', '5.001'],
    view: (steps) => ({
      recent: {
        inLastMinute: 1,
        deniedOfSourceAndSymbolInLastMinute: 0,
        ofSourceAndSymbolInLastMinute: 1,
        sameAt: NOW - 5000 - steps,
      },
    }),
  },
  {
    name: 'value of an order of the agent',
    code: 'APPROVAL_REQUIRED',
    denied: ABOVE,
    limit: '5000',
    observed: around(5000),
    view: (steps) => ({
      ...worth(near(5000, steps)),
      origin: { source: 'agent', sourceId: 1, actor: 'agent:1' },
      settings: { largeOrderThreshold: decimal(5000) },
    }),
  },
];

describe('the bounds of the checks', () => {
  for (const { name, code, denied, limit, observed, view } of BOUNDARIES) {
    test.each(STEPS)(`hold ${name}: %i units above the bound`, (steps) => {
      const denial = denialOf(viewOf(view(steps)));

      if (denied[steps + 1] === true) {
        expect(denial).toMatchObject({ code, limit, observed: observed[steps + 1] });
        expect(denial?.message).toContain(limit);
      } else {
        expect(denial).toBeNull();
      }
    });
  }

  test('stop what runs away, and halt after losses', () => {
    const denials = BOUNDARIES.flatMap(({ view }) => STEPS.map((steps) => denialOf(viewOf(view(steps)))));
    const consequences = denials.flatMap((denial) => (denial?.consequence ? [[denial.code, denial.consequence]] : []));

    expect(Object.fromEntries(consequences)).toEqual({
      RUNAWAY: 'stop_source',
      DAILY_LOSS_LIMIT: 'halt_daily_loss',
      DRAWDOWN_LIMIT: 'halt_drawdown',
    });
  });
});
