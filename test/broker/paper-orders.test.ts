import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BrokerOrder } from '../../src/broker/index.ts';
import { type Decimal, decimal, decimalText, unavailable } from '../../src/core/index.ts';
import type { Database } from '../../src/storage/index.ts';
import { eachDatabase } from '../support/database.ts';
import { PaperMarket } from '../support/paper-market.ts';

describe('the paper broker', () => {
  eachDatabase((_provider, create) => {
    let database: Database;
    let market: PaperMarket;
    let ownerId = 100;

    beforeAll(async () => {
      database = await (await create()).open();
    });

    // A new owner for each test: accounts know nothing of each other.
    beforeEach(() => {
      ownerId++;
      market = new PaperMarket(database, { settings: { slippageBps: decimal(0) } });
    });

    async function order(clientOrderId: string): Promise<BrokerOrder> {
      const found = await market.broker.order(ownerId, clientOrderId);
      if (found === null) throw new Error(`There is no order ${clientOrderId}.`);
      return found;
    }

    const cash = async (): Promise<string> => text((await market.broker.account(ownerId)).cash);

    async function positions(): Promise<Record<string, string>> {
      const held = await market.broker.positions(ownerId);
      return Object.fromEntries(held.map(({ symbol, quantity }) => [symbol, text(quantity)]));
    }

    it('starts an account with 100,000 USD', async () => {
      const account = await market.broker.account(ownerId);

      expect([account.currency, text(account.cash)]).toEqual(['USD', '100000']);
      expect(await market.broker.positions(ownerId)).toEqual([]);
      expect(await market.broker.fills(ownerId, '')).toEqual({ fills: [], cursor: '' });
    });

    it('fills a market order at the next quote', async () => {
      market.prices.set('IBM', 90);
      const id = await market.place(ownerId);
      await market.broker.match();
      expect((await order(id)).status).toBe('accepted');

      await market.tick('IBM', 100, { bid: 99, ask: 101 });

      expect(await order(id)).toMatchObject({ status: 'filled', reason: null, clientOrderId: id });
      expect(await cash()).toBe('98990');
      expect(await positions()).toEqual({ IBM: '10' });
      const { fills, cursor } = await market.broker.fills(ownerId, '');
      expect(fills.map(({ price, quantity, clientOrderId }) => [text(price), text(quantity), clientOrderId])).toEqual([
        ['101', '10', id],
      ]);
      expect(await market.broker.fills(ownerId, cursor)).toEqual({ fills: [], cursor });
    });

    it('answers the same order once more, and rejects another one of the same name', async () => {
      const first = market.order({ clientOrderId: 'same' });
      const answers = await Promise.all([1, 2, 3, 4].map(() => market.broker.submit(ownerId, first)));

      const ids = answers.map((answer) => (answer.kind === 'accepted' ? answer.order.brokerOrderId : answer.reason));
      expect(new Set(ids).size).toBe(1);
      expect(await market.broker.openOrders(ownerId)).toHaveLength(1);
      expect(await market.broker.submit(ownerId, market.order({ clientOrderId: 'same', quantity: 11 }))).toMatchObject({
        kind: 'rejected',
      });
      const another = await market.broker.submit(ownerId + 5000, market.order({ clientOrderId: 'same', quantity: 11 }));
      expect(another.kind).toBe('accepted');
    });

    it('rejects what it has no money for, and keeps no trace of it', async () => {
      await market.place(ownerId, { orderType: 'limit', limitPrice: 100, quantity: 600 });
      const tooMuch = market.order({ orderType: 'limit', limitPrice: '100.01', quantity: 400 });
      const enough = market.order({ orderType: 'limit', limitPrice: 100, quantity: 400 });

      expect(await market.broker.submit(ownerId, tooMuch)).toEqual({
        kind: 'rejected',
        reason: 'The buying power does not suffice: the order needs 40004, and 40000 is free.',
      });
      expect(await market.broker.order(ownerId, tooMuch.clientOrderId)).toBeNull();
      expect((await market.broker.submit(ownerId, enough)).kind).toBe('accepted');
    });

    it('cancels a market order whose price the account cannot pay', async () => {
      const id = await market.place(ownerId, { quantity: 1000 });

      await market.tick('IBM', 100.01);

      expect(await order(id)).toMatchObject({
        status: 'canceled',
        reason: 'The cash did not suffice for 1000 at 100.01.',
      });
      expect(await cash()).toBe('100000');
    });

    it('expires day orders when the session closes, and keeps those that are good till canceled', async () => {
      const day = await market.place(ownerId, { orderType: 'limit', limitPrice: 50 });
      const gtc = await market.place(ownerId, { orderType: 'limit', limitPrice: 50, timeInForce: 'gtc' });
      market.prices.set('IBM', 100);

      market.clock.advance(Date.parse('2026-07-08T19:59:59.999Z') - market.clock.now());
      await market.broker.match();
      expect((await order(day)).status).toBe('accepted');
      market.clock.advance(1);
      await market.broker.match();

      expect(await order(day)).toMatchObject({ status: 'expired', reason: 'The session has closed.' });
      expect((await order(gtc)).status).toBe('accepted');
    });

    it('keeps orders open while the price source fails, says so once, and goes on', async () => {
      const id = await market.place(ownerId);
      market.prices.failure = unavailable('The source is down.');

      await market.broker.match();
      await market.broker.match();
      expect((await order(id)).status).toBe('accepted');
      expect(market.errors).toEqual([market.prices.failure]);

      market.prices.failure = null;
      await market.tick('IBM', 100);
      expect((await order(id)).status).toBe('filled');
    });
  });
});

const text = (value: Decimal): string => decimalText(value);
