import { describe, expect, it } from 'vitest';
import type { Principal, Scope } from '../../src/access/index.ts';
import { type Clock, randomIds } from '../../src/core/index.ts';
import { Journal } from '../../src/events/index.ts';
import {
  type AlignedBarsRequest,
  type Bars,
  formatBarTime,
  type ImportResult,
  type Interval,
  importBars,
  MarketData,
  SimulatedProvider,
} from '../../src/market/index.ts';
import { type Database, ensureDefaultUser } from '../../src/storage/index.ts';
import { eachDatabase } from '../support/database.ts';
import { csvOfDates, sessionDates, sp500Csv } from './price-file.ts';

/** A Thursday, after the close. */
const clock: Clock = { now: () => Date.parse('2026-03-12T21:00:00Z') };

interface Market {
  readonly database: Database;
  readonly data: MarketData;
  readonly userId: number;
  /** Another user, who has imported nothing. */
  readonly strangerId: number;
  readonly bring: (symbol: string, csv: string, interval?: Interval) => Promise<ImportResult>;
}

const times = (bars: Bars): string[] => [...bars.time].map((time) => formatBarTime(time, bars.interval));

eachDatabase((_, create) => {
  async function openMarket(): Promise<Market> {
    const database = await (await create()).open(clock);
    const userId = await ensureDefaultUser(database, clock);
    const stranger = await database.transaction((tx) =>
      tx.user.create({ data: { name: 'stranger', createdAt: new Date(0) } }),
    );
    const journal = new Journal({ database, clock });
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

  describe('importing bars', () => {
    it('stores a file, says so in the journal, and gives back the same bars', async () => {
      const { database, data, userId, bring } = await openMarket();

      const result = await bring('gspc', sp500Csv());

      const expected = {
        symbol: 'GSPC',
        interval: '1d',
        rows: 5105,
        inserted: 5105,
        updated: 0,
        first: '2000-01-03',
        last: '2020-04-17',
        source: 'csv',
      };
      expect(result).toEqual(expected);
      const events = await database.read.event.findMany();
      expect(events).toHaveLength(1);
      expect(events[0]).toMatchObject({ ownerId: userId, type: 'BarsImported', subjectType: 'bar_series' });
      expect(JSON.parse(events[0]?.payload ?? '')).toEqual(expected);
      const bars = await data.bars(userId, { symbol: 'gspc', interval: '1d', start: '2000-01-01', end: '2020-04-17' });
      expect(bars).toMatchObject({ symbol: 'GSPC', interval: '1d', source: 'csv' });
      expect(bars.close).toHaveLength(5105);
      expect([bars.open[0], bars.close.at(-1)]).toEqual([1469.25, 2874.560059]);
      expect(bars.close.buffer).toBeInstanceOf(SharedArrayBuffer);
    });

    it('a second time inserts and updates nothing', async () => {
      const { database, bring } = await openMarket();
      const csv = csvOfDates(sessionDates('A', '2019-12-20', '2020-01-10'));
      await bring('A', csv);
      const before = await database.read.barChunk.findMany();

      const again = await bring('a', csv);

      expect(again).toMatchObject({ rows: 14, inserted: 0, updated: 0 });
      expect(await database.read.barChunk.findMany()).toEqual(before);
      expect(await database.read.barSeries.findMany()).toMatchObject([{ rows: 14 }]);
    });

    it('merges what overlaps, before and after, and counts it', async () => {
      const { data, userId, bring } = await openMarket();
      await bring('A', csvOfDates(sessionDates('A', '2020-01-06', '2020-01-10'), 100));

      const merged = await bring('A', csvOfDates(sessionDates('A', '2019-12-30', '2020-01-07'), 200));

      expect(merged).toMatchObject({ rows: 6, inserted: 4, updated: 2, first: '2019-12-30', last: '2020-01-07' });
      const bars = await data.bars(userId, { symbol: 'A', interval: '1d', start: '2019-12-30', end: '2020-01-10' });
      expect([...bars.open]).toEqual([200, 200, 200, 200, 200, 200, 100, 100, 100]);
      expect((await data.symbols(userId))[0]).toMatchObject({ first: '2019-12-30', last: '2020-01-10', rows: 9 });
    });

    it('of two files at once loses no bar', async () => {
      const { data, userId, bring } = await openMarket();
      const dates = sessionDates('A', '2020-01-02', '2020-03-31');

      await Promise.all(
        [0, 1, 2, 3].map((part) => bring('A', csvOfDates(dates.filter((_, index) => index % 4 === part)))),
      );

      const bars = await data.bars(userId, { symbol: 'A', interval: '1d', start: '2020-01-02', end: '2020-03-31' });
      expect(times(bars)).toEqual(dates);
      expect((await data.symbols(userId))[0]).toMatchObject({ rows: dates.length });
    });

    it('of a wrong file leaves nothing behind', async () => {
      const { database, bring } = await openMarket();

      await expect(bring('A', `${csvOfDates(['2020-01-02', '2020-01-03'])}\n2020-01-06,1,1,1,1`)).rejects.toMatchObject(
        {
          code: 'VALIDATION',
          fields: [{ path: ['csv', '4'] }],
        },
      );

      expect(await database.read.barSeries.count()).toBe(0);
      expect(await database.read.event.count()).toBe(0);
    });

    it('refuses bars of the future, and hostile symbols before it reads anything', async () => {
      const { bring } = await openMarket();

      await expect(bring('A', csvOfDates(['2026-03-16']))).rejects.toMatchObject({
        code: 'VALIDATION',
        fields: [{ path: ['csv'] }],
      });
      await expect(bring('../A', csvOfDates(['2020-01-02']))).rejects.toMatchObject({ fields: [{ path: ['symbol'] }] });
    });

    it('needs the scope "trade"', async () => {
      const { database, userId } = await openMarket();
      const deps = { journal: new Journal({ database, clock }), clock, ids: randomIds };
      const reader: Principal = { userId, scopes: new Set<Scope>(['read']) };

      await expect(importBars(deps, reader, { symbol: 'A', interval: '1d', csv: '' })).rejects.toMatchObject({
        code: 'FORBIDDEN',
      });
    });

    it('is noticed when stored bytes have changed since', async () => {
      const { database, data, userId, bring } = await openMarket();
      await bring('A', csvOfDates(['2020-01-02', '2020-01-03']));
      const chunk = await database.read.barChunk.findFirstOrThrow();
      const columns = Uint8Array.from(chunk.columns);
      columns[20] = (columns[20] ?? 0) ^ 1;
      await database.transaction((tx) => tx.barChunk.updateMany({ data: { columns } }));

      const reading = data.bars(userId, { symbol: 'A', interval: '1d', start: '2020-01-02', end: '2020-01-03' });

      await expect(reading).rejects.toThrow(/^Invariant: .*\(A 1d\) in 2020/);
    });
  });

  describe('the source of bars', () => {
    const range = { interval: '1d', start: '2020-01-02', end: '2020-01-31' } as const;

    async function marketWith(symbols: readonly string[]): Promise<Market> {
      const market = await openMarket();
      for (const symbol of symbols)
        await market.bring(symbol, csvOfDates(sessionDates(symbol, '2020-01-02', '2020-02-28')));
      return market;
    }

    it('is the imported series of that symbol, interval and owner, else the provider', async () => {
      const { data, userId, strangerId } = await marketWith(['SPY']);

      const source = async (ownerId: number, request: { symbol: string; interval: Interval }): Promise<string> =>
        (await data.bars(ownerId, { ...range, ...request })).source;
      expect(await source(userId, { symbol: 'SPY', interval: '1d' })).toBe('csv');
      expect(await source(userId, { symbol: 'SPY', interval: '1h' })).toBe('simulated');
      expect(await source(userId, { symbol: 'QQQ', interval: '1d' })).toBe('simulated');
      expect(await source(strangerId, { symbol: 'SPY', interval: '1d' })).toBe('simulated');
    });

    it('is the one that the request names', async () => {
      const { data, userId } = await marketWith(['SPY']);

      const bars = await data.bars(userId, { ...range, symbol: 'SPY', source: 'simulated' });

      expect(bars.source).toBe('simulated');
      expect(bars.close[0]).not.toBe(100.5);
    });

    it('must be known, and the known ones are listed', async () => {
      const { data, userId } = await marketWith([]);

      await expect(data.bars(userId, { ...range, symbol: 'SPY', source: 'yahoo' })).rejects.toMatchObject({
        code: 'VALIDATION',
        fields: [{ path: ['source'], message: 'Expected the source "csv" or "simulated", found "yahoo".' }],
      });
    });

    it('cannot be csv before there was an import, of which the error says how', async () => {
      const { data, userId } = await marketWith([]);

      await expect(data.bars(userId, { ...range, symbol: 'SPY', source: 'csv' })).rejects.toMatchObject({
        code: 'VALIDATION',
        fields: [
          { path: ['source'], message: expect.stringContaining('POST /api/data/import?symbol=SPY&interval=1d') },
        ],
      });
    });

    it('is never mixed in one request', async () => {
      const { data, userId } = await marketWith(['SPY']);
      const request: AlignedBarsRequest = { ...range, symbols: ['SPY', 'QQQ'] };

      await expect(data.alignedBars(userId, request)).rejects.toMatchObject({
        code: 'VALIDATION',
        fields: [{ path: ['symbols'], message: expect.stringContaining('SPY from "csv", QQQ from "simulated"') }],
      });
      expect((await data.alignedBars(userId, { ...request, source: 'simulated' })).source).toBe('simulated');
    });

    it('is an imported series only when it has every session of the range', async () => {
      const market = await openMarket();
      const sessions = sessionDates('SPY', '2020-01-02', '2020-02-28');
      await market.bring('SPY', csvOfDates(sessions.filter((date) => date !== '2020-01-15')));
      const ask = (start: string, end: string, source?: string) =>
        market.data.bars(market.userId, {
          symbol: 'SPY',
          interval: '1d',
          start,
          end,
          ...(source === undefined ? {} : { source }),
        });

      await expect(ask('2020-01-16', '2020-02-28')).resolves.toMatchObject({ source: 'csv' });
      await expect(ask('2020-01-01', '2020-01-14')).resolves.toMatchObject({ source: 'csv' });
      await expect(ask('2020-01-10', '2020-01-20')).rejects.toMatchObject({
        code: 'VALIDATION',
        fields: [{ path: ['symbols'], message: expect.stringContaining('1 of the 6 sessions: 2020-01-15') }],
        facts: { first: '2020-01-02', last: '2020-02-28' },
      });
      await expect(ask('2019-12-31', '2020-01-10')).rejects.toThrow(
        /from 2020-01-02 to 2020-02-28 and lack .* from 2019-12-31/,
      );
      await expect(ask('2020-02-03', '2020-03-02')).rejects.toThrow(/lack the sessions after that, up to 2020-03-02/);
      expect(times(await ask('2019-12-31', '2020-01-17', 'csv'))).toEqual(
        sessions.slice(0, 12).filter((date) => date !== '2020-01-15'),
      );
      expect((await ask('2019-12-31', '2020-03-31', 'simulated')).source).toBe('simulated');
    });

    it('must have every day when the symbol trades around the clock', async () => {
      const market = await openMarket();
      const days = sessionDates('BTC-USD', '2020-01-01', '2020-01-31');
      await market.bring('BTC-USD', csvOfDates(days));
      await market.bring('ETH-USD', csvOfDates(sessionDates('SPY', '2020-01-02', '2020-01-31')));
      const ask = (symbol: string) =>
        market.data.bars(market.userId, { symbol, interval: '1d', start: '2020-01-02', end: '2020-01-31' });

      expect((await ask('BTC-USD')).time).toHaveLength(30);
      await expect(ask('ETH-USD')).rejects.toThrow(/9 of the 30 sessions: 2020-01-04, 2020-01-05, 2020-01-11, \.\.\./);
    });

    it('need not have what has not happened yet', async () => {
      const market = await openMarket();
      await market.bring('SPY', csvOfDates(sessionDates('SPY', '2026-03-02', '2026-03-12')));

      const bars = await market.data.bars(market.userId, {
        symbol: 'SPY',
        interval: '1d',
        start: '2026-03-02',
        end: '2099-12-31',
      });

      expect(times(bars).at(-1)).toBe('2026-03-12');
    });

    it('is checked at its ends when bars are not daily', async () => {
      const market = await openMarket();
      const minutes = ['2020-01-02 14:30', '2020-01-02 14:31', '2020-01-06 20:59'];
      await market.bring('SPY', csvOfDates(minutes), '1m');
      await market.bring('SPY', csvOfDates(['2020-01-06', '2020-01-13', '2020-01-20', '2020-01-27']), '1w');
      const ask = (interval: Interval, start: string, end: string) =>
        market.data.bars(market.userId, { symbol: 'SPY', interval, start, end });

      expect((await ask('1m', '2020-01-02', '2020-01-06')).time).toHaveLength(3);
      expect((await ask('1m', '2020-01-04', '2020-01-06')).time).toHaveLength(1);
      await expect(ask('1m', '2019-12-31', '2020-01-06')).rejects.toThrow(/from 2019-12-31/);
      await expect(ask('1m', '2020-01-02', '2020-01-07')).rejects.toThrow(/up to 2020-01-07/);
      expect((await ask('1w', '2020-01-01', '2020-02-04')).time).toHaveLength(4);
      await expect(ask('1w', '2019-12-26', '2020-02-04')).rejects.toThrow(/before that/);
      await expect(ask('1w', '2020-01-01', '2020-02-14')).rejects.toThrow(/after that/);
    });
  });

  describe('requests for bars', () => {
    const valid: AlignedBarsRequest = {
      symbols: ['SPY', 'QQQ'],
      interval: '1d',
      start: '2020-01-02',
      end: '2020-12-31',
    };

    it('are answered on common times, reproducibly', async () => {
      const { data, userId } = await openMarket();
      const request = { ...valid, symbols: ['SPY', 'btc-usd'] };

      const aligned = await data.alignedBars(userId, request);

      expect(aligned.bars.map(({ symbol }) => symbol)).toEqual(['SPY', 'BTC-USD']);
      expect(aligned.bars[1]?.time).toEqual(aligned.bars[0]?.time);
      expect(aligned.bars[0] === undefined ? [] : times(aligned.bars[0])).toEqual(
        sessionDates('SPY', valid.start, valid.end),
      );
      expect((await data.alignedBars(userId, request)).hash).toBe(aligned.hash);
      expect((await data.alignedBars(userId, { ...request, end: '2020-12-30' })).hash).not.toBe(aligned.hash);
    });

    it.each([
      [
        'a reversed range',
        { start: '2020-12-31', end: '2020-01-02' },
        'start',
        /2020-12-31 is after the end 2020-01-02/,
      ],
      ['a date that does not exist', { end: '2026-02-30' }, 'end', /"2026-02-30"/],
      ['a far year', { end: '275760-09-13' }, 'end', /"275760-09-13"/],
      ['no symbols', { symbols: [] }, 'symbols', /found 0/],
      [
        'too many symbols',
        { symbols: Array.from({ length: 10_000 }, (_, index) => `S${index}`) },
        'symbols',
        /1 to 100 symbols, found 10000/,
      ],
      ['a repeated symbol', { symbols: ['SPY', 'spy'] }, 'symbols', /SPY twice/],
      ['a hostile symbol', { symbols: ['SPY', '__proto__'] }, 'symbols', /__proto__/],
      ['a weekend', { start: '2020-01-04', end: '2020-01-05' }, 'symbols', /no bars from 2020-01-04 to 2020-01-05/],
      ['a time before all history', { start: '1970-01-01', end: '1979-12-31' }, 'symbols', /no bars/],
      [
        'no times in common',
        { symbols: ['SPY', 'BTC-USD'], interval: '1h', start: '2020-01-02', end: '2020-01-03' },
        'symbols',
        /no times in common/,
      ],
      [
        'too many bars',
        { symbols: ['SPY', 'QQQ', 'IWM'], interval: '1m', start: '2005-01-01', end: '2020-12-31' },
        'symbols',
        /at most 4000000/,
      ],
    ] satisfies [string, Partial<AlignedBarsRequest>, string, RegExp][])(
      'are refused for %s',
      async (_, change, path, message) => {
        const { data, userId } = await openMarket();

        await expect(data.alignedBars(userId, { ...valid, ...change })).rejects.toMatchObject({
          code: 'VALIDATION',
          message: expect.stringMatching(message),
          fields: [{ path: [path] }],
        });
      },
    );
  });

  describe('quotes and the list of symbols', () => {
    it("quotes are the provider's, for imported symbols too", async () => {
      const { data, bring } = await openMarket();
      await bring('SPY', csvOfDates(['2020-01-02']));

      const quotes = await data.quotes(['spy', 'EUR/USD']);

      expect(quotes.map(({ symbol, source }) => [symbol, source])).toEqual([
        ['SPY', 'simulated'],
        ['EUR/USD', 'simulated'],
      ]);
      await expect(data.quotes(['SPY', 'SPY'])).rejects.toMatchObject({ code: 'VALIDATION' });
    });

    it("lists the owner's imports, then the well-known simulated symbols", async () => {
      const { data, userId, strangerId, bring } = await openMarket();
      await bring('IBM', csvOfDates(['2020-01-02', '2020-01-03']));
      await bring('IBM', csvOfDates(['2020-01-02 14:30']), '1h');

      const listed = await data.symbols(userId);

      expect(listed.slice(0, 2)).toEqual([
        { symbol: 'IBM', name: 'IBM', source: 'csv', interval: '1d', first: '2020-01-02', last: '2020-01-03', rows: 2 },
        {
          symbol: 'IBM',
          name: 'IBM',
          source: 'csv',
          interval: '1h',
          first: '2020-01-02T14:30:00Z',
          last: '2020-01-02T14:30:00Z',
          rows: 1,
        },
      ]);
      expect(listed[2]).toEqual({
        symbol: 'SPY',
        name: 'S&P 500 fund',
        source: 'simulated',
        interval: null,
        first: null,
        last: null,
        rows: null,
      });
      expect(listed.length).toBeGreaterThan(40);
      expect((await data.symbols(strangerId)).every(({ source }) => source === 'simulated')).toBe(true);
    });
  });
});
