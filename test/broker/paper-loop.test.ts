/** When the paper broker looks at the market by itself. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PaperBrokerOptions } from '../../src/broker/index.ts';
import { unavailable } from '../../src/core/index.ts';
import type { Database } from '../../src/storage/index.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { PaperMarket, SESSION_NOON } from '../support/paper-market.ts';

describe('a paper broker that was started', () => {
  let store: TestDatabase;
  let database: Database;
  let market: PaperMarket;
  let ownerId = 0;

  beforeAll(async () => {
    store = await createTestDatabase('sqlite');
    database = await store.open();
    return () => store.drop();
  });
  beforeEach(() => {
    ownerId++;
    market = marketWith({});
  });
  afterEach(async () => {
    await market.broker.close();
    await database.transaction((tx) => tx.paperOrder.updateMany({ data: { status: 'canceled' } }));
  });

  const marketWith = (options: Partial<PaperBrokerOptions>): PaperMarket =>
    new PaperMarket(database, { pollMs: 5, ...options });

  const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

  /** Lets the loop look some times more, were it to. */
  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 150));

  it('asks for no prices while no order is open', async () => {
    market.broker.start();
    await pause();
    expect(market.prices.asked).toEqual([]);

    const id = await market.place(ownerId, { orderType: 'limit', limitPrice: 50 });
    market.prices.set('IBM', 100);
    await eventually('prices to be asked for', () => (market.prices.asked.length > 1 ? true : null));
    await market.broker.cancel(ownerId, id);
    await pause();
    const asked = market.prices.asked.length;
    await pause();

    expect(market.prices.asked).toHaveLength(asked);
    expect(new Set(market.prices.asked.flat())).toEqual(new Set(['IBM']));
  });

  it('asks for all symbols at once', async () => {
    const symbols = ['AAPL', 'IBM', 'KO'];
    for (const symbol of symbols) {
      market.prices.set(symbol, 100);
      await market.place(ownerId, { symbol, orderType: 'limit', limitPrice: 50 });
    }

    await market.broker.match();

    expect(market.prices.asked).toEqual([symbols]);
  });

  it('asks nobody when the session is long over, and asks again in the next one', async () => {
    market.prices.set('IBM', 100);
    const id = await market.place(ownerId, { orderType: 'limit', limitPrice: 50, timeInForce: 'gtc' });
    await market.broker.match();
    const moveTo = (time: string): void => market.clock.advance(Date.parse(time) - market.clock.now());
    const asked: number[] = [];
    for (const time of ['20:19:59', '20:20:00', '23:00:00']) {
      moveTo(`${SESSION_NOON.slice(0, 10)}T${time}.000Z`);
      await market.broker.match();
      asked.push(market.prices.asked.length);
    }
    expect(asked).toEqual([2, 2, 2]);

    moveTo('2026-07-09T13:30:00.000Z');
    market.prices.set('IBM', 49);
    await market.broker.match();
    expect((await market.broker.order(ownerId, id))?.status).toBe('filled');
  });

  it('finds orders that another process has placed', async () => {
    market.prices.set('IBM', 100, { at: new Date(market.clock.now() + 5) });
    market.broker.start();
    await pause();

    const id = await marketWith({}).place(ownerId);

    await eventually('the order to be filled', async () => {
      const order = await market.broker.order(ownerId, id);
      return order?.status === 'filled' ? true : null;
    });
  });

  it('goes on when the price source has failed', async () => {
    market.prices.failure = unavailable('The source is down.');
    market.broker.start();
    const id = await market.place(ownerId);
    await eventually('the failure to be told', () => (market.errors.length > 0 ? true : null));
    await pause();
    expect(market.errors).toHaveLength(1);

    market.prices.failure = null;
    market.prices.set('IBM', 100, { at: new Date(market.clock.now() + 5) });

    await eventually('the order to be filled', async () => {
      const order = await market.broker.order(ownerId, id);
      return order?.status === 'filled' ? true : null;
    });
    expect(market.errors).toHaveLength(1);
  });

  it('tells once of a database that is gone, and answers commands with what it knows: nothing', async () => {
    const gone = await createTestDatabase('sqlite');
    const lost = await gone.open();
    market = new PaperMarket(lost, { pollMs: 5 });
    market.broker.start();
    await market.place(ownerId);
    await gone.drop();

    await pause();
    const told = market.errors.length;
    await pause();

    expect(told).toBeGreaterThan(0);
    expect(market.errors).toHaveLength(told);
    expect((await market.broker.submit(ownerId, market.order())).kind).toBe('unknown');
    expect((await market.broker.cancel(ownerId, 'order-1')).kind).toBe('unknown');
  });

  it('does not wait for prices that never come when it is closed, and leaves no timer', async () => {
    const before = timers();
    market = marketWith({ prices: { quotes: () => new Promise(() => undefined) } });
    market.broker.start();
    await market.place(ownerId);
    await pause();

    const since = performance.now();
    await market.broker.close();

    expect(performance.now() - since).toBeLessThan(5000);
    expect(timers()).toBeLessThanOrEqual(before);
    expect(market.errors).toEqual([]);
  });
});
