/** Trading for one test: started on the database of its file, with a user of its own, and ended after the test. */
import { beforeAll } from 'vitest';
import type { Database } from '../../src/storage/index.ts';
import type { TestDatabase } from './database.ts';
import { afterEveryTest } from './endings.ts';
import { startTrading, type Trading, type TradingOptions } from './trading.ts';

const opened: Trading[] = [];

afterEveryTest(async () => {
  await Promise.all(opened.splice(0).map((trading) => trading.close()));
});

/** Limits that deny nothing that a test does not mean. */
export const WIDE = { maxDailyTrades: 1_000_000, maxOrdersPerMinute: 100_000, maxPositionPct: '10' } as const;

/** What opens trading on one database: a process with a new owner, unless `user` names one. */
export type OpenTrading = (options?: TradingOptions) => Promise<Trading>;

/** Shares one database among the tests of a file: what opens a process on it, and on a connection of its own. */
export function tradingOn(create: () => Promise<TestDatabase>): {
  readonly open: OpenTrading;
  readonly openApart: OpenTrading;
} {
  let made: TestDatabase;
  let shared: Database;
  beforeAll(async () => {
    made = await create();
    shared = await made.open();
  });
  const start = async (on: Database, options: TradingOptions = {}): Promise<Trading> => {
    const trading = await startTrading(on, options);
    opened.push(trading);
    return trading;
  };
  return {
    open: (options) => start(shared, options),
    openApart: async (options) => start(await made.open(), options),
  };
}
