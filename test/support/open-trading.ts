/** Trading for one test: started on a test database, and ended after the test. */
import { afterEach } from 'vitest';
import type { TestDatabase } from './database.ts';
import { startTrading, type Trading, type TradingOptions } from './trading.ts';

const opened: Trading[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((trading) => trading.close()));
});

/** Starts a process that trades on `on`, with limits that are out of the way of most tests. */
export async function openTrading(on: TestDatabase, options: TradingOptions = {}): Promise<Trading> {
  const trading = await startTrading(await on.open(options.clock), options);
  opened.push(trading);
  return trading;
}

/** Limits that deny nothing that a test does not mean. */
export const WIDE = { maxDailyTrades: 1_000_000, maxOrdersPerMinute: 100_000, maxPositionPct: '10' } as const;
