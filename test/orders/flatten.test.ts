import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PaperBroker } from '../../src/broker/index.ts';
import { systemClock } from '../../src/core/index.ts';
import { killTrading, placeOrder, resumeTrading } from '../../src/orders/index.ts';
import { sweepKill } from '../../src/orders/kill/kill-sweep.ts';
import type { Database } from '../../src/storage/index.ts';
import { eachDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { COIN, codeOf, type Desk, FreshPrices, liftLimits, openDesk } from '../support/kill-desk.ts';

const OTHER = 'ETH-USD';

describe('flattening', () => {
  eachDatabase((_provider, create) => {
    let database: Database;
    let paper: PaperBroker;
    let desk: Desk;

    beforeEach(async () => {
      database = await (await create()).open();
      const prices = new FreshPrices(systemClock);
      paper = new PaperBroker({ database, clock: systemClock, prices, pollMs: 10, onError: () => undefined });
      desk = await openDesk(database, paper, { prices });
      await liftLimits(desk);
      paper.start();
    });

    afterEach(() => desk.close());

    async function buy(symbol: string, quantity: string): Promise<void> {
      await placeOrder(desk, desk.user, { symbol, side: 'buy', quantity, orderType: 'market' });
      await eventually('the purchase to be booked', async () => {
        await desk.gateway.book({ ownerId: desk.user.userId, mode: 'paper' });
        return (await held()).includes(`${symbol} ${quantity}`) ? true : null;
      });
    }

    async function held(): Promise<readonly string[]> {
      const rows = await database.read.position.findMany({
        where: { quantity: { not: '0' } },
        orderBy: { symbol: 'asc' },
      });
      return rows.map(({ symbol, quantity }) => `${symbol} ${quantity}`);
    }

    async function sweepUntilFlat(): Promise<void> {
      await eventually('everything to be closed', async () => {
        await sweepKill(desk, desk.user.userId);
        return (await held()).length === 0 ? true : null;
      });
    }

    it('closes every position at the market, and cancels what would open more', async () => {
      await buy(COIN, '2');
      await buy(OTHER, '3');
      const resting = await placeOrder(desk, desk.user, {
        symbol: COIN,
        side: 'sell',
        quantity: '1',
        orderType: 'limit',
        limitPrice: '500',
        timeInForce: 'gtc',
      });

      const report = await killTrading(desk, desk.user, { policy: 'flatten' });
      await sweepUntilFlat();

      expect(report.positionsClosing).toEqual([COIN, OTHER]);
      expect(await paper.positions(desk.user.userId)).toEqual([]);
      const closing = await database.read.order.findMany({ where: { source: 'kill' }, orderBy: { symbol: 'asc' } });
      expect(closing.map(({ symbol, side, quantity, status }) => [symbol, side, quantity, status])).toEqual([
        [COIN, 'sell', '2', 'filled'],
        [OTHER, 'sell', '3', 'filled'],
      ]);
      expect(new Set(closing.map(({ killEventId }) => killEventId))).toEqual(new Set([report.eventId]));
      const halted = await database.read.event.findFirst({ where: { type: 'TradingHalted' } });
      expect(closing.map(({ causationId }) => causationId)).toEqual([halted?.cursor, halted?.cursor]);
      const canceled = await database.read.order.findUnique({ where: { id: resting.id } });
      expect(canceled?.status).toBe('canceled');
    });

    it('goes on in another process, and answers the same again', async () => {
      await buy(COIN, '2');
      // The process that was told to flatten did no more than store that.
      const first = await killTrading(desk, desk.user, { policy: 'block' });
      await desk.database.transaction((db) =>
        db.safetyState.updateMany({ where: { ownerId: desk.user.userId }, data: { killPolicy: 'flatten' } }),
      );

      await sweepUntilFlat();

      const again = await killTrading(desk, desk.user, { policy: 'flatten' });
      expect(again).toMatchObject({
        eventId: first.eventId,
        policy: 'flatten',
        positionsClosing: [COIN],
        drained: true,
      });
      await sweepKill(desk, desk.user.userId);
      await sweepKill(desk, desk.user.userId);
      expect(await database.read.event.count({ where: { type: 'KillProgressed' } })).toBe(1);
    });

    it('never sells more than is held, however many do it at once', async () => {
      await buy(COIN, '2');

      await killTrading(desk, desk.user, { policy: 'flatten' });
      await Promise.all(Array.from({ length: 8 }, () => sweepKill(desk, desk.user.userId)));
      await sweepUntilFlat();

      const closing = await database.read.order.findMany({ where: { source: 'kill' } });
      expect(closing.filter(({ status }) => status === 'filled').map(({ quantity }) => quantity)).toEqual(['2']);
      expect(await paper.positions(desk.user.userId)).toEqual([]);
    });

    it('sells only what the broker holds too', async () => {
      await buy(COIN, '2');
      await database.transaction((db) => db.paperPosition.updateMany({ data: { quantity: '1.5', costBasis: '150' } }));

      await killTrading(desk, desk.user, { policy: 'flatten' });
      await eventually('something to be sold', async () => {
        await sweepKill(desk, desk.user.userId);
        return (await paper.positions(desk.user.userId)).length === 0 ? true : null;
      });

      const closing = await database.read.order.findMany({ where: { source: 'kill' } });
      expect(closing.map(({ quantity }) => quantity)).toEqual(['1.5']);
    });

    it('stops when trading is resumed, which restarts nothing', async () => {
      await buy(COIN, '2');
      await database.transaction((db) =>
        db.runawayStop.create({
          data: { ownerId: desk.user.userId, source: 'strategy', sourceId: 7, symbol: COIN, stoppedAt: new Date() },
        }),
      );
      await killTrading(desk, desk.user, { policy: 'block' });

      const settings = await resumeTrading(desk, desk.user, { reason: 'all clear' });

      expect(settings).toMatchObject({ state: 'active', haltCause: null });
      await sweepKill(desk, desk.user.userId);
      expect(await held()).toEqual([`${COIN} 2`]);
      expect(await database.read.runawayStop.count({ where: { releasedAt: null } })).toBe(1);
      const audit = await database.read.safetyEvent.findFirst({ where: { kind: 'resumed' } });
      expect(audit).toMatchObject({ actor: `user:${desk.user.userId}`, reason: 'all clear' });
    });

    it('cannot be resumed without the scope, nor while limits cannot be read', async () => {
      await killTrading(desk, desk.user, { policy: 'block' });
      const trader = { userId: desk.user.userId, scopes: new Set(['trade', 'kill'] as const) };
      expect(await codeOf(resumeTrading(desk, trader))).toBe('FORBIDDEN');

      await database.transaction((db) => db.safetyState.updateMany({ data: { maxPositionPct: 'a lot' } }));

      expect(await codeOf(resumeTrading(desk, desk.user))).toBe('CONFLICT');
    });
  });
});
