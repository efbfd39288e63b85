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

    // A new owner for each test: accounts know nothing of each other, but a broker looks at the open orders of all.
    beforeEach(async () => {
      await database.transaction((tx) => tx.paperOrder.updateMany({ data: { status: 'canceled' } }));
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

    it('rejects a second sale of the same shares where nothing can be sold short', async () => {
      market = new PaperMarket(database, { settings: { slippageBps: decimal(0), allowShort: false } });
      await market.place(ownerId);
      await market.tick('IBM', 100);
      await market.place(ownerId, { side: 'sell', orderType: 'limit', limitPrice: 110, quantity: 6 });

      const tooMuch = market.order({ side: 'sell', quantity: '4.00000001' });
      expect(await market.broker.submit(ownerId, tooMuch)).toEqual({
        kind: 'rejected',
        reason: 'Short sales are not possible: 4 IBM can be sold.',
      });
      expect((await market.broker.submit(ownerId, market.order({ side: 'sell', quantity: 4 }))).kind).toBe('accepted');
      expect(market.broker.capabilities.short).toBe(false);
    });

    it('locks for a short sale as much cash as for a purchase, and lets it be bought back', async () => {
      await market.place(ownerId, { side: 'sell', quantity: 600 });
      await market.tick('IBM', 100);
      expect(await cash()).toBe('160000');
      const more = market.order({ symbol: 'KO', orderType: 'limit', limitPrice: 100, quantity: '400.01' });
      expect(await market.broker.submit(ownerId, more)).toMatchObject({
        kind: 'rejected',
        reason: 'The buying power does not suffice: the order needs 40001, and 40000 is free.',
      });

      const back = await market.place(ownerId, { orderType: 'limit', limitPrice: 300, quantity: 600 });
      await market.tick('IBM', 290);

      expect((await order(back)).status).toBe('filled');
      expect(await cash()).toBe('-14000');
      expect(await positions()).toEqual({});
    });

    it('charges a commission for the trade with its first fill, and one for the value with every fill', async () => {
      market = new PaperMarket(database, {
        settings: {
          slippageBps: decimal(0),
          commissionBps: decimal(5),
          commissionPerTrade: decimal(1),
          maxVolumeShare: decimal('0.5'),
        },
      });
      market.prices.setVolume('IBM', 8);
      await market.place(ownerId);
      await market.tick('IBM', 100);
      market.clock.advance(60_000);
      await market.tick('IBM', 100);

      const { fills } = await market.broker.fills(ownerId, '');
      expect(fills.map(({ quantity, commission }) => [text(quantity), text(commission)])).toEqual([
        ['4', '1.2'],
        ['4', '0.2'],
      ]);
      expect(await cash()).toBe('99198.6');
    });

    it('gives an account no more than its share of what is traded in a minute', async () => {
      market = new PaperMarket(database, { settings: { maxVolumeShare: decimal('0.1') } });
      market.prices.setVolume('IBM', 125);
      const first = await market.place(ownerId);
      const second = await market.place(ownerId);

      await market.tick('IBM', 100);
      await market.tick('IBM', 101);
      expect([await order(first), await order(second)]).toMatchObject([
        { status: 'filled' },
        { status: 'partially_filled', filledQuantity: decimal('2.5') },
      ]);

      market.clock.advance(60_000);
      await market.tick('IBM', 102);
      expect((await order(second)).status).toBe('filled');
    });

    it('fills a stop limit when its time has come, also after the price has turned', async () => {
      const id = await market.place(ownerId, { orderType: 'stop_limit', stopPrice: 105, limitPrice: 106 });
      await market.tick('IBM', 104.99);
      await market.tick('IBM', 107);
      expect((await order(id)).status).toBe('accepted');

      const later = new PaperMarket(database, { settings: { slippageBps: decimal(0) } });
      later.clock.advance(10_000);
      await later.tick('IBM', 103);

      expect((await order(id)).status).toBe('filled');
      expect(await cash()).toBe('98970');
    });

    it('changes quantity and prices of a working order, and fills it with later quotes only', async () => {
      const id = await market.place(ownerId, { orderType: 'limit', limitPrice: 90 });
      await market.tick('IBM', 95);

      const answer = await market.broker.replace(ownerId, id, { quantity: decimal(20), limitPrice: decimal(96) });
      await market.broker.match();
      expect(answer).toMatchObject({ kind: 'done', order: { status: 'accepted', quantity: decimal(20) } });
      expect((await order(id)).status).toBe('accepted');

      await market.tick('IBM', 95.5);
      expect(await order(id)).toMatchObject({ status: 'filled', filledQuantity: decimal(20) });
    });

    it('refuses changes that make no sense or that the account cannot pay, and changes nothing then', async () => {
      const id = await market.place(ownerId, { orderType: 'limit', limitPrice: 100 });
      const changes = [
        { quantity: decimal(0) },
        { quantity: decimal(1001) },
        { limitPrice: decimal('-1') },
        { limitPrice: decimal('100.000000001') },
        { stopPrice: decimal(90) },
      ];
      const answers = [];
      for (const change of changes) answers.push(await market.broker.replace(ownerId, id, change));

      expect(answers.map((answer) => answer.kind === 'refused' && answer.reason)).toEqual([
        'The quantity must be above 0 with at most 8 decimals.',
        'The buying power does not suffice: the order needs 100100, and 100000 is free.',
        'A price must be above 0 with at most 8 decimals.',
        'A price must be above 0 with at most 8 decimals.',
        'The order has no stop price.',
      ]);
      expect(await order(id)).toMatchObject({ quantity: decimal(10), limitPrice: decimal(100), stopPrice: null });
      expect((await market.broker.replace(ownerId, id, { quantity: decimal(1000) })).kind).toBe('done');
    });

    it('ends an order that is changed to what is filled, and refuses less', async () => {
      market = new PaperMarket(database, { settings: { maxVolumeShare: decimal('0.1') } });
      market.prices.setVolume('IBM', 40);
      const id = await market.place(ownerId);
      await market.tick('IBM', 100);

      expect(await market.broker.replace(ownerId, id, { quantity: decimal('3.99999999') })).toMatchObject({
        kind: 'refused',
        reason: 'The quantity cannot be less than the 4 that are filled.',
      });
      const answer = await market.broker.replace(ownerId, id, { quantity: decimal(4) });

      expect(answer).toMatchObject({ kind: 'done', order: { status: 'filled', filledQuantity: decimal(4) } });
    });

    it('starts afresh: nothing open, nothing held, other cash, and cursors that stay valid', async () => {
      await market.place(ownerId);
      await market.tick('IBM', 100);
      const open = await market.place(ownerId, { orderType: 'limit', limitPrice: 50 });
      const { cursor } = await market.broker.fills(ownerId, '');

      await market.broker.reset(ownerId, decimal(777));

      expect(await order(open)).toMatchObject({ status: 'canceled', reason: 'The account was reset.' });
      expect([await cash(), await positions()]).toEqual(['777', {}]);
      const after = await market.place(ownerId, { quantity: 1 });
      await market.tick('IBM', 100);
      const { fills } = await market.broker.fills(ownerId, cursor);
      expect(fills.map(({ clientOrderId }) => clientOrderId)).toEqual([after]);
    });

    it('places nothing for a caller that has given up', async () => {
      const given = market.order();
      const gaveUp = new AbortController();
      const answer = market.broker.submit(ownerId, given, { signal: gaveUp.signal });
      gaveUp.abort(new Error('No time.'));

      expect(await answer).toEqual({ kind: 'unknown', reason: 'No time.' });
      // Whatever was under way has ended when the next transaction of the account has.
      await market.place(ownerId);
      expect(await market.broker.order(ownerId, given.clientOrderId)).toBeNull();
      expect(market.errors).toEqual([]);
    });

    it('tells listeners of fills and ends, also when one of them fails', async () => {
      const heard: number[] = [];
      market.broker.onFills(() => {
        throw new Error('A listener failed.');
      });
      const stop = market.broker.onFills((id) => heard.push(id));
      await market.place(ownerId);
      await market.tick('IBM', 100);
      expect(heard).toEqual([ownerId]);

      stop();
      await market.broker.cancel(ownerId, await market.place(ownerId));
      expect(heard).toEqual([ownerId]);
      expect(market.errors).toEqual([new Error('A listener failed.'), new Error('A listener failed.')]);
    });

    it('does not let a symbol that nobody knows keep others from being filled', async () => {
      const lost = await market.place(ownerId, { symbol: 'NOPE' });
      const found = await market.place(ownerId);
      await market.tick('IBM', 100);
      await market.tick('IBM', 101);

      expect([(await order(lost)).status, (await order(found)).status]).toEqual(['accepted', 'filled']);
      expect(market.errors.map(String)).toEqual(['DomainError: There is no price for NOPE.']);
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

      await market.place(ownerId);
      market.prices.failure = unavailable('The source is down again.');
      await market.broker.match();
      expect(market.errors).toHaveLength(2);
    });
  });
});

const text = (value: Decimal): string => decimalText(value);
