/** Canceling and changing orders that work. */
import { expect, it } from 'vitest';
import { cancelOrder, replaceOrder } from '../../src/orders/index.ts';
import { settleUnknown } from '../../src/orders/settle-unknown.ts';
import { ManualClock } from '../support/clock.ts';
import { eachDatabase } from '../support/database.ts';
import { tradingOn, WIDE } from '../support/open-trading.ts';
import { refusalOf, type Trading } from '../support/trading.ts';

const LIMIT_ORDER = { clientOrderId: 'a', quantity: '10', orderType: 'limit', limitPrice: '100' } as const;

eachDatabase((_, create) => {
  const { open, openApart } = tradingOn(create);

  it('cancels an order, once however often that is asked, and gives its place back', async () => {
    const trading = await open();
    const { id } = await trading.place(LIMIT_ORDER);

    const row = await cancelOrder(trading, trading.user, id);
    const again = await cancelOrder(trading, trading.user, id);

    expect(row).toMatchObject({ status: 'canceled', reasonCode: 'canceled', reservedDay: null });
    expect(again).toEqual(row);
    const history = await trading.database.read.orderTransition.findMany({ where: { orderId: id } });
    expect(history).toHaveLength(3);
  });

  it('refuses to cancel what has ended, and what is not the caller’s', async () => {
    const trading = await open();
    const other = await open();
    const { id } = await trading.place(LIMIT_ORDER);
    trading.broker.fill('a', '10', '100');
    await trading.book();

    expect(await refusalOf(cancelOrder(trading, trading.user, id))).toMatchObject({ code: 'CONFLICT' });
    expect(await refusalOf(cancelOrder(other, other.user, id))).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('books what was filled before the cancellation first', async () => {
    const trading = await open();
    const { id } = await trading.place(LIMIT_ORDER);
    trading.broker.fill('a', '4', '100');

    const row = await cancelOrder(trading, trading.user, id);

    expect(row).toMatchObject({ status: 'canceled', filledQuantity: '4' });
    expect(row.reservedDay).not.toBeNull();
  });

  it('asks again for a cancellation that the broker did not answer', async () => {
    const clock = new ManualClock('2026-11-25T15:00:00Z');
    const trading = await open({ clock });
    const { id } = await trading.place(LIMIT_ORDER);
    trading.broker.changing = 'unknown';
    const asked = await cancelOrder(trading, trading.user, id);

    trading.broker.changing = 'done';
    clock.advance(2_000);
    await settleUnknown(trading);

    expect(asked).toMatchObject({ status: 'accepted', cancelRequestedAt: new Date('2026-11-25T15:00:00Z') });
    expect(await trading.row(id)).toMatchObject({ status: 'canceled' });
  });

  it('waits for a submission that is under way, then cancels', async () => {
    const trading = await open();
    let answer = (): void => undefined;
    trading.broker.reaction = (order, broker) =>
      new Promise((resolve) => {
        answer = () => resolve(broker.accept(order));
      });
    const placing = trading.place(LIMIT_ORDER);
    await expect.poll(() => trading.broker.submissions.length).toBe(1);
    const { id } = await trading.database.read.order.findFirstOrThrow({ where: trading.key });
    const canceling = cancelOrder(trading, trading.user, id);
    await expect.poll(async () => (await trading.row(id)).cancelRequestedAt).not.toBeNull();
    answer();

    const [, canceled] = await Promise.all([placing, canceling]);
    expect(canceled).toMatchObject({ status: 'canceled' });
  });

  it('changes an order in place and takes over what the broker says', async () => {
    const trading = await open();
    await trading.limits(WIDE);
    const { id } = await trading.place(LIMIT_ORDER);

    const row = await replaceOrder(trading, trading.user, { id, quantity: '12', limitPrice: '99.5' });

    expect(row).toMatchObject({
      quantity: '12',
      limitPrice: '99.5',
      status: 'accepted',
      claimedBy: null,
      nextLookupAt: null,
    });
    const [event] = await trading.database.read.event.findMany({ where: { subjectId: id, type: 'OrderReplaced' } });
    expect(event?.payload).toContain('"limitPrice":"99.5"');
    const audit = await trading.database.read.safetyEvent.findMany({ where: { orderId: id }, orderBy: { id: 'asc' } });
    expect(audit[1]).toMatchObject({ kind: 'order_approved', before: expect.stringContaining('"quantity":"10"') });
  });

  it('decides a change as a new order, without the old one: money and places', async () => {
    const trading = await open();
    await trading.limits({ ...WIDE, maxDailyTrades: 1 });
    const { id } = await trading.place({ ...LIMIT_ORDER, quantity: '900' });

    const more = await replaceOrder(trading, trading.user, { id, quantity: '1000' });
    const tooMuch = await refusalOf(replaceOrder(trading, trading.user, { id, quantity: '1001' }));

    expect(more).toMatchObject({ quantity: '1000', status: 'accepted' });
    expect(tooMuch).toMatchObject({ code: 'INSUFFICIENT_FUNDS', facts: { orderId: id, observed: 100_100 } });
    expect(await trading.row(id)).toMatchObject({ quantity: '1000', claimedBy: null });
  });

  it('counts the greater terms until it is known which they are, and then those of the broker', async () => {
    const clock = new ManualClock('2026-11-25T15:00:00Z');
    const trading = await open({ clock });
    await trading.limits(WIDE);
    const { id } = await trading.place(LIMIT_ORDER);
    trading.broker.changing = 'unknown';

    const asked = await replaceOrder(trading, trading.user, { id, quantity: '20', limitPrice: '98' });
    clock.advance(2_000);
    await settleUnknown(trading);

    expect(asked).toMatchObject({ quantity: '20', limitPrice: '100', status: 'accepted' });
    expect(await trading.row(id)).toMatchObject({ quantity: '10', limitPrice: '100' });
  });

  it('puts the old terms back when the broker refuses or trading was halted', async () => {
    const trading = await open();
    await trading.limits(WIDE);
    const { id } = await trading.place(LIMIT_ORDER);
    trading.broker.changing = 'refused';
    const refused = await refusalOf(replaceOrder(trading, trading.user, { id, quantity: '20' }));
    trading.gateway.gate.close(trading.user.userId);
    const halted = await refusalOf(replaceOrder(trading, trading.user, { id, quantity: '20' }));

    expect([refused.code, halted.code]).toEqual(['CONFLICT', 'CONFLICT']);
    expect(await trading.row(id)).toMatchObject({ quantity: '10', status: 'accepted', claimedBy: null });
  });

  it('refuses a change that the broker cannot make, and one to less than is filled', async () => {
    const trading = await open();
    const { id } = await trading.place(LIMIT_ORDER);
    trading.broker.fill('a', '4', '100');
    await trading.book();
    const tooLittle = await refusalOf(replaceOrder(trading, trading.user, { id, quantity: '4' }));
    trading.broker.capabilities = { ...trading.broker.capabilities, replace: false };
    const unable = await refusalOf(replaceOrder(trading, trading.user, { id, quantity: '5' }));

    expect([tooLittle.code, unable.code]).toEqual(['VALIDATION', 'ORDER_NOT_SUPPORTED']);
  });

  it('changes an order once when two ask at the same time in two processes', async () => {
    const a: Trading = await open();
    await a.limits(WIDE);
    const b = await openApart({ user: a.user, broker: a.broker });
    const { id } = await a.place(LIMIT_ORDER);

    const outcomes = await Promise.allSettled([
      replaceOrder(a, a.user, { id, quantity: '11' }),
      replaceOrder(b, b.user, { id, quantity: '12' }),
    ]);

    expect(outcomes.some(({ status }) => status === 'fulfilled')).toBe(true);
    expect((await a.row(id)).quantity).toBe(a.broker.orders.get('a')?.quantity.toFixed());
  });
});
