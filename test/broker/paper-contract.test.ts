/** The paper broker keeps what every broker promises. Its market has a new price at every look, a millisecond later. */
import { beforeAll } from 'vitest';
import { PaperBroker } from '../../src/broker/index.ts';
import { decimal } from '../../src/core/index.ts';
import { parseSymbols, type Quote } from '../../src/market/index.ts';
import type { Database } from '../../src/storage/index.ts';
import { type BrokerHarness, describeBroker, INITIAL_CASH } from '../contract/broker.ts';
import { ManualClock } from '../support/clock.ts';
import { eachDatabase } from '../support/database.ts';

eachDatabase((_provider, create) => {
  let database: Database;
  let accounts = 0;
  beforeAll(async () => {
    database = await (await create()).open();
  });

  describeBroker(
    {
      name: 'paper',
      create: () => {
        accounts += 2;
        return Promise.resolve(paperHarness(database, [accounts, accounts + 1]));
      },
    },
    { isOnNetwork: false },
  );
});

function paperHarness(database: Database, [ownerId, otherOwnerId]: readonly [number, number]): BrokerHarness {
  const clock = new ManualClock('2026-03-12T15:00:00Z');
  const prices = new Map<string, number>();
  const quotes = async (symbols: readonly string[]): Promise<readonly Quote[]> => {
    clock.advance(1);
    const at = new Date(clock.now());
    const quoteOf = (symbol: string): Quote => {
      return { symbol, price: prices.get(symbol) ?? Number.NaN, bid: null, ask: null, at, source: 'stand-in' };
    };
    return parseSymbols(symbols).map(quoteOf);
  };
  const broker = new PaperBroker({
    database,
    clock,
    prices: { quotes },
    settings: { initialCash: decimal(INITIAL_CASH) },
    pollMs: 50,
    onError: (error) => {
      throw error;
    },
  });
  broker.start();
  return {
    broker,
    ownerId,
    otherOwnerId,
    deduplicates: true,
    setQuote: async (symbol, price) => {
      prices.set(symbol, Number(price));
      await broker.match();
    },
    advance: async (ms) => {
      clock.advance(ms);
      await broker.match();
    },
    atBroker: async () => {
      const open = await database.read.paperOrder.findMany({
        where: { ownerId: { in: [ownerId, otherOwnerId] } },
        orderBy: { id: 'asc' },
      });
      return open.map(({ clientOrderId, symbol, side, quantity, orderType, limitPrice, stopPrice, timeInForce }) => {
        return { clientOrderId, symbol, side, quantity, orderType, limitPrice, stopPrice, timeInForce };
      });
    },
    close: async () => {
      await broker.close();
      const ownerIds = { in: [ownerId, otherOwnerId] };
      await database.transaction((tx) =>
        tx.paperOrder.updateMany({ where: { ownerId: ownerIds }, data: { status: 'canceled' } }),
      );
    },
  };
}
