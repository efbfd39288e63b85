/** What every source of prices promises, whoever it asks. Each provider's test runs this suite. */
import { afterEach, describe, expect, it } from 'vitest';
import {
  type Bars,
  calendarOf,
  formatBarTime,
  type Interval,
  intervalMinutes,
  type MarketDataProvider,
  parseSymbol,
  sessions,
} from '../../src/market/index.ts';

/** A provider whose clock stands at (or near) an instant. */
export interface OpenedProvider {
  readonly provider: MarketDataProvider;
  readonly close: () => Promise<void>;
}

const AFTER_HOURS = '2026-03-12T23:00:00Z';
const DURING_SESSION = '2026-03-12T15:00:00Z';
const EQUITY = 'SPY';
const COIN = 'BTC-USD';
const PAIR = 'EUR/USD';

/**
 * Declares the suite. The provider knows at least SPY, BTC-USD and EUR/USD, daily since 2018 and within the day for the last
 * weeks before 2026-03-12 (a Thursday).
 *
 * @param open makes a provider at an instant; it is closed after the test
 */
export function describeMarketDataProvider(name: string, open: (now: string) => Promise<OpenedProvider>): void {
  const opened: OpenedProvider[] = [];
  const at = async (now: string): Promise<MarketDataProvider> => {
    const made = await open(now);
    opened.push(made);
    return made.provider;
  };
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((provider) => provider.close()));
  });

  describe(`the provider ${name}`, () => {
    it('answers every interval it names, with symbol, interval and source', async () => {
      const provider = await at(AFTER_HOURS);

      expect(provider.capabilities.intervals.length).toBeGreaterThan(0);
      for (const interval of provider.capabilities.intervals) {
        const start = intervalMinutes(interval) === null ? '2026-01-01' : '2026-02-20';
        const bars = await provider.bars(ask(EQUITY, interval, start, '2026-03-11'));
        expect(bars).toMatchObject({ symbol: EQUITY, interval, source: provider.name });
        expect(bars.time.length, interval).toBeGreaterThan(0);
      }
    });

    it.each([EQUITY, COIN, PAIR])(
      'tells consistent bars of %s in order, within the range, in shared memory',
      async (symbol) => {
        const provider = await at(AFTER_HOURS);

        for (const interval of provider.capabilities.intervals) {
          const start = intervalMinutes(interval) === null ? '2020-01-02' : '2026-02-23';
          const bars = await provider.bars(ask(symbol, interval, start, '2026-03-10'));
          expect(inconsistent(bars), interval).toEqual([]);
          expect(datesOf(bars).filter((date) => date < start || date > '2026-03-10')).toEqual([]);
          expect([...bars.time]).toEqual([...new Set(bars.time)].toSorted((a, b) => a - b));
          expect(bars.time.buffer).toBeInstanceOf(SharedArrayBuffer);
        }
      },
    );

    it('tells a daily bar of every session at 00:00 UTC of its date', async () => {
      const provider = await at(AFTER_HOURS);

      for (const symbol of [EQUITY, COIN]) {
        const bars = await provider.bars(ask(symbol, '1d', '2025-10-20', '2026-03-06'));
        const expected = sessions(calendarOf(symbol), Date.UTC(2025, 9, 20), Date.UTC(2026, 2, 6));
        expect([...bars.time], symbol).toEqual(expected);
      }
    });

    it('makes weeks from Monday and months of the days in them', async () => {
      const provider = await at(AFTER_HOURS);
      const days = await provider.bars(ask(EQUITY, '1d', '2025-09-01', '2025-12-31'));

      for (const [interval, first, count] of [
        ['1w', '2025-09-01', 18],
        ['1mo', '2025-09-01', 4],
      ] as const) {
        const bars = await provider.bars(ask(EQUITY, interval, '2025-09-01', '2025-12-31'));
        expect(datesOf(bars)[0]).toBe(first);
        expect(bars.time.length, interval).toBe(count);
        const [from, until] = [bars.time[1] ?? 0, bars.time[2] ?? 0];
        const inside = [...days.time.keys()].filter(
          (row) => (days.time[row] ?? 0) >= from && (days.time[row] ?? 0) < until,
        );
        expect(bars.open[1]).toBe(days.open[inside[0] ?? -1]);
        expect(bars.high[1]).toBe(Math.max(...inside.map((row) => Number(days.high[row]))));
        expect(bars.low[1]).toBe(Math.min(...inside.map((row) => Number(days.low[row]))));
        expect(bars.close[1]).toBe(days.close[inside.at(-1) ?? -1]);
        expect(bars.volume[1]).toBe(inside.reduce((sum, row) => sum + Number(days.volume[row]), 0));
      }
    });

    it('tells only what is over: no running day, week, month or hour', async () => {
      const provider = await at(DURING_SESSION);
      const last = async (interval: Interval, start: string): Promise<string | undefined> => {
        const bars = await provider.bars(ask(EQUITY, interval, start, '2099-12-31'));
        return [...bars.time].map((time) => formatBarTime(time, interval)).at(-1);
      };

      expect(await last('1d', '2026-03-02')).toBe('2026-03-11');
      expect(await last('1w', '2026-02-02')).toBe('2026-03-02');
      expect(await last('1mo', '2026-01-01')).toBe('2026-02-01');
      expect(await last('30m', '2026-03-10')).toBe('2026-03-12T14:30:00Z');
    });

    it('tells the day after its close', async () => {
      const provider = await at(AFTER_HOURS);

      const bars = await provider.bars(ask(EQUITY, '1d', '2026-03-12', '2099-12-31'));

      expect(datesOf(bars)).toEqual(['2026-03-12']);
    });

    it.each(['1d', '1w', '1mo', '30m'] as const)(
      'tells the same %s bars whatever range is asked for',
      async (interval) => {
        const provider = await at(AFTER_HOURS);
        const [wideStart, start, end] =
          interval === '30m' ? ['2026-02-02', '2026-02-17', '2026-02-25'] : ['2024-01-01', '2024-05-15', '2025-02-11'];

        const wide = await provider.bars(ask(EQUITY, interval, wideStart, '2026-03-11'));
        const narrow = await provider.bars(ask(EQUITY, interval, start, end));

        const from = wide.time.indexOf(narrow.time[0] ?? Number.NaN);
        expect(from).toBeGreaterThan(0);
        expect([...wide.close.slice(from, from + narrow.close.length)]).toEqual([...narrow.close]);
        expect([...wide.open.slice(from, from + narrow.close.length)]).toEqual([...narrow.open]);
      },
    );

    it('tells no bars where there are none', async () => {
      const provider = await at(AFTER_HOURS);

      for (const [start, end] of [
        ['2026-03-07', '2026-03-08'],
        ['2030-01-01', '2030-12-31'],
        ['0001-01-01', '1899-12-31'],
      ] as const) {
        expect((await provider.bars(ask(EQUITY, '1d', start, end))).time).toHaveLength(0);
      }
    });

    it('refuses a range that is none', async () => {
      const provider = await at(AFTER_HOURS);

      await expect(provider.bars(ask(EQUITY, '1d', '2026-03-10', '2026-03-09'))).rejects.toMatchObject({
        code: 'VALIDATION',
        fields: [{ path: ['start'] }],
      });
    });

    it.each([DURING_SESSION, AFTER_HOURS, '2026-03-14T12:00:00Z'])('quotes in the order asked, at %s', async (now) => {
      const provider = await at(now);

      const quotes = await provider.quotes([COIN, EQUITY, PAIR]);

      expect(quotes.map(({ symbol }) => symbol)).toEqual([COIN, EQUITY, PAIR]);
      for (const { price, bid, ask: asked, at: time, source } of quotes) {
        expect(price).toBeGreaterThan(0);
        expect((bid === null) === (asked === null)).toBe(true);
        expect(bid ?? 0).toBeLessThanOrEqual(asked ?? 0);
        expect(time.getTime()).toBeLessThanOrEqual(Date.parse(now) + 60_000);
        expect(source).toBe(provider.name);
      }
    });

    it('suggests canonical symbols, each once, with names', async () => {
      const listed = await (await at(AFTER_HOURS)).symbols();

      const symbols = listed.map(({ symbol }) => symbol);
      expect(symbols).toContain(EQUITY);
      expect(symbols).toEqual([...new Set(symbols)]);
      expect(symbols).toEqual(symbols.map((symbol) => parseSymbol(symbol, 'symbol')));
      expect(listed.every(({ name: label }) => label.length > 0)).toBe(true);
    });
  });
}

function ask(symbol: string, interval: Interval, start: string, end: string) {
  return { symbol, interval, start, end };
}

/** The exchange's dates on which bars start. */
function datesOf(bars: Bars): string[] {
  const isDated = intervalMinutes(bars.interval) === null;
  const calendar = calendarOf(bars.symbol);
  return [...bars.time].map((time) => formatBarTime(isDated ? time : calendar.dayOf(time), '1d'));
}

/** The rows in which low <= open, close <= high, prices above 0 or volume 0 or more is not true. */
function inconsistent(bars: Bars): number[] {
  return [...bars.time.keys()].filter((row) => {
    const [open, high, low, close, volume] = [
      bars.open[row],
      bars.high[row],
      bars.low[row],
      bars.close[row],
      bars.volume[row],
    ].map(Number) as [number, number, number, number, number];
    const isRight =
      low > 0 && low <= Math.min(open, close) && Math.max(open, close) <= high && high < Number.POSITIVE_INFINITY;
    return !(isRight && volume >= 0);
  });
}
