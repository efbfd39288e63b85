/** A database with two users, and market data on it, at a fixed time. */
import type { Principal, Scope } from '../../src/access/index.ts';
import { type Clock, randomIds } from '../../src/core/index.ts';
import { Journal } from '../../src/events/index.ts';
import {
  type Bars,
  formatBarTime,
  type ImportResult,
  type Interval,
  importBars,
  MarketData,
  SimulatedProvider,
} from '../../src/market/index.ts';
import type { Database } from '../../src/storage/index.ts';
import type { TestDatabase } from '../support/database.ts';

/** A Thursday, after the close. */
export const clock: Clock = { now: () => Date.parse('2026-03-12T21:00:00Z') };

/** What `openMarket` makes. */
export interface Market {
  readonly database: Database;
  readonly data: MarketData;
  readonly userId: number;
  /** Another user, who has imported nothing. */
  readonly strangerId: number;
  /** Imports a file for the user. */
  readonly bring: (symbol: string, csv: string, interval?: Interval) => Promise<ImportResult>;
}

/** Opens it for two new users. */
export async function openMarket(made: TestDatabase): Promise<Market> {
  const database = await made.open(clock);
  const addUser = (name: string) =>
    database.transaction((tx) =>
      tx.user.create({ data: { name: `${name} ${randomIds.next()}`, createdAt: new Date(0) } }),
    );
  const [{ id: userId }, stranger] = [await addUser('importer'), await addUser('stranger')];
  const journal = new Journal({ database, clock });
  await journal.start();
  made.onDrop(() => journal.close());
  const principal: Principal = { userId, scopes: new Set<Scope>(['read', 'trade']) };
  return {
    database,
    data: new MarketData({ database, provider: new SimulatedProvider({ clock }), clock }),
    userId,
    strangerId: stranger.id,
    bring: (symbol, csv, interval = '1d') =>
      importBars({ journal, clock, ids: randomIds }, principal, { symbol, interval, csv }),
  };
}

/** The times of bars as people write them. */
export function timesOf(bars: Bars): string[] {
  return [...bars.time].map((time) => formatBarTime(time, bars.interval));
}
