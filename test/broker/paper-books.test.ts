/** The paper broker's money in the database: exact, once, and still there after a restart. */
import { describe, expect, it } from 'vitest';
import type { BrokerFill, PaperSettings } from '../../src/broker/index.ts';
import { type Decimal, decimal, decimalText } from '../../src/core/index.ts';
import type { Database } from '../../src/storage/index.ts';
import { eachDatabase } from '../support/database.ts';
import { NOTHING, tradeExactly, units, valueOf } from '../support/exact.ts';
import { PaperMarket } from '../support/paper-market.ts';
import { seededRandom } from '../support/random.ts';

const SYMBOLS = ['BTC-USD', 'ETH-USD', 'EUR/USD'];
const ORDERS = 300;
const PER_TURN = 75;
const OWNER = 1;
const SEED = 7;

const SETTINGS: Partial<PaperSettings> = {
  slippageBps: decimal('2.37'),
  commissionBps: decimal('1.13'),
  commissionPerTrade: decimal('0.35'),
  maxVolumeShare: decimal('0.25'),
};

describe('the books of the paper broker', () => {
  eachDatabase((_provider, create) => {
    it('are what its fills say after 300 orders and restarts on the way', { timeout: 120_000 }, async () => {
      const store = await create();
      const random = seededRandom(SEED);
      let now = '2026-03-02T00:00:00.000Z';
      let orders = 0;
      for (let turn = 0; turn < ORDERS / PER_TURN; turn++) {
        const database = await store.open();
        const market = new PaperMarket(database, { settings: SETTINGS, now });
        await Promise.all(Array.from({ length: PER_TURN }, () => placeSomething(market, random, ++orders)));
        await cancelSomething(market, random);
        for (let look = 0; look < 5; look++) await moveMarket(market, random);
        now = new Date(market.clock.now()).toISOString();
        expect(market.errors).toEqual([]);
        await market.broker.close();
        await database.close();
      }

      const { broker } = new PaperMarket(await store.open(), { settings: SETTINGS });
      const fills = await allFills(broker);
      expect(fills.length).toBeGreaterThan(ORDERS / 3);
      expect(fills.map(({ executionId }) => executionId)).toEqual(fills.map((_fill, index) => String(index + 1)));
      const exact = recount(fills);
      expect(decimalText((await broker.account(OWNER)).cash)).toBe(textOf(units('100000') - exact.spent));
      const positions = await broker.positions(OWNER);
      expect(positions.map(({ symbol, ...held }) => [symbol, ...Object.values(held).map(unitsOf)])).toEqual(
        [...exact.held]
          .filter(([, { quantity }]) => quantity !== 0n)
          .map(([symbol, { quantity, cost }]) => [symbol, quantity, cost])
          .toSorted(),
      );
    });

    it('lets one of two processes fill an order, once', async () => {
      const store = await create();
      const [one, two] = await Promise.all([store.open(), store.open()]);
      const here = new PaperMarket(one, { settings: SETTINGS });
      const there = new PaperMarket(two, { settings: SETTINGS });
      for (const market of [here, there]) for (const symbol of SYMBOLS) market.prices.setVolume(symbol, 1000);
      for (let turn = 0; turn < 4; turn++) {
        await Promise.all([here.place(OWNER, { symbol: 'BTC-USD' }), here.place(OWNER, { symbol: 'ETH-USD' })]);
        for (const { clock, prices } of [here, there]) {
          clock.advance(60_000);
          prices.set('BTC-USD', 100);
          prices.set('ETH-USD', 10);
        }
        await Promise.all([here.broker.match(), there.broker.match(), here.broker.match(), there.broker.match()]);
      }

      const fills = await allFills(there.broker);
      expect([here.errors, there.errors]).toEqual([[], []]);
      expect(fills).toHaveLength(8);
      expect(new Set(fills.map(({ clientOrderId }) => clientOrderId)).size).toBe(8);
      expect(decimalText((await there.broker.account(OWNER)).cash)).toBe(
        textOf(units('100000') - recount(fills).spent),
      );
    });

    it('takes no more than the account can pay when many orders come at once to two processes', async () => {
      const store = await create();
      const [one, two] = await Promise.all([store.open(), store.open()]);
      const markets = [one, two].map((database: Database) => new PaperMarket(database));
      const answers = await Promise.all(
        markets.flatMap((market, process) =>
          Array.from({ length: 15 }, (_, index) => {
            const clientOrderId = `at-once-${process}-${index}`;
            const order = { clientOrderId, orderType: 'limit', limitPrice: 1000, quantity: 10 } as const;
            return market.broker.submit(OWNER, market.order(order));
          }),
        ),
      );

      expect(answers.filter(({ kind }) => kind === 'accepted')).toHaveLength(10);
      expect(answers.filter(({ kind }) => kind === 'rejected')).toHaveLength(20);
    });

    it('fills in a new process what an old one has left open', async () => {
      const store = await create();
      const before = await store.open();
      const old = new PaperMarket(before);
      const id = await old.place(OWNER, { symbol: 'BTC-USD', timeInForce: 'gtc' });
      await old.broker.close();
      await before.close();

      const market = new PaperMarket(await store.open(), { pollMs: 10 });
      market.clock.advance(1000);
      market.prices.set('BTC-USD', 100);
      const filled = new Promise<number>((resolve) => market.broker.onFills(resolve));
      market.broker.start();

      expect(await filled).toBe(OWNER);
      expect((await market.broker.order(OWNER, id))?.status).toBe('filled');
      await market.broker.close();
    });
  });
});

type Random = () => number;

const pick = <T>(random: Random, items: readonly T[]): T => {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('There is nothing to pick from.');
  return item;
};

/** Quantities of 8 decimals, at prices around 100; now and then more than the account can pay. */
async function placeSomething(market: PaperMarket, random: Random, id: number): Promise<void> {
  const orderType = pick(random, ['market', 'market', 'limit', 'stop', 'stop_limit'] as const);
  const near = (): string => (97 + 6 * random()).toFixed(8);
  const order = market.order({
    clientOrderId: `order-${id}`,
    symbol: pick(random, SYMBOLS),
    side: pick(random, ['buy', 'sell'] as const),
    orderType,
    timeInForce: pick(random, ['day', 'gtc'] as const),
    quantity: (0.00000001 + 120 * random() ** 3).toFixed(8),
    limitPrice: orderType === 'limit' || orderType === 'stop_limit' ? near() : null,
    stopPrice: orderType === 'stop' || orderType === 'stop_limit' ? near() : null,
  });
  const { kind } = await market.broker.submit(OWNER, order);
  expect(['accepted', 'rejected']).toContain(kind);
}

async function cancelSomething({ broker }: PaperMarket, random: Random): Promise<void> {
  const open = await broker.openOrders(OWNER);
  const { clientOrderId } = pick(random, open);
  expect((await broker.cancel(OWNER, clientOrderId)).kind).toBe('done');
}

async function moveMarket({ broker, clock, prices }: PaperMarket, random: Random): Promise<void> {
  clock.advance(1000 + Math.floor(random() * 3_600_000));
  for (const symbol of SYMBOLS) {
    const price = 97 + 6 * random();
    prices.set(symbol, price, { bid: price - 0.01, ask: price + 0.01 });
    prices.setVolume(symbol, Math.floor(400 * random()));
  }
  await broker.match();
}

async function allFills(broker: PaperMarket['broker']): Promise<readonly BrokerFill[]> {
  const all: BrokerFill[] = [];
  for (let after = ''; ; ) {
    const { fills, cursor } = await broker.fills(OWNER, after);
    if (fills.length === 0) return all;
    all.push(...fills);
    after = cursor;
  }
}

/** What the fills say, in whole numbers of 10^-8. */
function recount(fills: readonly BrokerFill[]) {
  const held = new Map<string, typeof NOTHING>();
  let spent = 0n;
  for (const fill of fills) {
    const [quantity = 0n, price = 0n, commission = 0n] = [fill.quantity, fill.price, fill.commission].map(unitsOf);
    const signed = fill.side === 'buy' ? quantity : -quantity;
    spent += valueOf(signed, price) + commission;
    held.set(fill.symbol, tradeExactly(held.get(fill.symbol) ?? NOTHING, { signed, price, commission }));
  }
  return { spent, held };
}

function unitsOf(value: Decimal): bigint {
  return units(decimalText(value));
}

function textOf(value: bigint): string {
  const sign = value < 0n ? '-' : '';
  const digits = (value < 0n ? -value : value).toString().padStart(9, '0');
  return decimalText(decimal(`${sign}${digits.slice(0, -8)}.${digits.slice(-8)}`));
}
