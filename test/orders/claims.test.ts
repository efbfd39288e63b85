/** Claims: the right to send or to change an order begins with a decision, ends with its answer, and is nobody else's. */
import { expect, it } from 'vitest';
import { placeOrder, replaceOrder } from '../../src/orders/index.ts';
import { settleUnknown } from '../../src/orders/settle-unknown.ts';
import { RowChanged, storeOrders } from '../../src/orders/store-orders.ts';
import { ManualClock } from '../support/clock.ts';
import { eachDatabase } from '../support/database.ts';
import { tradingOn, WIDE } from '../support/open-trading.ts';
import { refusalOf } from '../support/trading.ts';

const START = '2026-11-25T15:00:00Z';
const LIMIT_ORDER = { clientOrderId: 'a', quantity: '10', orderType: 'limit', limitPrice: '100' } as const;

eachDatabase((_, create) => {
  const { open } = tradingOn(create);

  for (const answer of ['accepted', 'unknown'] as const) {
    it(`ends the claim of a submission by a fill that comes before its answer, which is ${answer}`, async () => {
      const trading = await open();
      await trading.limits(WIDE);
      trading.broker.reaction = async (order, broker) => {
        broker.accept(order);
        broker.fill(order.clientOrderId, '4', '100');
        await trading.book();
        const taken = broker.orders.get(order.clientOrderId);
        return answer === 'unknown' || taken === undefined
          ? { kind: 'unknown', reason: 'reset' }
          : { kind: 'accepted', order: taken };
      };

      const row = await trading.place(LIMIT_ORDER);
      const changed = await replaceOrder(trading, trading.user, { id: row.id, quantity: '8' });

      expect(row).toMatchObject({ status: 'partially_filled', claimedBy: null, claimUntil: null });
      expect(row.brokerOrderId).toBe('b-a');
      expect(changed).toMatchObject({ quantity: '8', claimedBy: null });
    });
  }

  it('learns from the answer who an order is that was filled before it', async () => {
    const trading = await open();
    trading.broker.reaction = async (order, broker) => {
      const taken = broker.accept(order);
      broker.fill(order.clientOrderId, '1', '100');
      await trading.book();
      return taken;
    };

    const row = await trading.place({ clientOrderId: 'a' });

    expect(row).toMatchObject({ status: 'filled', brokerOrderId: 'b-a', submittedAt: new Date(0) });
  });

  it('does not send after the wall clock says that the right is over, although the other clock stood still', async () => {
    const clock = new ManualClock(START);
    let readings = 0;
    // The second reading is the one before the send: the machine slept until then.
    const monotonic = (): number => {
      readings += 1;
      if (readings === 2) clock.advance(2_001);
      return 0;
    };
    const trading = await open({ clock, monotonic, claimMs: 2_000 });

    const row = await trading.place();

    expect(row).toMatchObject({ status: 'canceled', reasonCode: 'not_sent' });
    expect(trading.broker.submissions).toEqual([]);
  });

  it('keeps the claim of a change that was not answered until the order was looked up', async () => {
    const clock = new ManualClock(START);
    const trading = await open({ clock });
    await trading.limits(WIDE);
    const { id } = await trading.place(LIMIT_ORDER);
    trading.broker.changing = 'unknown';

    const asked = await replaceOrder(trading, trading.user, { id, quantity: '20' });
    const again = await refusalOf(replaceOrder(trading, trading.user, { id, quantity: '5' }));
    clock.advance(2_000);
    await settleUnknown(trading);

    expect(asked.claimedBy).not.toBeNull();
    expect(again.code).toBe('CONFLICT');
    expect(await trading.row(id)).toMatchObject({ quantity: '10', claimedBy: null });
  });

  it('gives a place back that was taken for a change which the broker refused', async () => {
    const trading = await open();
    await trading.limits(WIDE);
    await trading.place({ clientOrderId: 'held', quantity: '10' });
    trading.broker.fill('held', '10', '100');
    await trading.book();
    const sale = await trading.place({ ...LIMIT_ORDER, side: 'sell', quantity: '5' });
    trading.broker.changing = 'refused';

    const refusal = await refusalOf(replaceOrder(trading, trading.user, { id: sale.id, quantity: '20' }));

    expect(sale).toMatchObject({ isReducing: true, reservedDay: null });
    expect(refusal.code).toBe('CONFLICT');
    expect(await trading.row(sale.id)).toMatchObject({ isReducing: true, reservedDay: null, quantity: '5' });
    expect(await trading.database.read.dailyTradeCount.findMany({ where: trading.key })).toMatchObject([{ count: 1 }]);
  });

  it('loses no reminder: what is worked out from a row without a cancellation is not written over one', async () => {
    const trading = await open();
    const { id } = await trading.place(LIMIT_ORDER);
    const before = await trading.row(id);
    const cancelRequestedAt = new Date(START);
    await trading.database.transaction((db) => db.order.update({ where: { id }, data: { cancelRequestedAt } }));

    const storing = trading.database.transaction((db) =>
      storeOrders(db, [{ before, after: { ...before, lookups: 0, nextLookupAt: null, status: 'submitted' } }]),
    );

    await expect(storing).rejects.toBeInstanceOf(RowChanged);
    expect(await trading.row(id)).toMatchObject({ cancelRequestedAt, status: 'accepted' });
  });

  it('changes nothing of an order that is to be canceled', async () => {
    const trading = await open();
    const { id } = await trading.place(LIMIT_ORDER);
    trading.broker.changing = 'unknown';
    await trading.database.transaction((db) =>
      db.order.update({ where: { id }, data: { cancelRequestedAt: new Date(START) } }),
    );

    expect(await refusalOf(replaceOrder(trading, trading.user, { id, quantity: '5' }))).toMatchObject({
      code: 'CONFLICT',
    });
  });

  it('leaves closing orders of a kill to the kill', async () => {
    const trading = await open();
    const { id } = await trading.place(LIMIT_ORDER);
    await trading.database.transaction((db) => db.order.update({ where: { id }, data: { source: 'kill' } }));

    expect(await refusalOf(replaceOrder(trading, trading.user, { id, quantity: '5' }))).toMatchObject({
      code: 'CONFLICT',
    });
  });

  it('asks for approval of a change that makes an order of the agent large', async () => {
    const trading = await open();
    await trading.limits({ ...WIDE, largeOrderThreshold: 1_000 });
    const origin = { source: 'agent', sourceId: 1, actor: 'agent:1', correlationId: 'c' } as const;
    const input = { symbol: 'SPY', side: 'buy', ...LIMIT_ORDER, quantity: '1' };
    const { id } = await placeOrder(trading, trading.user, input, origin);

    const refusal = await refusalOf(replaceOrder(trading, trading.user, { id, quantity: '100' }));
    const row = await replaceOrder(trading, trading.user, { id, quantity: '100' }, { ...origin, isApproved: true });

    expect(refusal.code).toBe('APPROVAL_REQUIRED');
    expect(row.quantity).toBe('100');
  });

  it('waits for a change that is under way when it closes', async () => {
    const trading = await open();
    await trading.limits(WIDE);
    const { id } = await trading.place(LIMIT_ORDER);
    const replace = trading.broker.replace.bind(trading.broker);
    trading.broker.replace = async (...args) => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      return replace(...args);
    };
    const changing = replaceOrder(trading, trading.user, { id, quantity: '8' });
    await expect.poll(async () => (await trading.row(id)).claimedBy).not.toBeNull();

    await trading.gateway.close();

    expect(await trading.row(id)).toMatchObject({ quantity: '8', claimedBy: null });
    await changing;
  });

  it('takes a turn again when a late fill took a place meanwhile', async () => {
    let isStale = true;
    const trading = await open({
      wrap: (database) => ({
        ...database,
        transaction: (work, options) =>
          database.transaction((db) => {
            const dailyTradeCount = new Proxy(db.dailyTradeCount, {
              get: (model, name, receiver) => {
                if (name !== 'findMany' || !isStale) return Reflect.get(model, name, receiver);
                isStale = false;
                return () => Promise.resolve([]);
              },
            });
            const stale = new Proxy(db, {
              get: (whole, name, receiver) =>
                name === 'dailyTradeCount' ? dailyTradeCount : Reflect.get(whole, name, receiver),
            });
            return work(stale);
          }, options),
      }),
    });
    isStale = false;
    await trading.limits({ ...WIDE, maxDailyTrades: 1 });
    await trading.place({ quantity: '1' });
    isStale = true;

    const refusal = await trading.refusal({ quantity: '2' });

    expect(refusal.code).toBe('DAILY_TRADE_LIMIT');
  });
});
