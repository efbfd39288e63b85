import { beforeAll, describe, expect, it } from 'vitest';
import type { AlignedBarsRequest, Interval } from '../../src/market/index.ts';
import { eachDatabase, type TestDatabase } from '../support/database.ts';
import { type Market, openMarket, timesOf } from './open-market.ts';
import { csvOfDates, sessionDates } from './price-file.ts';

eachDatabase((_provider, create) => {
  let made: TestDatabase;
  beforeAll(async () => {
    made = await create();
  });

  async function marketWith(symbols: readonly string[]): Promise<Market> {
    const market = await openMarket(made);
    for (const symbol of symbols)
      await market.bring(symbol, csvOfDates(sessionDates(symbol, '2020-01-02', '2020-02-28')));
    return market;
  }

  describe('the source of bars', () => {
    const range = { interval: '1d', start: '2020-01-02', end: '2020-01-31' } as const;

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
      const market = await openMarket(made);
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
        fields: [{ path: ['symbol'], message: expect.stringContaining('1 of the 6 sessions: 2020-01-15') }],
        facts: { first: '2020-01-02', last: '2020-02-28' },
      });
      await expect(ask('2019-12-31', '2020-01-10')).rejects.toThrow(
        /from 2020-01-02 to 2020-02-28 and lack .* from 2019-12-31/,
      );
      await expect(ask('2020-02-03', '2020-03-02')).rejects.toThrow(/lack the sessions after that, up to 2020-03-02/);
      expect(timesOf(await ask('2019-12-31', '2020-01-17', 'csv'))).toEqual(
        sessions.slice(0, 12).filter((date) => date !== '2020-01-15'),
      );
      expect((await ask('2019-12-31', '2020-03-31', 'simulated')).source).toBe('simulated');
    });

    it('must have every day when the symbol trades around the clock', async () => {
      const market = await openMarket(made);
      const days = sessionDates('BTC-USD', '2020-01-01', '2020-01-31');
      await market.bring('BTC-USD', csvOfDates(days));
      await market.bring('ETH-USD', csvOfDates(sessionDates('SPY', '2020-01-02', '2020-01-31')));
      const ask = (symbol: string) =>
        market.data.bars(market.userId, { symbol, interval: '1d', start: '2020-01-02', end: '2020-01-31' });

      expect((await ask('BTC-USD')).time).toHaveLength(30);
      await expect(ask('ETH-USD')).rejects.toThrow(/9 of the 30 sessions: 2020-01-04, 2020-01-05, 2020-01-11, \.\.\./);
    });

    it('need not have what has not happened yet', async () => {
      const market = await openMarket(made);
      await market.bring('SPY', csvOfDates(sessionDates('SPY', '2026-03-02', '2026-03-12')));

      const bars = await market.data.bars(market.userId, {
        symbol: 'SPY',
        interval: '1d',
        start: '2026-03-02',
        end: '2099-12-31',
      });

      expect(timesOf(bars).at(-1)).toBe('2026-03-12');
    });

    it('is checked at its ends when bars are not daily', async () => {
      const market = await openMarket(made);
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
    let market: Market;
    beforeAll(async () => {
      market = await openMarket(made);
    });
    const valid: AlignedBarsRequest = {
      symbols: ['SPY', 'QQQ'],
      interval: '1d',
      start: '2020-01-02',
      end: '2020-12-31',
    };

    it('are answered on common times, reproducibly', async () => {
      const { data, userId } = market;
      const request = { ...valid, symbols: ['SPY', 'btc-usd'] };

      const aligned = await data.alignedBars(userId, request);

      expect(aligned.bars.map(({ symbol }) => symbol)).toEqual(['SPY', 'BTC-USD']);
      expect(aligned.bars[1]?.time).toEqual(aligned.bars[0]?.time);
      expect(aligned.bars[0] === undefined ? [] : timesOf(aligned.bars[0])).toEqual(
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
        const { data, userId } = market;

        await expect(data.alignedBars(userId, { ...valid, ...change })).rejects.toMatchObject({
          code: 'VALIDATION',
          message: expect.stringMatching(message),
          fields: [{ path: [path] }],
        });
      },
    );
  });

  describe('requests for the bars of one symbol', () => {
    it.each([
      ['is none', '__proto__', /Expected a symbol/],
      ['has no bars', 'SPY', /there are no bars/],
    ])('say at `symbol` that it %s', async (_, symbol, message) => {
      const { data, userId } = await openMarket(made);
      const weekend = { interval: '1d', start: '2020-01-04', end: '2020-01-05' } as const;

      await expect(data.bars(userId, { ...weekend, symbol })).rejects.toMatchObject({
        code: 'VALIDATION',
        fields: [{ path: ['symbol'], message: expect.stringMatching(message) }],
      });
    });
  });

  describe('quotes and the list of symbols', () => {
    it("quotes are the provider's, for imported symbols too", async () => {
      const { data, bring } = await openMarket(made);
      await bring('SPY', csvOfDates(['2020-01-02']));

      const quotes = await data.quotes(['spy', 'EUR/USD']);

      expect(quotes.map(({ symbol, source }) => [symbol, source])).toEqual([
        ['SPY', 'simulated'],
        ['EUR/USD', 'simulated'],
      ]);
      await expect(data.quotes(['SPY', 'SPY'])).rejects.toMatchObject({ code: 'VALIDATION' });
    });

    it("lists the owner's imports, then the well-known simulated symbols", async () => {
      const { data, userId, strangerId, bring } = await openMarket(made);
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
