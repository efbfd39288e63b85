/** O10: of any number of concurrent attempts exactly as many orders are placed as the daily limit has places. */
import { expect, it } from 'vitest';
import { placeOrder } from '../../src/orders/index.ts';
import { eachDatabase } from '../support/database.ts';
import { tradingOn, WIDE } from '../support/open-trading.ts';
import type { Trading } from '../support/trading.ts';

const LIMIT = 10;

eachDatabase((_, create) => {
  const { open, openApart } = tradingOn(create);

  it('places exactly 10 of 1,000 orders that come at once through two processes', async () => {
    const a = await open();
    const b = await openApart({ user: a.user });
    await a.limits({ ...WIDE, maxDailyTrades: LIMIT });

    const outcomes = await Promise.all(Array.from({ length: 1_000 }, (__, i) => attempt(i % 2 === 0 ? a : b, i)));

    const placed = outcomes.filter((outcome) => outcome === 'accepted');
    expect(placed).toHaveLength(LIMIT);
    expect(new Set(outcomes)).toEqual(new Set(['accepted', 'DAILY_TRADE_LIMIT']));
    expect([...a.broker.submissions, ...b.broker.submissions]).toHaveLength(LIMIT);
    expect(await a.database.read.dailyTradeCount.findMany({ where: a.key })).toMatchObject([{ count: LIMIT }]);
    expect(await a.database.read.order.groupBy({ by: ['status'], where: a.key, _count: true })).toEqual(
      expect.arrayContaining([
        { status: 'accepted', _count: LIMIT },
        { status: 'denied', _count: 1_000 - LIMIT },
      ]),
    );
  });

  it('gives a place back when an order ends unfilled, and takes it again when that is filled after all', async () => {
    const trading = await open();
    await trading.limits({ ...WIDE, maxDailyTrades: 1 });
    const places = async (): Promise<number | undefined> =>
      (await trading.database.read.dailyTradeCount.findFirst({ where: trading.key }))?.count;
    await trading.place({ clientOrderId: 'a', quantity: '2', orderType: 'limit', limitPrice: '100' });
    const full = await trading.refusal({ quantity: '3' });

    trading.broker.end('a', 'expired');
    trading.broker.tell();
    await expect.poll(places).toBe(0);
    const next = await trading.place({ clientOrderId: 'b', quantity: '3' });
    trading.broker.fill('a', '1', '100');
    await trading.book();

    expect(full.code).toBe('DAILY_TRADE_LIMIT');
    expect(next.status).toBe('accepted');
    // A trade is a fact, be it one more than allowed.
    expect(await places()).toBe(2);
  });

  it('counts what only reduces a position neither against the limit nor among the trades', async () => {
    const trading = await open();
    await trading.limits({ ...WIDE, maxDailyTrades: 1 });
    await trading.place({ clientOrderId: 'a', quantity: '5' });
    trading.broker.fill('a', '5', '100');
    await trading.book();

    const row = await trading.place({ side: 'sell', quantity: '5' });

    expect(row).toMatchObject({ status: 'accepted', isReducing: true, reservedDay: null });
  });
});

async function attempt(trading: Trading, i: number): Promise<string> {
  // Each of another quantity, so that none is taken for a repeat.
  const input = { symbol: 'SPY', side: 'buy', quantity: `1.${String(i).padStart(4, '0')}`, orderType: 'market' };
  try {
    return (await placeOrder(trading, trading.user, input)).status;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}
