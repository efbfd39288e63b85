/** Starting the paper account afresh. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PaperBroker } from '../../src/broker/index.ts';
import { systemClock } from '../../src/core/index.ts';
import { cancelOrder, placeOrder, reconcile, resetPaperAccount } from '../../src/orders/index.ts';
import { verifyAudit } from '../../src/safety/index.ts';
import type { Database } from '../../src/storage/index.ts';
import { eachDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { COIN, codeOf, type Desk, FreshPrices, liftLimits, openDesk } from '../support/kill-desk.ts';

eachDatabase((_provider, create) => {
  let database: Database;
  let desk: Desk;
  let paper: PaperBroker;

  beforeEach(async () => {
    database = await (await create()).open();
    const prices = new FreshPrices(systemClock);
    paper = new PaperBroker({ database, clock: systemClock, prices, pollMs: 10, onError: () => undefined });
    desk = await openDesk(database, paper, { prices });
    await liftLimits(desk);
    paper.start();
  });
  afterEach(() => desk.close());

  async function buy(quantity: string): Promise<void> {
    const { id } = await placeOrder(desk, desk.user, { symbol: COIN, side: 'buy', quantity, orderType: 'market' });
    await eventually('the purchase to be booked', async () => {
      await desk.gateway.book({ ownerId: desk.user.userId, mode: 'paper' });
      const { status } = await database.read.order.findUniqueOrThrow({ where: { id } });
      return status === 'filled' ? true : null;
    });
  }

  const audit = () => database.read.safetyEvent.findMany({ where: { kind: 'account_reset' } });

  it('begins with the cash that is named and nothing held; what was ordered and filled stays as history', async () => {
    await buy('2');

    const value = await resetPaperAccount(desk, desk.user, { initialCash: '5000.5' });

    const { ownerId } = await database.read.account.findFirstOrThrow();
    expect(value.cash.toFixed()).toBe('5000.5');
    expect(await database.read.account.findMany()).toMatchObject([
      { cash: '5000.5', initialCash: '5000.5', peakEquity: '5000.5', dayStartEquity: '5000.5', realizedPnl: '0' },
    ]);
    expect(await database.read.position.count()).toBe(0);
    expect([await database.read.order.count(), await database.read.fill.count()]).toEqual([1, 1]);
    expect(await audit()).toMatchObject([{ actor: `user:${ownerId}`, after: expect.stringContaining('5000.5') }]);
    expect(await verifyAudit(database.read, ownerId)).toMatchObject({ ok: true });
  });

  it('places an order also when the account is gone for the moment of another one’s reset', async () => {
    await buy('2');
    await database.transaction(async (db) => {
      await db.position.deleteMany();
      await db.account.deleteMany();
    });

    await buy('3');

    expect(await database.read.account.count()).toBe(1);
  });

  it('books nothing twice afterwards, and agrees with the broker', async () => {
    await buy('2');
    await resetPaperAccount(desk, desk.user);
    await buy('3');

    const { cash } = await database.read.account.findFirstOrThrow();
    const theirs = await paper.account(desk.user.userId);
    expect(await database.read.position.findMany()).toMatchObject([{ symbol: COIN, quantity: '3' }]);
    expect(await database.read.fill.count()).toBe(2);
    expect(cash).toBe(theirs.cash.toFixed());
    expect(await reconcile(desk, { ownerId: desk.user.userId, mode: 'paper' })).toEqual({ kind: 'agreed' });
  });

  it('is refused while an order is open, and changes nothing then', async () => {
    const order = { symbol: COIN, side: 'buy', quantity: '1', orderType: 'limit', limitPrice: '1', timeInForce: 'gtc' };
    const { id } = await placeOrder(desk, desk.user, order);

    expect(await codeOf(resetPaperAccount(desk, desk.user, { initialCash: 7 }))).toBe('CONFLICT');
    expect(await database.read.account.findMany()).toMatchObject([{ cash: '100000' }]);
    expect((await paper.openOrders(desk.user.userId)).length).toBe(1);
    await cancelOrder(desk, desk.user, id);
    expect((await resetPaperAccount(desk, desk.user, { initialCash: 7 })).cash.toFixed()).toBe('7');
  });

  it('refuses what is no amount above 0', async () => {
    for (const initialCash of [0, -1, '1e3', 'much', Number.NaN, '0.000000001', true]) {
      expect([initialCash, await codeOf(resetPaperAccount(desk, desk.user, { initialCash }))]).toEqual([
        initialCash,
        'VALIDATION',
      ]);
    }
    expect(await audit()).toEqual([]);
  });

  it('needs the scope', async () => {
    const user = { ...desk.user, scopes: new Set(['trade', 'kill'] as const) };

    expect(await codeOf(resetPaperAccount(desk, user))).toBe('FORBIDDEN');
    expect(await audit()).toEqual([]);
  });
});
