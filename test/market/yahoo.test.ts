/** The provider against a stand-in that speaks Yahoo's protocol, and misbehaves as Yahoo does. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DAY_MS } from '../../src/core/index.ts';
import type { Interval } from '../../src/market/index.ts';
import { toYahooSymbol } from '../../src/market/yahoo/symbols.ts';
import { type Listing, tradedClose } from '../support/yahoo-listing.ts';
import { startYahoo } from '../support/yahoo-provider.ts';
import type { Misbehaviour } from '../support/yahoo-stand-in.ts';
import { timesOf } from './open-market.ts';

const NOW = '2026-03-12T23:00:00Z';
const CHART = /chart/;
const QUOTE = /quote$/;

const ask = (symbol: string, start: string, end: string, interval: Interval = '1d') => ({
  symbol,
  interval,
  start,
  end,
});
const day = (date: string): number => Date.parse(date);

function listing(symbol: string, more: Partial<Listing> = {}): Listing {
  return { symbol, timeZone: 'America/New_York', listed: Date.UTC(2010, 0, 4), ...more };
}

const consoles = (['log', 'info', 'warn', 'error', 'dir'] as const).map((method) => vi.spyOn(console, method));
const fetched = vi.spyOn(globalThis, 'fetch');
afterEach(() => {
  // The package must print nothing, and call nobody but through the `fetch` that it was given.
  expect(consoles.flatMap((spy) => spy.mock.calls)).toEqual([]);
  expect(fetched.mock.calls.map(([url]) => String(url)).filter((url) => !url.startsWith('http://127.0.0.1'))).toEqual(
    [],
  );
});

describe('bars of Yahoo', () => {
  it('are adjusted for dividends by the ratio of adjusted close and close, volume as given', async () => {
    const exDay = day('2024-06-14');
    const { provider } = await startYahoo(NOW, { listings: [listing('KO', { dividends: new Map([[exDay, 3]]) })] });

    const bars = await provider.bars(ask('KO', '2024-06-13', '2024-06-14'));

    const before = tradedClose(listing('KO'), day('2024-06-13'));
    const factor = 1 - 3 / before;
    expect(bars.close[0]).toBeCloseTo(before * factor, 9);
    expect(bars.open[0]).toBeCloseTo(before * 0.996 * factor, 9);
    expect(bars.high[0]).toBeCloseTo(before * 1.01 * factor, 9);
    expect(bars.low[0]).toBeCloseTo(before * 0.99 * factor, 9);
    expect(bars.close[1]).toBeCloseTo(tradedClose(listing('KO'), exDay), 9);
    expect(bars.volume[0]).toBe(1_000_000 + ((day('2024-06-13') / DAY_MS) % 1000));
  });

  it('are adjusted for splits', async () => {
    const { provider } = await startYahoo(NOW, {
      listings: [listing('NVDA', { splits: new Map([[day('2024-06-10'), 10]]) })],
    });

    const bars = await provider.bars(ask('NVDA', '2024-06-07', '2024-06-10'));

    expect((bars.close[1] ?? 0) / (bars.close[0] ?? 0)).toBeCloseTo(1, 1);
    expect(bars.close[0]).toBeCloseTo(tradedClose(listing('NVDA'), day('2024-06-07')) / 10, 9);
  });

  it('leave out rows of nulls and days without a row', async () => {
    const gaps = new Set([day('2024-06-12')]);
    const absent = new Set([day('2024-06-13')]);
    const { provider } = await startYahoo(NOW, { listings: [listing('XYZ', { gaps, absent })] });

    const bars = await provider.bars(ask('XYZ', '2024-06-11', '2024-06-14'));

    expect(timesOf(bars)).toEqual(['2024-06-11', '2024-06-14']);
  });

  it('have the dates of the exchange, wherever that is', async () => {
    const london = { timeZone: 'Europe/London', listed: Date.UTC(2003, 0, 1) };
    const { provider, standIn } = await startYahoo(NOW, { listings: [{ symbol: 'EURUSD=X', ...london }] });
    // Yahoo's days of currencies begin at midnight in London, which is 23:00 UTC of the day before in summer.
    standIn.shiftSeconds = -3600;

    const bars = await provider.bars(ask('EUR/USD', '2024-07-01', '2024-07-03'));

    expect(timesOf(bars)).toEqual(['2024-07-01', '2024-07-02', '2024-07-03']);
  });

  it.each([
    ['SPY', '2026-03-12T20:14:00Z', '2026-03-11'],
    ['SPY', '2026-03-12T20:16:00Z', '2026-03-12'],
    ['SPY', '2026-07-02T20:16:00Z', '2026-07-02'],
    ['SPY', '2025-11-28T18:14:00Z', '2025-11-26'],
    ['SPY', '2025-11-28T18:16:00Z', '2025-11-28'],
    ['VOD.L', '2026-03-12T20:14:00Z', '2026-03-11'],
    ['VOD.L', '2026-03-12T20:16:00Z', '2026-03-12'],
    ['BTC-USD', '2026-03-12T23:59:00Z', '2026-03-11'],
    ['BTC-USD', '2026-03-13T00:00:10Z', '2026-03-12'],
  ])('of %s are told at %s up to %s: a quarter of an hour after the close', async (symbol, now, expected) => {
    const timeZone = symbol === 'BTC-USD' ? 'UTC' : symbol === 'SPY' ? 'America/New_York' : 'Europe/London';
    const { provider } = await startYahoo(now, { listings: [listing(symbol, { timeZone })] });

    expect(timesOf(await provider.bars(ask(symbol, '2025-11-03', '2099-12-31'))).at(-1)).toBe(expected);
  });

  it('begin when the instrument does', async () => {
    const { provider } = await startYahoo(NOW, { listings: [listing('NEW', { listed: day('2026-03-04') })] });

    expect(timesOf(await provider.bars(ask('NEW', '1960-01-01', '2026-03-06')))).toEqual([
      '2026-03-04',
      '2026-03-05',
      '2026-03-06',
    ]);
    expect((await provider.bars(ask('NEW', '2020-01-01', '2020-12-31'))).time).toHaveLength(0);
  });

  it('leave out the last trade, which is a row of its own', async () => {
    const quiet = { symbol: 'XYZ-USD', timeZone: 'UTC', listed: Date.UTC(2020, 0, 1), quietMs: 138_000 };
    const { provider } = await startYahoo('2026-03-12T15:05:30Z', { listings: [quiet] });

    const bars = await provider.bars(ask('XYZ-USD', '2026-03-12', '2026-03-12', '1m'));

    expect(timesOf(bars).slice(-2)).toEqual(['2026-03-12T15:02:00Z', '2026-03-12T15:03:00Z']);
  });

  it('of a minute are asked for a week at a time', async () => {
    const { provider, standIn } = await startYahoo(NOW);

    const bars = await provider.bars(ask('SPY', '2026-02-17', '2026-03-12', '1m'));

    expect(standIn.arrivals).toHaveLength(4);
    expect(bars.time).toHaveLength(18 * 390);
  });

  it.each([
    ['1m', 30, '2026-02-11'],
    ['5m', 60, '2026-01-12'],
    ['15m', 60, '2026-01-12'],
    ['30m', 60, '2026-01-12'],
    ['1h', 730, '2024-03-13'],
  ] as const)(
    'of %s are refused beyond %d days, with the earliest start, without a request',
    async (interval, days, earliest) => {
      const { provider, standIn } = await startYahoo(NOW);
      const before = new Date(day(earliest) - DAY_MS).toISOString().slice(0, 10);

      await expect(provider.bars(ask('SPY', before, '2026-03-12', interval))).rejects.toMatchObject({
        code: 'VALIDATION',
        fields: [{ path: ['start'], message: expect.stringContaining(`last ${days} days only: start at ${earliest}`) }],
      });
      expect(standIn.arrivals).toEqual([]);
      expect((await provider.bars(ask('SPY', earliest, '2026-03-12', interval))).time.length).toBeGreaterThan(0);
    },
  );

  it('of an unknown symbol are refused at `symbols`, after one request', async () => {
    const { provider, standIn } = await startYahoo(NOW);

    await expect(provider.bars(ask('NO.B', '2024-01-02', '2024-12-31'))).rejects.toMatchObject({
      code: 'VALIDATION',
      fields: [{ path: ['symbols'], message: 'Yahoo Finance has no prices of NO.B (NO-B at Yahoo).' }],
    });
    expect(standIn.paths).toEqual(['/v8/finance/chart/NO-B']);
    await expect(provider.bars(ask('A:B', '2024-01-02', '2024-12-31'))).rejects.toMatchObject({ code: 'VALIDATION' });
    expect(standIn.arrivals).toHaveLength(1);
  });

  it.each([
    ['BRK.B', 'BRK-B'],
    ['BRK-B', 'BRK-B'],
    ['EUR/USD', 'EURUSD=X'],
    ['BTC/USD', 'BTC-USD'],
    ['BTC-USD', 'BTC-USD'],
    ['VOD.L', 'VOD.L'],
    ['7203.T', '7203.T'],
    ['SAP.DE', 'SAP.DE'],
    ['A/B/C', undefined],
    ['X_Y', undefined],
  ])('of %s are those of %s at Yahoo', (symbol, expected) => {
    expect(toYahooSymbol(symbol)).toBe(expected);
  });
});

describe('requests to Yahoo', () => {
  const range = ['2024-01-02', '2024-01-31'] as const;
  const page: Misbehaviour = { status: 200, body: '<html>Will be right back</html>' };
  const tooMany: Misbehaviour = { status: 429, body: 'Too Many Requests' };

  it.each<[string, Misbehaviour]>([
    ['a 429', tooMany],
    ['a 500', { status: 500 }],
    ['a 503 with a page', { status: 503, body: '<html></html>' }],
    ['a page instead of JSON', page],
    ['JSON that ends early', 'truncate'],
    ['a body that ends early', 'cut'],
    ['a connection that is reset', 'reset'],
    ['an answer of another shape', { status: 200, body: '{"chart":{"result":[{"meta":{}}],"error":null}}' }],
    ['an answer without a result', { status: 200, body: '{"chart":{"result":null,"error":null}}' }],
    ['null', { status: 200, body: 'null' }],
    ['no answer in time', 'stall'],
  ])('are repeated after %s', async (_, misbehaviour) => {
    const { provider, standIn } = await startYahoo(NOW, { pace: { timeoutMs: 300 } });
    standIn.misbehave(CHART, misbehaviour, misbehaviour);

    const bars = await provider.bars(ask('SPY', ...range));

    expect(bars.time).toHaveLength(21);
    expect(standIn.arrivals).toHaveLength(3);
  });

  it.each<[string, Misbehaviour, RegExp]>([
    ['a page instead of JSON', page, /did not answer with prices of SPY/],
    ['a connection that is reset', 'reset', /cannot be reached for SPY/],
    ['no answer in time', 'stall', /No answer within 300 ms/],
  ])('are given up after three times %s: UNAVAILABLE', async (_, misbehaviour, message) => {
    const { provider, standIn } = await startYahoo(NOW, { pace: { timeoutMs: 300 } });
    standIn.misbehave(CHART, misbehaviour, misbehaviour, misbehaviour);

    const failed = provider.bars(ask('SPY', ...range));

    await expect(failed).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.stringMatching(message) });
    expect(standIn.arrivals).toHaveLength(3);
    expect((await provider.bars(ask('SPY', ...range))).time).toHaveLength(21);
  });

  it('are not repeated after a refusal', async () => {
    const { provider, standIn } = await startYahoo(NOW);
    standIn.misbehave(CHART, { status: 404, body: '<html>gone</html>' });

    await expect(provider.bars(ask('SPY', ...range))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(standIn.arrivals).toHaveLength(1);
  });

  it.each(['120', 'Thu, 12 Mar 2026 23:02:00 GMT'])(
    'stop for as long as Retry-After says (%s), which the error tells',
    async (header) => {
      const { provider, standIn, clock } = await startYahoo(NOW);
      standIn.misbehave(CHART, { status: 429, headers: { 'retry-after': header } });

      const failed = await provider.bars(ask('SPY', ...range)).catch((error: unknown) => error);
      const again = await provider.bars(ask('SPY', ...range)).catch((error: unknown) => error);

      expect(failed).toMatchObject({ code: 'UNAVAILABLE' });
      const { retryAfterSeconds } = (failed as { facts: { retryAfterSeconds: number } }).facts;
      expect(Math.abs(retryAfterSeconds - 120)).toBeLessThanOrEqual(2);
      expect(again).toMatchObject({ code: 'UNAVAILABLE' });
      expect(standIn.arrivals).toHaveLength(1);
      clock.advanceTo(new Date(clock.now() + 121_000).toISOString());
      expect((await provider.bars(ask('SPY', ...range))).time).toHaveLength(21);
    },
  );

  it('wait for a short Retry-After and then succeed', async () => {
    const { provider, standIn } = await startYahoo(NOW);
    standIn.misbehave(CHART, { status: 429, headers: { 'retry-after': '1' } });

    await provider.bars(ask('SPY', ...range));

    const [first, second] = standIn.arrivals.map(({ at }) => at);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThan(990);
  });

  it('are made one at a time, with a pause between them', async () => {
    const { provider, standIn } = await startYahoo(NOW, { pace: { spacingMs: 60 } });

    await Promise.all(Array.from({ length: 5 }, () => provider.bars(ask('SPY', ...range))));

    expect(standIn.mostOpen).toBe(1);
    const times = standIn.arrivals.map(({ at }) => at);
    // The first arrives late, because it opens the connection.
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(3 * 60);
  });

  it('end when the server closes', async () => {
    const { provider, standIn } = await startYahoo(NOW, { pace: { timeoutMs: 60_000 } });
    standIn.misbehave(CHART, 'stall');

    const failed = provider.bars(ask('SPY', ...range));
    setTimeout(() => provider.close(), 100);

    await expect(failed).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('shutting down'),
    });
  });
});

describe('quotes of Yahoo', () => {
  it('get a cookie and a crumb once, and then go on with them', async () => {
    const { provider, standIn } = await startYahoo(NOW);

    await provider.quotes(['SPY', 'BRK.B']);
    await provider.quotes(['SPY']);

    expect(standIn.arrivals.map(({ host, path }) => `${host}${path}`)).toEqual([
      'finance.yahoo.com/quote/AAPL',
      'query1.finance.yahoo.com/v1/test/getcrumb',
      'query2.finance.yahoo.com/v7/finance/quote',
      'query2.finance.yahoo.com/v7/finance/quote',
    ]);
    expect(standIn.arrivals[2]?.query.get('symbols')).toBe('SPY,BRK-B');
  });

  it('get a new crumb when the old one is refused', async () => {
    const { provider, standIn } = await startYahoo(NOW);
    await provider.quotes(['SPY']);
    standIn.changeCrumb();

    expect(await provider.quotes(['SPY'])).toHaveLength(1);
  });

  it('recover from a crumb that was not given', async () => {
    const { provider, standIn } = await startYahoo(NOW);
    standIn.misbehave(/getcrumb/, { status: 500 }, { status: 429 }, { status: 401 });
    await expect(provider.quotes(['SPY'])).rejects.toMatchObject({ code: 'UNAVAILABLE' });

    expect(await provider.quotes(['SPY'])).toHaveLength(1);
  });

  it('have bid and ask where Yahoo tells them, else null', async () => {
    const { provider } = await startYahoo('2026-03-12T15:00:00Z');

    const [spy, qqq] = await provider.quotes(['SPY', 'QQQ']);

    expect(spy).toMatchObject({ bid: 99.9, ask: 100.1, source: 'yahoo' });
    expect(qqq).toMatchObject({ bid: null, ask: null });
    expect(Math.abs((qqq?.at.getTime() ?? 0) - Date.parse('2026-03-12T15:00:00Z'))).toBeLessThan(60_000);
  });

  it('name the symbols that Yahoo does not know', async () => {
    const { provider } = await startYahoo(NOW);

    await expect(provider.quotes(['SPY', 'NOPE', 'NADA'])).rejects.toMatchObject({
      code: 'VALIDATION',
      fields: [{ path: ['symbols'], message: 'Yahoo Finance has no prices of NOPE, NADA.' }],
    });
  });

  it('are repeated after a page instead of JSON', async () => {
    const { provider, standIn } = await startYahoo(NOW);
    standIn.misbehave(QUOTE, { status: 200, body: '<html></html>' }, { status: 502 });

    expect(await provider.quotes(['SPY'])).toHaveLength(1);
  });
});
