/** O13: sources that nobody watches are stopped when they order, change or are denied without end. */
import { expect, it } from 'vitest';
import { type OrderOrigin, placeOrder, replaceOrder } from '../../src/orders/index.ts';
import { eachDatabase } from '../support/database.ts';
import { tradingOn, WIDE } from '../support/open-trading.ts';
import { refusalOf, type Trading } from '../support/trading.ts';

const order = (quantity: number | string) => ({ symbol: 'SPY', side: 'buy', quantity, orderType: 'market' });

async function outcome(trading: Trading, quantity: number | string, origin: OrderOrigin): Promise<string> {
  const placing = placeOrder(trading, trading.user, order(quantity), origin);
  return placing.then(
    ({ status }) => status,
    (error: unknown) => String(error instanceof Error && 'code' in error ? error.code : error),
  );
}

eachDatabase((_, create) => {
  const { open } = tradingOn(create);

  it('takes all runs of the agent for one source: it is stopped, and stays stopped in the next run', async () => {
    const trading = await open();
    await trading.limits(WIDE);
    const run = (sourceId: number) => ({ source: 'agent', sourceId, actor: 'agent', correlationId: 'c' }) as const;

    const outcomes: string[] = [];
    for (let i = 1; i <= 7; i += 1) outcomes.push(await outcome(trading, i, run(i)));

    expect(outcomes).toEqual([...Array(5).fill('accepted'), 'RUNAWAY', 'RUNAWAY']);
    const stops = await trading.database.read.runawayStop.findMany({ where: { ownerId: trading.user.userId } });
    expect(stops).toMatchObject([{ source: 'agent', symbol: 'SPY' }]);
  });

  it('takes the same order of two plans within 5 s for one that was made twice', async () => {
    const trading = await open();
    await trading.limits(WIDE);
    const plan = (sourceId: number) =>
      ({ source: 'rebalance', sourceId, actor: 'goal:1', correlationId: 'c' }) as const;

    expect([await outcome(trading, 1, plan(1)), await outcome(trading, 1, plan(2))]).toEqual([
      'accepted',
      'DUPLICATE_ORDER',
    ]);
  });

  it('counts changes among the orders of a minute', async () => {
    const trading = await open();
    await trading.limits({ ...WIDE, maxOrdersPerMinute: 3 });
    const { id } = await trading.place({ quantity: '10', orderType: 'limit', limitPrice: '90' });
    const change = (limitPrice: string) => replaceOrder(trading, trading.user, { id, limitPrice });
    await change('91');
    await change('92');

    expect(await refusalOf(change('93'))).toMatchObject({ code: 'ORDER_RATE_LIMIT', facts: { observed: 3 } });
  });

  it('stops a source that does not see that it is denied, and keeps every denial', async () => {
    const trading = await open();
    await trading.limits({ ...WIDE, maxOrderValue: 1 });
    const origin = { source: 'strategy', sourceId: 7, actor: 'strategy:7', correlationId: 'c' } as const;

    const outcomes = await Promise.all(Array.from({ length: 33 }, (__, i) => outcome(trading, `1.${100 + i}`, origin)));
    const byHand = await Promise.all(
      Array.from({ length: 33 }, (__, i) => trading.refusal({ quantity: `2.${100 + i}` })),
    );

    expect(outcomes).toEqual([...Array(30).fill('ORDER_VALUE_LIMIT'), ...Array(3).fill('RUNAWAY')]);
    expect(new Set(byHand.map(({ code }) => code))).toEqual(new Set(['ORDER_VALUE_LIMIT']));
    const where = { ownerId: trading.user.userId };
    expect(await trading.database.read.runawayStop.findMany({ where })).toMatchObject([{ sourceId: 7, symbol: 'SPY' }]);
    expect(await trading.database.read.order.count({ where: { ...where, source: 'strategy' } })).toBe(33);
  });
});
