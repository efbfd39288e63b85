/** Brokers that answer never, or without end, stop nothing but what only they can say. */
import { expect, it } from 'vitest';
import { answerOf } from '../../src/orders/broker-answer.ts';
import { Gateway, placeOrder } from '../../src/orders/index.ts';
import { settleUnknown } from '../../src/orders/settle-unknown.ts';
import { ManualClock } from '../support/clock.ts';
import { eachDatabase } from '../support/database.ts';
import { tradingOn } from '../support/open-trading.ts';
import { StandInBroker } from '../support/stand-in-broker.ts';
import { refusalOf } from '../support/trading.ts';

const never = (): Promise<never> => new Promise(() => undefined);

it('ends a question that is not answered, and tells the adapter', async () => {
  let signal: AbortSignal | undefined;
  const asking = answerOf((call) => {
    ({ signal } = call);
    return never();
  }, 10);

  expect(await refusalOf(asking)).toMatchObject({ code: 'UNAVAILABLE' });
  expect(signal?.aborted).toBe(true);
  expect(await answerOf(() => Promise.resolve(7), 10)).toBe(7);
});

eachDatabase((_, create) => {
  const { open } = tradingOn(create);

  it('places and books on when its questions about fills are not answered', async () => {
    const trading = await open({ brokerTimeoutMs: 100 });
    await trading.place({ clientOrderId: 'a', quantity: '3' });
    const fills = trading.broker.fills.bind(trading.broker);
    trading.broker.fills = never;

    const booking = await refusalOf(trading.book());
    const placed = await trading.place({ clientOrderId: 'b', quantity: '2' });
    trading.broker.fills = fills;
    trading.broker.fill('a', '3', '100');
    await expect.poll(async () => await trading.book().catch(() => -1)).toBeGreaterThanOrEqual(0);

    expect(booking.code).toBe('UNAVAILABLE');
    expect(placed.status).toBe('accepted');
    expect(await trading.database.read.fill.count({ where: trading.key })).toBe(1);
  });

  it('says that an account cannot be opened while the broker is silent, and opens it later', async () => {
    const trading = await open({ brokerTimeoutMs: 50 });
    const account = trading.broker.account.bind(trading.broker);
    trading.broker.account = never;

    const refusal = await trading.refusal();
    trading.broker.account = account;

    expect(refusal.code).toBe('UNAVAILABLE');
    expect((await trading.place()).status).toBe('accepted');
  });

  it('looks an order up again later when the broker is silent about it', async () => {
    const clock = new ManualClock('2026-11-25T15:00:00Z');
    const trading = await open({ clock, brokerTimeoutMs: 50 });
    trading.broker.reaction = () => ({ kind: 'unknown', reason: 'reset' });
    const { id } = await trading.place();
    trading.broker.order = never;

    clock.advance(2_000);
    await settleUnknown(trading);

    expect(await trading.row(id)).toMatchObject({ status: 'unknown', lookups: 1, missingSince: null });
  });

  it('does not read for ever what has no fills and another cursor each time', async () => {
    const trading = await open();
    await trading.place();
    let pages = 0;
    trading.broker.fills = async () => {
      pages += 1;
      return { fills: [], cursor: `page-${pages}` };
    };

    expect(await refusalOf(trading.book())).toMatchObject({ code: 'UNAVAILABLE' });
    expect(pages).toBeLessThan(100);
  });

  it('asks no live broker for an owner who trades on paper', async () => {
    const trading = await open();
    const asked: string[] = [];
    const live = new Proxy(new StandInBroker(), {
      get: (broker, name, receiver) => {
        if (typeof name === 'string') asked.push(name);
        return Reflect.get(broker, name, receiver);
      },
    });
    const brokers = new Map([
      ['paper', trading.broker],
      ['live', live],
    ] as const);
    const basis = { ...trading, brokers, isLiveEnabled: true };
    const gateway = new Gateway(basis, { onLossLimit: () => Promise.resolve() });

    const input = { symbol: 'SPY', side: 'buy', quantity: '1', orderType: 'market', mode: 'live' };
    const refusal = await refusalOf(placeOrder({ ...basis, gateway }, trading.user, input));
    await gateway.close();

    expect(refusal.code).toBe('LIVE_DISABLED');
    expect(asked).toEqual([]);
  });
});
