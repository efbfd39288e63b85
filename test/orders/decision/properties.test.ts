/** What holds for every view. fast-check prints the seed of a failure. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OrderRequest } from '../../../src/broker/index.ts';
import { type Decimal, decimal, maxOf, sumOf } from '../../../src/core/index.ts';
import { decide } from '../../../src/orders/decision/decide.ts';
import type { DecisionView, WorkingOrder } from '../../../src/orders/decision/view.ts';
import type { Limits } from '../../../src/safety/index.ts';
import { EVERYTHING, held, NOW, viewOf } from '../../support/decision.ts';

/** The last price. */
const LAST = decimal(100);

const STEP = decimal('0.0001');

/** Decimals of up to 4 places. */
function amounts(min: number, max: number): fc.Arbitrary<Decimal> {
  return fc.integer({ min: min * 10_000, max: max * 10_000 }).map((units) => decimal(units).times(STEP));
}

const requests: fc.Arbitrary<Partial<OrderRequest>> = fc
  .record({
    side: fc.constantFrom('buy', 'sell'),
    quantity: amounts(1, 70),
    orderType: fc.constantFrom('market', 'limit', 'stop', 'stop_limit'),
    limit: amounts(90, 110),
    stop: amounts(90, 110),
  })
  .map(({ limit, stop, ...request }) => ({
    ...request,
    limitPrice: request.orderType.includes('limit') ? limit : null,
    stopPrice: request.orderType.includes('stop') ? stop : null,
  }));

const workingOrders: fc.Arbitrary<readonly WorkingOrder[]> = fc.array(
  fc.record({
    symbol: fc.constantFrom('AAPL', 'MSFT'),
    side: fc.constantFrom('buy', 'sell'),
    remaining: amounts(1, 20),
    price: amounts(90, 110),
  }),
  { maxLength: 3 },
);

const limits: fc.Arbitrary<Limits> = fc.record({
  maxDailyTrades: fc.integer({ min: 0, max: 20 }),
  maxOrdersPerMinute: fc.integer({ min: 1, max: 40 }),
  maxOrderValue: fc.option(amounts(1, 30_000)),
  maxPositionPct: amounts(0, 1),
  maxDailyLossPct: amounts(0, 1),
  maxDrawdownPct: amounts(0, 1),
  priceCollarPct: amounts(0, 1),
  largeOrderThreshold: amounts(0, 30_000),
});

/** Views of which about half are approved, so that both verdicts are met everywhere. */
const views: fc.Arbitrary<DecisionView> = fc
  .record({
    request: requests,
    origin: fc.record({ source: fc.constantFrom('manual', 'strategy', 'agent', 'rebalance') }),
    settings: fc.oneof({ weight: 1, arbitrary: limits }, { weight: 3, arbitrary: fc.constant({}) }),
    position: amounts(-30, 60),
    cash: amounts(5_000, 100_000),
    equity: amounts(94_000, 120_000),
    working: workingOrders,
    canShort: fc.boolean(),
    count: fc.integer({ min: 0, max: 10 }),
    sameAt: fc.option(fc.integer({ min: NOW - 12_000, max: NOW }), { freq: 1 }),
  })
  .map(({ position, cash, equity, working, canShort, count, sameAt, ...changes }) =>
    viewOf({
      ...changes,
      account: {
        cash,
        equity,
        working,
        positions: held({ AAPL: position.toFixed() }),
        shortValue: position.isNeg() ? position.abs().times(100) : decimal(0),
      },
      capabilities: { ...EVERYTHING, short: canShort },
      recent: {
        inLastMinute: count,
        deniedOfSourceAndSymbolInLastMinute: 0,
        ofSourceAndSymbolInLastMinute: Math.floor(count / 2),
        sameAt,
      },
      tradesToday: count,
    }),
  );

/** One limit, and a number that makes a tighter one of it. */
const tightenings = fc.record({
  name: fc.constantFrom(
    'maxDailyTrades',
    'maxOrdersPerMinute',
    'maxOrderValue',
    'maxPositionPct',
    'maxDailyLossPct',
    'maxDrawdownPct',
    'priceCollarPct',
    'largeOrderThreshold',
  ),
  factor: amounts(0, 1),
});

function tightened(settings: Limits, name: keyof Limits, factor: Decimal): Partial<Limits> {
  const value = settings[name];
  if (typeof value === 'number') return { [name]: factor.times(value).floor().toNumber() };
  return { [name]: (value ?? decimal(50_000)).times(factor) };
}

describe('for every view', { timeout: 120_000 }, () => {
  test('tightening a limit never turns a denial into an approval', () => {
    const counts = { approved: 0, denied: 0, turned: 0 };

    fc.assert(
      fc.property(views, tightenings, (view, { name, factor }) => {
        const before = decide(view).kind;
        const settings = { ...view.settings, ...tightened(view.settings, name, factor) };
        const after = decide({ ...view, settings }).kind;
        counts[before] += 1;
        if (before !== after) counts.turned += 1;
        return before === 'approved' || after === 'denied';
      }),
      { numRuns: 1000 },
    );

    expect(Math.min(counts.approved, counts.denied)).toBeGreaterThan(150);
    expect(counts.turned).toBeGreaterThan(20);
  });

  test('an order that reduces is denied by no limit on position, value, the day, money and losses', () => {
    let reducing = 0;

    fc.assert(
      fc.property(views, (view) => {
        const verdict = decide(view);
        if (!verdict.isReducing) return true;
        reducing += 1;
        const limitsOfOpening = new Set([
          'DAILY_TRADE_LIMIT',
          'ORDER_VALUE_LIMIT',
          'POSITION_LIMIT',
          'SHORT_NOT_ALLOWED',
          'INSUFFICIENT_FUNDS',
          'DAILY_LOSS_LIMIT',
          'DRAWDOWN_LIMIT',
        ]);
        return verdict.kind === 'approved' || !limitsOfOpening.has(verdict.denial.code);
      }),
      { numRuns: 1000 },
    );

    expect(reducing).toBeGreaterThan(50);
  });

  test('what reduces stays between the position and 0, whichever part of the orders on its side is filled', () => {
    fc.assert(
      fc.property(views, fc.array(amounts(0, 1), { minLength: 3, maxLength: 3 }), (view, parts) => {
        if (!decide(view).isReducing) return true;
        const { symbol, side, quantity } = view.request;
        const position = view.account.positions.get(symbol) ?? decimal(0);
        let filled = quantity;
        for (const [index, order] of view.account.working.entries()) {
          if (order.symbol !== symbol || order.side !== side) continue;
          filled = filled.plus(order.remaining.times(parts[index] ?? 1));
        }
        const after = position.plus(side === 'buy' ? filled : filled.neg());
        return after.isZero() || (after.isNeg() === position.isNeg() && after.abs().lt(position.abs()));
      }),
      { numRuns: 700 },
    );
  });

  test('more cash, fewer trades and a smaller order never turn an approval into a denial', () => {
    fc.assert(
      fc.property(views, amounts(0, 1), (view, factor) => {
        if (decide(view).kind === 'denied') return true;
        const quantity = view.request.quantity.times(factor);
        if (quantity.isZero() || crossesZero(view)) return true;
        const easier = {
          ...view,
          request: { ...view.request, quantity },
          account: { ...view.account, cash: view.account.cash.plus(1) },
          tradesToday: 0,
        };
        return decide(easier).kind === 'approved';
      }),
      { numRuns: 700 },
    );
  });

  test('approved purchases cost no more than the cash, and make no position larger than is allowed', () => {
    let bought = 0;

    fc.assert(
      fc.property(views, (view) => {
        const { request, account, settings } = view;
        const position = account.positions.get('AAPL') ?? decimal(0);
        if (request.side === 'sell' || position.isNeg() || decide(view).kind === 'denied') return true;
        bought += 1;
        const price = request.limitPrice ?? maxOf(request.stopPrice ?? LAST, LAST);
        const purchases = account.working.filter(({ side }) => side === 'buy');
        const ofAapl = purchases.filter(({ symbol }) => symbol === 'AAPL').map(({ remaining }) => remaining);
        const cost = sumOf(purchases.map((order) => order.remaining.times(order.price)));
        const value = sumOf([position, request.quantity, ...ofAapl]).times(price);
        return (
          cost.plus(request.quantity.times(price)).lte(account.cash) &&
          value.lte(settings.maxPositionPct.times(account.equity ?? 0))
        );
      }),
      { numRuns: 1000 },
    );

    expect(bought).toBeGreaterThan(50);
  });
});

/** A smaller order may leave a larger position than one that goes through 0 would. */
function crossesZero({ request, account }: DecisionView): boolean {
  const position = account.positions.get(request.symbol) ?? decimal(0);
  return !position.isZero() && position.isNeg() === (request.side === 'buy');
}
