/** Placing orders: decided, stored, then sent, once; and what the caller hears. */
import { expect, it } from 'vitest';
import { placeOrder } from '../../src/orders/index.ts';
import { verifyAudit } from '../../src/safety/index.ts';
import { ManualClock } from '../support/clock.ts';
import { eachDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { tradingOn, WIDE } from '../support/open-trading.ts';
import { refusalOf } from '../support/trading.ts';

/** A Wednesday, 10:00 in New York. */
const OPEN_MARKET = '2026-11-25T15:00:00Z';

eachDatabase((_, create) => {
  const { open, openApart } = tradingOn(create);

  it.each([
    { orderType: 'market' },
    { orderType: 'limit', limitPrice: '99.5', timeInForce: 'gtc' },
    { orderType: 'stop', stopPrice: 101 },
    { orderType: 'stop_limit', stopPrice: '101', limitPrice: '102.25' },
  ] as const)('sends what was stored, field by field: $orderType', async (terms) => {
    const trading = await open({ clock: new ManualClock(OPEN_MARKET) });

    const row = await trading.place({ ...terms, quantity: '2.5', clientOrderId: 'mine-1' });

    const [{ order } = fail()] = trading.broker.submissions;
    expect(row).toMatchObject({
      status: 'accepted',
      clientOrderId: 'mine-1',
      brokerOrderId: 'b-mine-1',
      mode: 'paper',
    });
    expect(row).toMatchObject({
      source: 'manual',
      actor: `user:${trading.user.userId}`,
      decisionPrice: '100',
      reservedDay: '2026-11-25',
    });
    expect({ ...order, quantity: order.quantity.toFixed() }).toMatchObject({
      symbol: 'SPY',
      side: 'buy',
      quantity: '2.5',
    });
    expect(order.limitPrice?.toFixed() ?? null).toBe(row.limitPrice);
    expect(order.stopPrice?.toFixed() ?? null).toBe(row.stopPrice);
    expect([order.orderType, order.timeInForce]).toEqual([row.orderType, row.timeInForce]);
    expect([row.claimedBy, row.claimUntil]).toEqual([null, null]);
  });

  it('tells the history of an order: rows, events with their causes, and an audit that holds', async () => {
    const trading = await open();
    const row = await trading.place({ clientOrderId: 'mine' });
    trading.broker.fill('mine', '1', '100.1');
    await trading.book();

    const read = trading.database.read;
    const transitions = await read.orderTransition.findMany({
      where: { orderId: row.id },
      orderBy: { sequence: 'asc' },
    });
    const events = await read.event.findMany({
      where: { subjectType: 'order', subjectId: row.id },
      orderBy: { cursor: 'asc' },
    });
    const audit = await read.safetyEvent.findMany({ where: { orderId: row.id } });

    expect(transitions.map(({ fromStatus, toStatus }) => [fromStatus, toStatus])).toEqual([
      [null, 'pending_submit'],
      ['pending_submit', 'accepted'],
      ['accepted', 'filled'],
    ]);
    expect(events.map(({ type }) => type)).toEqual(['OrderPlaced', 'OrderAccepted', 'FillRecorded', 'OrderFilled']);
    expect(events.map(({ causationId }) => causationId)).toEqual([null, ...Array(3).fill(events[0]?.cursor)]);
    expect(new Set(events.map(({ correlationId }) => correlationId))).toEqual(new Set([row.correlationId]));
    expect(audit).toMatchObject([{ kind: 'order_approved', actor: row.actor }]);
    expect(await verifyAudit(read, trading.user.userId)).toMatchObject({ ok: true });
  });

  it('keeps a denied order and says why, with limit and observed value, each time that it is asked for', async () => {
    const trading = await open();
    await trading.limits({ maxOrderValue: 500 });

    const refusal = await trading.refusal({ quantity: '6', clientOrderId: 'big' });
    const again = await trading.refusal({ quantity: '6', clientOrderId: 'big' });

    const row = await trading.row(Number(refusal.facts['orderId']));
    expect(refusal).toMatchObject({
      code: 'ORDER_VALUE_LIMIT',
      facts: { limit: 500, observed: 600, clientOrderId: 'big' },
    });
    expect(again).toEqual(refusal);
    expect(row).toMatchObject({ status: 'denied', reasonCode: 'ORDER_VALUE_LIMIT', reservedDay: null });
    expect(row.endedAt).not.toBeNull();
    expect(trading.broker.submissions).toEqual([]);
    expect(await trading.database.read.order.count({ where: { ownerId: trading.user.userId } })).toBe(1);
  });

  it('names every wrong field, and stores nothing then', async () => {
    const trading = await open();

    const refusal = await refusalOf(trading.place({ quantity: '-1', side: 'up' }));

    expect(refusal.code).toBe('VALIDATION');
    expect(await trading.database.read.order.count({ where: { ownerId: trading.user.userId } })).toBe(0);
  });

  it('denies what asks for live trading where there is none, and asks no broker', async () => {
    const trading = await open();

    const refusal = await trading.refusal({ mode: 'live' });

    expect(refusal.code).toBe('LIVE_DISABLED');
    expect(await trading.row(Number(refusal.facts['orderId']))).toMatchObject({ mode: 'live', status: 'denied' });
    expect(trading.broker.submissions).toEqual([]);
  });

  it('makes one order of any number of requests with one client id, also at once and from two processes', async () => {
    const a = await open();
    const b = await openApart({ user: a.user });
    const input = { clientOrderId: 'once' };

    const rows = await Promise.all(Array.from({ length: 20 }, (__, i) => (i % 2 === 0 ? a : b).place(input)));
    const later = await a.place(input);

    expect(new Set([...rows, later].map(({ id }) => id)).size).toBe(1);
    expect(later.status).toBe('accepted');
    expect([...a.broker.submissions, ...b.broker.submissions]).toHaveLength(1);
  });

  it('refuses another order under a known client id', async () => {
    const trading = await open();
    const row = await trading.place({ clientOrderId: 'mine' });

    const refusal = await trading.refusal({ clientOrderId: 'mine', quantity: '2' });

    expect(refusal).toMatchObject({ code: 'CONFLICT', facts: { orderId: row.id } });
    expect(trading.broker.submissions).toHaveLength(1);
  });

  it('keeps what the broker refuses as rejected, and gives its place back', async () => {
    const trading = await open();
    await trading.limits({ maxDailyTrades: 1 });
    trading.broker.reaction = () => ({ kind: 'rejected', reason: 'halted symbol' });

    const row = await trading.place();

    expect(row).toMatchObject({
      status: 'rejected',
      reasonCode: 'broker_rejected',
      reason: 'halted symbol',
      reservedDay: null,
    });
    expect(await trading.database.read.dailyTradeCount.findMany({ where: trading.key })).toMatchObject([{ count: 0 }]);
  });

  it('decides each order of a turn as if those before it were there: money, and repeats', async () => {
    const trading = await open();
    await trading.limits(WIDE);

    const [first, second, third] = await Promise.all([
      trading.place({ quantity: '600' }),
      // 1,000 QQQ cost 50,000, and 40,000 are left.
      trading.refusal({ quantity: '1000', symbol: 'QQQ' }),
      trading.refusal({ quantity: '600', clientOrderId: 'again' }),
    ]);

    expect(first.status).toBe('accepted');
    expect(second).toMatchObject({ code: 'INSUFFICIENT_FUNDS', facts: { limit: 40_000, observed: 50_000 } });
    expect(third.code).toBe('INSUFFICIENT_FUNDS');
  });

  it('stops a source that orders without end, until a person releases it', async () => {
    const trading = await open();
    await trading.limits(WIDE);
    const origin = { source: 'strategy', sourceId: 7, actor: 'strategy:7', correlationId: 'c' } as const;
    const order = (i: number) =>
      placeOrder(trading, trading.user, { symbol: 'SPY', side: 'buy', quantity: i, orderType: 'market' }, origin);
    for (let i = 1; i <= 5; i += 1) await order(i);

    const sixth = await refusalOf(order(6));
    const seventh = await refusalOf(order(7));

    const stops = await trading.database.read.runawayStop.findMany({ where: { ownerId: trading.user.userId } });
    expect([sixth.code, seventh.code]).toEqual(['RUNAWAY', 'RUNAWAY']);
    expect(stops).toMatchObject([{ source: 'strategy', sourceId: 7, symbol: 'SPY', releasedAt: null }]);
    const events = await trading.database.read.event.findMany({
      where: { ownerId: trading.user.userId, type: 'SourceStopped' },
    });
    const audit = await trading.database.read.safetyEvent.findMany({
      where: { ownerId: trading.user.userId, kind: 'source_stopped' },
    });
    expect(events).toMatchObject([{ subjectId: audit[0]?.id }]);
  });

  it('says that a limit on losses was reached, so that trading is halted', async () => {
    const trading = await open();
    await trading.limits(WIDE);
    await trading.place({ quantity: '100', clientOrderId: 'a' });
    trading.broker.fill('a', '100', '100');
    await trading.book();
    trading.prices.set('SPY', 40);

    const refusal = await trading.refusal({ quantity: '3' });

    expect(refusal.code).toBe('DAILY_LOSS_LIMIT');
    await eventually('the halt', () => trading.losses[0]);
    expect(trading.losses).toEqual([{ ownerId: trading.user.userId, cause: 'daily_loss' }]);
  });
});

function fail(): never {
  throw new Error('Nothing was submitted.');
}
