import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type KillReport, killTrading, placeOrder, reconcile } from '../../src/orders/index.ts';
import { readSafety } from '../../src/safety/index.ts';
import { eachDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { COIN, codeOf, type Desk, liftLimits, openDesk, placeResting } from '../support/kill-desk.ts';
import { ScriptedBroker } from '../support/scripted-broker/adapter.ts';
import { type StartedBroker, startScriptedBroker } from '../support/scripted-broker/start.ts';

describe('reconciling', () => {
  eachDatabase((_provider, create) => {
    let test: TestDatabase;
    let broker: StartedBroker;
    let desk: Desk;

    beforeEach(async () => {
      test = await create();
      broker = await startScriptedBroker();
      await broker.control.setQuote(COIN, '100');
      desk = await open();
      await liftLimits(desk);
    });

    afterEach(async () => {
      await desk.close();
      await broker.close();
    });

    async function open(): Promise<Desk> {
      return openDesk(await test.open(), new ScriptedBroker({ url: broker.url, timeoutMs: 2_000 }));
    }

    const key = (): { ownerId: number; mode: 'paper' } => ({ ownerId: desk.user.userId, mode: 'paper' });

    /** Everything that a reconciliation could change, but for its own time. */
    async function everything(): Promise<string> {
      const { read } = desk.database;
      const rows = await Promise.all([
        read.order.findMany({ orderBy: { id: 'asc' } }),
        read.position.findMany({ orderBy: { symbol: 'asc' } }),
        read.account.findMany({ omit: { reconciledAt: true } }),
        read.reconciliation.findMany(),
        read.safetyEvent.findMany(),
        read.fill.findMany(),
      ]);
      return JSON.stringify(rows, (_name, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    }

    it('brings positions, cash and orders to the broker’s after a restart, and changes nothing the second time', async () => {
      const bought = await placeResting(desk, { quantity: '2', limitPrice: '90' });
      const canceled = await placeResting(desk);
      await desk.close();
      // While nobody looks, one is filled in part, one ends, and somebody places another one.
      const account = 1;
      const part = { account, clientOrderId: bought.clientOrderId, size: '0.5', price: '90' };
      await broker.control.fillByHand(part);
      const elsewhere = new ScriptedBroker({ url: broker.url });
      await elsewhere.cancel(account, canceled.clientOrderId);
      await elsewhere.close();
      await broker.control.placeElsewhere(account, {
        client_id: 'by-hand',
        instrument: COIN,
        direction: 'B',
        kind: 'LMT',
        size: '1',
        limit: '2',
        trigger: null,
        validity: 'GTC',
      });
      desk = await open();

      await desk.monitor.start();

      const { read } = desk.database;
      const theirs = new ScriptedBroker({ url: broker.url });
      const positions = await read.position.findMany({ where: { quantity: { not: '0' } } });
      expect(positions.map(({ symbol, quantity }) => [symbol, quantity])).toEqual(
        (await theirs.positions(account)).map(({ symbol, quantity }) => [symbol, quantity.toFixed()]),
      );
      const [ours] = await read.account.findMany();
      expect(ours?.cash).toBe((await theirs.account(account)).cash.toFixed());
      const working = await read.order.findMany({ where: { endedAt: null }, orderBy: { brokerOrderId: 'asc' } });
      expect(working.map(({ brokerOrderId }) => brokerOrderId)).toEqual(
        (await theirs.openOrders(account)).map(({ brokerOrderId }) => brokerOrderId).toSorted(),
      );
      expect(working.map(({ source }) => source)).toEqual(['manual', 'external']);
      await theirs.close();
      await desk.monitor.close();
      const before = await everything();
      await reconcile(desk, key());
      await reconcile(desk, key());
      expect(await everything()).toBe(before);
    });

    it('tells a difference once and never writes over our books', async () => {
      await placeResting(desk);
      await desk.database.transaction((db) =>
        db.position.create({
          data: { ...key(), symbol: 'GONE', quantity: '3', costBasis: '30', realizedPnl: '0', updatedAt: new Date() },
        }),
      );

      const first = await reconcile(desk, key());
      await reconcile(desk, key());

      expect(first).toEqual({
        kind: 'differed',
        differences: [{ kind: 'position', symbol: 'GONE', ours: '3', theirs: '0' }],
      });
      const { read } = desk.database;
      expect(await read.reconciliation.count()).toBe(1);
      expect(await read.event.count({ where: { type: 'BooksDiffered' } })).toBe(1);
      expect(await read.safetyEvent.count({ where: { kind: 'reconciled' } })).toBe(1);
      expect(await read.position.findFirst({ where: { symbol: 'GONE' } })).toMatchObject({ quantity: '3' });
      expect((await read.account.findFirst())?.reconciledOk).toBe(false);
      expect((await readSafety(read, desk.user.userId)).state).toBe('active');
    });

    it('halts trading with the reason when the books cannot be compared at the start', async () => {
      await placeResting(desk);
      await desk.close();
      await broker.control.setDown(true);
      desk = await open();

      await desk.monitor.start();

      const settings = await readSafety(desk.database.read, desk.user.userId);
      expect(settings).toMatchObject({ state: 'halted', haltCause: 'reconciliation', killPolicy: 'block' });
      expect(settings.haltReason).toContain('could not be compared with the broker');
      expect(desk.monitor.isReady).toBe(true);
      await broker.control.setDown(false);
      expect(await codeOf(placeResting(desk))).toBe('KILL_SWITCH_ACTIVE');
    });

    it('halts when losses reach a limit although nobody orders', async () => {
      const prices = desk.prices;
      await placeOrder(desk, desk.user, { symbol: COIN, side: 'buy', quantity: '500', orderType: 'market' });
      await eventually('the purchase to be booked', async () => {
        await desk.gateway.book(key());
        return (await desk.database.read.position.count()) > 0 ? true : null;
      });
      const cheaper = {
        quotes: async (symbols: readonly string[]) =>
          (await prices.quotes(symbols)).map((quote) => ({ ...quote, price: 80 })),
      };
      const watching = await openDesk(await test.open(), new ScriptedBroker({ url: broker.url }), {
        prices: cheaper,
        pauses: { losses: 20 },
      });

      await watching.monitor.start();

      await eventually('the halt', async () => {
        const { haltCause } = await readSafety(desk.database.read, desk.user.userId);
        return haltCause === 'daily_loss' ? true : null;
      });
      await watching.close();
    });

    it('stays halted when the process that killed is gone', async () => {
      await placeResting(desk);
      const report: KillReport = await killTrading(desk, desk.user, { policy: 'block' });
      const other = await open();

      expect(await codeOf(placeResting(other))).toBe('KILL_SWITCH_ACTIVE');

      expect(report.eventId).toBeGreaterThan(0);
      await other.close();
    });

    it('looks at open orders only, however many there were', async () => {
      const row = await placeResting(desk);
      await desk.database.transaction(
        (db) => db.$executeRaw`
          WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 100000)
          INSERT INTO "Order" ("ownerId", "clientOrderId", "brokerOrderId", "mode", "source", "actor", "symbol", "side",
            "quantity", "orderType", "timeInForce", "status", "correlationId", "createdAt", "updatedAt", "endedAt")
          SELECT "ownerId", 'old-' || n, 'old-' || n, "mode", "source", "actor", "symbol", "side", "quantity", "orderType",
            "timeInForce", 'canceled', "correlationId", "createdAt", "updatedAt", "updatedAt"
          FROM "Order", numbers WHERE "id" = ${row.id}`,
      );
      const before = (await broker.control.log()).requests.length;
      const startedAt = performance.now();

      await reconcile(desk, key());

      expect(performance.now() - startedAt).toBeLessThan(2_000);
      expect((await broker.control.log()).requests.length - before).toBeLessThan(15);
    });
  });
});
