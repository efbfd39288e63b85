/** O13: sources that nobody watches are stopped when they order, change or are denied without end. */
import { expect, it } from 'vitest';
import { type OrderOrigin, placeOrder, replaceOrder } from '../../src/orders/index.ts';
import { ManualClock } from '../support/clock.ts';
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
  const { open, openApart } = tradingOn(create);

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

  it('counts the changes of all processes together, also after a restart', async () => {
    const one = await openApart();
    await one.limits({ ...WIDE, maxOrdersPerMinute: 11 });
    const two = await openApart({ user: one.user, broker: one.broker });
    const { id } = await one.place({ quantity: '10', orderType: 'limit', limitPrice: '10' });
    const change = (trading: Trading, limitPrice: number) =>
      replaceOrder(trading, one.user, { id, limitPrice: String(limitPrice) });

    for (let price = 11; price <= 20; price += 1) await change(price % 2 === 0 ? two : one, price);

    const denial = { code: 'ORDER_RATE_LIMIT', facts: { limit: 11, observed: 11 } };
    expect(await refusalOf(change(one, 21))).toMatchObject(denial);
    expect(await refusalOf(change(two, 21))).toMatchObject(denial);
    const restarted = await openApart({ user: one.user, broker: one.broker });
    expect(await refusalOf(change(restarted, 21))).toMatchObject(denial);
  });

  it('stops a source whose changes are denied again and again, in whichever process', async () => {
    const one = await openApart();
    await one.limits({ ...WIDE, maxOrderValue: 1_000 });
    const two = await openApart({ user: one.user, broker: one.broker });
    const origin = { source: 'strategy', sourceId: 7, actor: 'strategy:7', correlationId: 'c' } as const;
    const { id } = await one.place({ quantity: '10', orderType: 'limit', limitPrice: '10' });
    const outcomes: unknown[] = [];

    for (let quantity = 500; quantity < 531; quantity += 1) {
      const trading = quantity % 2 === 0 ? one : two;
      outcomes.push(await refusalOf(replaceOrder(trading, one.user, { id, quantity: String(quantity) }, origin)));
    }

    expect(outcomes.map((refusal) => (refusal as { code: string }).code)).toEqual([
      ...Array<string>(30).fill('ORDER_VALUE_LIMIT'),
      'RUNAWAY',
    ]);
    const where = { ownerId: one.user.userId };
    expect(await one.database.read.runawayStop.findMany({ where })).toMatchObject([{ sourceId: 7, symbol: 'SPY' }]);
  });

  it('keeps the changes of ten minutes', async () => {
    const clock = new ManualClock('2026-11-25T15:00:00Z');
    const trading = await open({ clock });
    await trading.limits({ ...WIDE, maxOrdersPerMinute: 2 });
    const { id } = await trading.place({ quantity: '10', orderType: 'limit', limitPrice: '10' });
    const change = (limitPrice: string) => replaceOrder(trading, trading.user, { id, limitPrice });
    await change('11');
    await refusalOf(change('12'));

    clock.advance(61_000);
    await change('13');
    clock.advance(540_000);
    await change('14');

    const where = { ownerId: trading.user.userId };
    const kept = await trading.database.read.orderChange.findMany({ where, orderBy: { id: 'asc' } });
    expect(kept.map(({ denialCode, decidedAt }) => [denialCode, decidedAt.toISOString()])).toEqual([
      [null, '2026-11-25T15:01:01.000Z'],
      [null, '2026-11-25T15:10:01.000Z'],
    ]);
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
