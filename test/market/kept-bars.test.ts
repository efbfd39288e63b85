/** What is kept of a provider, seen by the requests that still reach the stand-in. */
import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../src/core/index.ts';
import { type Bars, type Interval, MarketData } from '../../src/market/index.ts';
import { type Database, ensureDefaultUser } from '../../src/storage/index.ts';
import { eachDatabase } from '../support/database.ts';
import type { Listing } from '../support/yahoo-listing.ts';
import { LISTINGS, startYahoo, type YahooBench } from '../support/yahoo-provider.ts';
import { timesOf } from './open-market.ts';

const SPY = LISTINGS.find(({ symbol }) => symbol === 'SPY') as Listing;
const THURSDAY_EVENING = '2026-03-12T23:00:00Z';

interface Kept extends YahooBench {
  readonly database: Database;
  readonly userId: number;
  readonly market: MarketData;
  /** Asks the market for SPY. */
  readonly ask: (start: string, end: string, interval?: Interval) => Promise<Bars>;
  /** `from..until` of the requests for charts so far, as dates, and forgets them. */
  readonly takeRequests: () => readonly string[];
}

eachDatabase((_provider, create) => {
  async function open(now = THURSDAY_EVENING): Promise<Kept> {
    const bench = await startYahoo(now);
    const database = await (await create()).open(bench.clock);
    const userId = await ensureDefaultUser(database, bench.clock);
    const market = new MarketData({ database, provider: bench.provider, clock: bench.clock });
    const takeRequests = () =>
      bench.standIn.arrivals.splice(0).map(({ query }) => {
        // The provider asks for a day more at either end of daily bars.
        const date = (name: string, days: number) =>
          new Date(Number(query.get(name)) * 1000 + days * DAY_MS).toISOString().slice(0, 10);
        return `${date('period1', 1)}..${date('period2', -2)}`;
      });
    const ask = (start: string, end: string, interval: Interval = '1d') =>
      market.bars(userId, { symbol: 'SPY', interval, start, end });
    return { ...bench, database, userId, market, ask, takeRequests };
  }

  describe('kept bars', () => {
    it('are asked for once, and then come from the store to the bit', async () => {
      const { ask, takeRequests, provider } = await open();
      const direct = await provider.bars({ symbol: 'SPY', interval: '1d', start: '2024-01-01', end: '2024-12-31' });
      takeRequests();

      const first = await ask('2024-01-01', '2024-12-31');
      const second = await ask('2024-01-01', '2024-12-31');
      const part = await ask('2024-03-01', '2024-05-31');

      expect(takeRequests()).toEqual(['2024-01-01..2024-12-31']);
      expect(first).toEqual(direct);
      expect(second).toEqual(first);
      expect(timesOf(part)[0]).toBe('2024-03-01');
      expect(part.source).toBe('yahoo');
    });

    it('are asked for only where the head or the tail is missing, with some days of overlap', async () => {
      const { ask, takeRequests } = await open();
      await ask('2024-01-02', '2024-06-28');
      takeRequests();

      await ask('2024-02-01', '2024-12-31');
      expect(takeRequests()).toEqual(['2024-06-08..2024-12-31']);
      await ask('2023-01-03', '2024-02-01');
      expect(takeRequests()).toEqual(['2023-01-03..2024-01-22']);
      const whole = await ask('2023-01-03', '2024-12-31');
      expect(takeRequests()).toEqual([]);
      expect(whole.time).toHaveLength(250 + 252);
    });

    it('have no gap when a range far away is asked for', async () => {
      const { ask, takeRequests } = await open();
      await ask('2015-01-02', '2015-12-31');
      await ask('2019-01-02', '2019-12-31');
      takeRequests();

      const between = await ask('2016-01-01', '2018-12-31');

      expect(between.time).toHaveLength(754);
      expect(takeRequests()).toEqual([]);
    });

    it('of today are asked for when they can be there, not before and not twice', async () => {
      const { ask, takeRequests, clock } = await open('2026-03-12T15:00:00Z');
      await ask('2026-01-02', '2099-12-31');
      await ask('2026-01-02', '2099-12-31');
      expect(takeRequests()).toHaveLength(1);

      clock.advanceTo('2026-03-12T19:59:00Z');
      expect(timesOf(await ask('2026-01-02', '2099-12-31')).at(-1)).toBe('2026-03-11');
      expect(takeRequests()).toEqual([]);

      clock.advanceTo('2026-03-12T20:16:00Z');
      expect(timesOf(await ask('2026-01-02', '2099-12-31')).at(-1)).toBe('2026-03-12');
      await ask('2026-01-02', '2099-12-31');
      expect(takeRequests()).toHaveLength(1);
    });

    it('that are late are asked for again after some minutes', async () => {
      const { ask, takeRequests, clock } = await open('2026-03-12T20:05:00Z');
      await ask('2026-01-02', '2026-03-12');
      expect(timesOf(await ask('2026-01-02', '2026-03-12')).at(-1)).toBe('2026-03-11');
      expect(takeRequests()).toHaveLength(1);

      clock.advanceTo('2026-03-12T20:16:00Z');

      expect(timesOf(await ask('2026-01-02', '2026-03-12')).at(-1)).toBe('2026-03-12');
      expect(takeRequests()).toHaveLength(1);
    });

    it.each(['1w', '1mo'] as const)('of %s are asked for when a new one is over', async (interval) => {
      const { ask, takeRequests, clock } = await open();
      await ask('2024-01-01', '2099-12-31', interval);
      await ask('2024-01-01', '2099-12-31', interval);
      expect(takeRequests()).toHaveLength(1);

      clock.advanceTo('2026-04-01T12:00:00Z');
      const bars = await ask('2024-01-01', '2099-12-31', interval);
      await ask('2024-01-01', '2099-12-31', interval);

      expect(timesOf(bars).at(-1)).toBe(interval === '1w' ? '2026-03-23' : '2026-03-01');
      expect(takeRequests()).toHaveLength(1);
    });

    it('within the day are asked for as the minutes pass, and not while the market is closed', async () => {
      const { ask, takeRequests, clock } = await open('2026-03-12T15:00:30Z');
      await ask('2026-03-10', '2026-03-12', '5m');
      await ask('2026-03-10', '2026-03-12', '5m');
      expect(takeRequests()).toHaveLength(1);

      clock.advanceTo('2026-03-12T15:05:30Z');
      expect(timesOf(await ask('2026-03-10', '2026-03-12', '5m')).at(-1)).toBe('2026-03-12T15:00:00Z');
      expect(takeRequests()).toHaveLength(1);

      clock.advanceTo('2026-03-12T21:00:00Z');
      await ask('2026-03-10', '2026-03-12', '5m');
      expect(takeRequests()).toHaveLength(1);
      clock.advanceTo('2026-03-13T12:00:00Z');
      const evening = await ask('2026-03-10', '2026-03-13', '5m');
      expect(takeRequests()).toEqual([]);
      expect(timesOf(evening).at(-1)).toBe('2026-03-12T19:55:00Z');
    });

    it('within the day outlive what the provider still serves', async () => {
      const { ask, takeRequests, clock } = await open();
      const before = await ask('2026-02-20', '2026-02-27', '1m');
      takeRequests();
      clock.advanceTo('2026-06-30T23:00:00Z');

      expect(await ask('2026-02-20', '2026-02-27', '1m')).toEqual(before);
      await expect(ask('2026-02-01', '2026-02-27', '1m')).rejects.toMatchObject({ fields: [{ path: ['start'] }] });
      expect(takeRequests()).toEqual([]);

      expect((await ask('2026-06-22', '2026-06-26', '1m')).time).toHaveLength(5 * 390);
      // Nobody can fill the gap between the two any more, so the series has begun anew.
      await expect(ask('2026-02-25', '2026-06-26', '1m')).rejects.toMatchObject({ fields: [{ path: ['start'] }] });
    });

    it.each([
      ['dividend', { dividends: new Map([[Date.UTC(2026, 2, 13), 2.5]]) }],
      ['split', { splits: new Map([[Date.UTC(2026, 2, 13), 4]]) }],
    ])('are replaced as a whole when a %s has rescaled the past', async (_, change) => {
      const { ask, takeRequests, clock, standIn, provider } = await open();
      const before = await ask('2025-01-02', '2026-03-12');
      takeRequests();
      standIn.relist({ ...SPY, ...change });
      clock.advanceTo('2026-03-13T23:00:00Z');

      const after = await ask('2026-03-02', '2026-03-13');

      expect(takeRequests()).toEqual(['2026-02-20..2026-03-13', '2025-01-02..2026-03-13']);
      const whole = await ask('2025-01-02', '2026-03-13');
      const request = { symbol: 'SPY', interval: '1d', start: '2025-01-02', end: '2026-03-13' } as const;
      expect(whole).toEqual(await provider.bars(request));
      expect(whole.close[0]).not.toBeCloseTo(before.close[0] ?? 0, 2);
      expect([...after.close]).toEqual([...whole.close.slice(-after.close.length)]);
    });

    it('stay to the bit when the provider computes a little differently', async () => {
      const { ask, clock, standIn } = await open();
      const before = await ask('2025-01-02', '2026-03-12');
      standIn.noise = 1e-7;
      clock.advanceTo('2026-03-13T23:00:00Z');

      const after = await ask('2025-01-02', '2026-03-13');

      expect(after.close.slice(0, -1)).toEqual(before.close);
      expect(after.time).toHaveLength(before.time.length + 1);
    });

    it('answer for the provider while it is down, as far as they go', async () => {
      const { ask, standIn } = await open();
      const before = await ask('2024-01-02', '2024-12-31');
      await standIn.close();

      expect(await ask('2024-01-02', '2024-12-31')).toEqual(before);
      await expect(ask('2024-01-02', '2025-01-31')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect(await ask('2024-01-02', '2024-12-31')).toEqual(before);
    });

    it('are asked for once by all who ask at the same time', async () => {
      const { ask, takeRequests } = await open();

      const all = await Promise.all(Array.from({ length: 8 }, () => ask('2024-01-02', '2024-12-31')));

      expect(takeRequests()).toHaveLength(1);
      expect(new Set(all.map(({ time }) => time.length))).toEqual(new Set([252]));
    });

    it('have no gap when two processes begin far from each other at the same time', async () => {
      const { ask, database, provider, clock, userId, takeRequests } = await open();
      const other = new MarketData({ database, provider, clock });
      const theirs = (start: string, end: string) => other.bars(userId, { symbol: 'SPY', interval: '1d', start, end });

      const [left, right] = await Promise.all([ask('2015-01-02', '2015-12-31'), theirs('2019-01-02', '2019-12-31')]);

      expect([left.time.length, right.time.length]).toEqual([252, 252]);
      takeRequests();
      expect((await ask('2016-01-01', '2018-12-31')).time).toHaveLength(754);
      expect(takeRequests()).toEqual([]);
    });

    it('belong to their owner', async () => {
      const { ask, database, market, takeRequests } = await open();
      const stranger = await database.transaction((tx) =>
        tx.user.create({ data: { name: 'stranger', createdAt: new Date(0) } }),
      );
      await ask('2024-01-02', '2024-12-31');
      takeRequests();

      await market.bars(stranger.id, { symbol: 'SPY', interval: '1d', start: '2024-01-02', end: '2024-12-31' });

      expect(takeRequests()).toHaveLength(1);
    });

    it('are listed with their source, and nothing is kept of a symbol without bars', async () => {
      const { ask, market, userId } = await open();
      await ask('2024-01-02', '2024-12-31');
      await expect(ask('1980-01-01', '1985-12-31', '1w')).rejects.toMatchObject({ code: 'VALIDATION' });
      const unknown = { symbol: 'NOPE', interval: '1d', start: '2024-01-02', end: '2024-12-31' } as const;
      await expect(market.bars(userId, unknown)).rejects.toMatchObject({ fields: [{ path: ['symbol'] }] });

      const listed = await market.symbols(userId);

      expect(listed.filter(({ rows }) => rows !== null)).toEqual([
        {
          symbol: 'SPY',
          name: 'SPDR S&P 500 ETF',
          source: 'yahoo',
          interval: '1d',
          first: '2024-01-02',
          last: '2024-12-31',
          rows: 252,
        },
      ]);
    });
  });
});
