import { describe, expect, it } from 'vitest';
import { type Bars, formatBarTime, INTERVALS, type Interval, SimulatedProvider } from '../../src/market/index.ts';

const NOW = Date.parse('2026-03-12T15:00:00Z');

function provider(options: { now?: number | string; seed?: string } = {}): SimulatedProvider {
  const now = typeof options.now === 'string' ? Date.parse(options.now) : (options.now ?? NOW);
  return new SimulatedProvider({
    clock: { now: () => now },
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  });
}

const ask = (symbol: string, interval: Interval, start: string, end: string) => ({ symbol, interval, start, end });

const columnsOf = (bars: Bars): number[][] =>
  [bars.time, bars.open, bars.high, bars.low, bars.close, bars.volume].map((column) => [...column]);

const times = (bars: Bars): string[] => [...bars.time].map((time) => formatBarTime(time, bars.interval));

function logReturns(bars: Bars): number[] {
  return [...bars.close].slice(1).map((close, index) => Math.log(close / (bars.close[index] ?? Number.NaN)));
}

function moments(values: readonly number[]): { mean: number; deviation: number; kurtosis: number } {
  const moment = (center: number, power: number): number =>
    values.reduce((sum, value) => sum + (value - center) ** power, 0) / values.length;
  const mean = moment(0, 1);
  const variance = moment(mean, 2);
  return { mean, deviation: Math.sqrt(variance), kurtosis: moment(mean, 4) / variance ** 2 };
}

function correlation(left: readonly number[], right: readonly number[]): number {
  const [a, b] = [moments(left), moments(right)];
  const products = left.map((value, index) => (value - a.mean) * ((right[index] ?? Number.NaN) - b.mean));
  return moments(products).mean / (a.deviation * b.deviation);
}

const decades = (symbol: string) => ask(symbol, '1d', '1990-01-01', '2025-12-31');

async function levelOf(symbol: string): Promise<number> {
  return (await provider().bars(ask(symbol, '1d', '2025-12-31', '2025-12-31'))).close[0] ?? Number.NaN;
}

describe('simulated bars', () => {
  it('are the same for the same seed and symbol, and different for another', async () => {
    const request = ask('SPY', '1d', '2020-01-01', '2020-12-31');

    const bars = columnsOf(await provider().bars(request));

    expect(columnsOf(await provider().bars(request))).toEqual(bars);
    expect(columnsOf(await provider({ seed: 'another' }).bars(request))).not.toEqual(bars);
    expect(columnsOf(await provider().bars({ ...request, symbol: 'QQQ' }))).not.toEqual(bars);
  });

  it.each(['1d', '1w', '1mo', '1h'] as const)('of %s are the same whatever range is asked for', async (interval) => {
    const simulated = provider();

    const wide = await simulated.bars(ask('AAPL', interval, '2019-01-01', '2021-12-31'));
    const narrow = await simulated.bars(ask('AAPL', interval, '2020-03-02', '2020-06-30'));

    const from = wide.time.indexOf(narrow.time[0] ?? Number.NaN);
    expect(from).toBeGreaterThan(0);
    expect(columnsOf(wide).map((column) => column.slice(from, from + narrow.time.length))).toEqual(columnsOf(narrow));
  });

  it.each(['SPY', 'BTC-USD', 'ZZZZ'])('of %s do not change when the clock moves on', async (symbol) => {
    const request = ask(symbol, '1d', '1980-01-01', '2099-12-31');

    const early = await provider({ now: '2015-06-01T12:00:00Z' }).bars(request);
    const late = await provider({ now: '2031-06-01T12:00:00Z' }).bars(request);

    expect(early.time.length).toBeGreaterThan(8000);
    expect(late.time.length).toBeGreaterThan(early.time.length);
    expect(columnsOf(late).map((column) => column.slice(0, early.time.length))).toEqual(columnsOf(early));
  });

  it('do not change when one provider sees its clock move on', async () => {
    let now = Date.parse('2026-03-12T15:00:00Z');
    const simulated = new SimulatedProvider({ clock: { now: () => now } });
    const request = ask('MSFT', '1d', '2026-01-01', '2099-12-31');

    const early = await simulated.bars(request);
    now += 40 * 86_400_000;
    const late = await simulated.bars(request);

    expect(late.time.length).toBe(early.time.length + 27);
    expect(columnsOf(late).map((column) => column.slice(0, early.time.length))).toEqual(columnsOf(early));
  });

  it('begin in 1980 and end with the last session that has closed', async () => {
    const request = ask('SPY', '1d', '1900-01-01', '2099-12-31');

    const during = times(await provider({ now: '2026-03-12T19:59:59Z' }).bars(request));
    const after = times(await provider({ now: '2026-03-12T20:00:00Z' }).bars(request));

    expect(during[0]).toBe('1980-01-02');
    expect(during.at(-1)).toBe('2026-03-11');
    expect(after.at(-1)).toBe('2026-03-12');
  });

  it('of the running session are told minute by minute, only when they have ended', async () => {
    const request = ask('SPY', '1m', '2026-03-12', '2026-03-12');

    const bars = times(await provider({ now: '2026-03-12T13:35:30Z' }).bars(request));

    expect(bars).toEqual([30, 31, 32, 33, 34].map((minute) => `2026-03-12T13:${minute}:00Z`));
  });

  it('of a running week or month are not told', async () => {
    const simulated = provider({ now: '2026-03-12T21:00:00Z' });

    expect(times(await simulated.bars(ask('SPY', '1w', '2026-02-20', '2099-01-01'))).at(-1)).toBe('2026-03-02');
    expect(times(await simulated.bars(ask('SPY', '1mo', '2026-01-01', '2099-01-01')))).toEqual([
      '2026-01-01',
      '2026-02-01',
    ]);
  });

  it("hold the exchange's sessions for equities and every day for what never closes", async () => {
    const simulated = provider();

    expect(times(await simulated.bars(ask('SPY', '1d', '2001-09-07', '2001-09-18')))).toEqual([
      '2001-09-07',
      '2001-09-10',
      '2001-09-17',
      '2001-09-18',
    ]);
    expect((await simulated.bars(ask('BTC-USD', '1d', '2024-01-01', '2024-12-31'))).time).toHaveLength(366);
    expect((await simulated.bars(ask('SPY', '30m', '2024-11-29', '2024-11-29'))).time).toHaveLength(7);
  });

  it.each(['SPY', 'NVDA', 'BTC-USD', 'EUR/USD', 'X1'])(
    'of %s are consistent: low <= open, close <= high, all above 0',
    async (symbol) => {
      const bars = await provider().bars(ask(symbol, '1d', '1980-01-01', '2099-12-31'));

      const wrong = times(bars).filter((_, row) => {
        const [open, high, low, close] = [bars.open[row], bars.high[row], bars.low[row], bars.close[row]].map(Number);
        return !(
          Number(low) > 0 &&
          Number(low) <= Math.min(Number(open), Number(close)) &&
          Number(high) >= Math.max(Number(open), Number(close))
        );
      });
      expect(wrong).toEqual([]);
      expect(bars.volume.every((volume) => volume > 0 && Number.isInteger(volume))).toBe(true);
    },
  );

  it.each([
    ['SPY', '1m'],
    ['SPY', '5m'],
    ['SPY', '1h'],
    ['BTC-USD', '15m'],
    ['EUR/USD', '1m'],
    ['ZZZZ', '30m'],
  ] as const)('of %s at %s make up exactly the daily bar', async (symbol, interval) => {
    const simulated = provider();
    const daily = await simulated.bars(ask(symbol, '1d', '2024-11-20', '2024-12-05'));

    for (const [row, time] of daily.time.entries()) {
      const date = formatBarTime(time, '1d');
      const intraday = await simulated.bars(ask(symbol, interval, date, date));
      expect({
        open: intraday.open[0],
        high: Math.max(...intraday.high),
        low: Math.min(...intraday.low),
        close: intraday.close.at(-1),
        volume: intraday.volume.reduce((sum, volume) => sum + volume, 0),
      }).toEqual({
        open: daily.open[row],
        high: daily.high[row],
        low: daily.low[row],
        close: daily.close[row],
        volume: daily.volume[row],
      });
    }
  });

  it('of a month are the bars of its days', async () => {
    const simulated = provider();

    const month = await simulated.bars(ask('IWM', '1mo', '2024-02-01', '2024-02-01'));
    const days = await simulated.bars(ask('IWM', '1d', '2024-02-01', '2024-02-29'));

    expect(columnsOf(month).flat()).toEqual([
      Date.UTC(2024, 1, 1),
      days.open[0],
      Math.max(...days.high),
      Math.min(...days.low),
      days.close.at(-1),
      days.volume.reduce((sum, volume) => sum + volume, 0),
    ]);
  });

  it('are columns in shared memory', async () => {
    const bars = await provider().bars(ask('SPY', '1d', '2024-01-01', '2024-12-31'));

    expect(bars.close.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(bars.source).toBe('simulated');
  });

  it('are refused when there would be too many, with both numbers', async () => {
    const simulated = provider();

    await expect(simulated.bars(ask('BTC-USD', '1m', '1980-01-01', '2025-12-31'))).rejects.toMatchObject({
      code: 'VALIDATION',
      fields: [{ path: ['interval'] }],
      facts: { limit: 2_000_000, observed: 16_802 * 1440 },
    });
  });

  it.each(INTERVALS)('of %s are none where there are no sessions', async (interval) => {
    expect((await provider().bars(ask('SPY', interval, '1970-01-01', '1979-12-31'))).time).toHaveLength(0);
    expect((await provider().bars(ask('SPY', interval, '2090-01-01', '2099-12-31'))).time).toHaveLength(0);
  });
});

describe('the statistics of simulated bars', () => {
  it.each([
    ['SPY', 0.1, 0.22],
    ['TLT', 0.08, 0.25],
    ['NVDA', 0.3, 0.65],
    ['EUR/USD', 0.05, 0.16],
    ['ZZZZ', 0.15, 0.65],
  ])('of %s have a yearly volatility from %d to %d and fat tails', async (symbol, low, high) => {
    const { deviation, kurtosis } = moments(logReturns(await provider().bars(decades(symbol))));

    const volatility = deviation * Math.sqrt(252);
    expect(volatility).toBeGreaterThan(low);
    expect(volatility).toBeLessThan(high);
    expect(kurtosis).toBeGreaterThan(4);
  });

  it('have days of unrest in clusters', async () => {
    const sizes = logReturns(await provider().bars(decades('SPY'))).map(Math.abs);

    expect(correlation(sizes.slice(0, -5), sizes.slice(5))).toBeGreaterThan(0.1);
  });

  it('have funds of equities that move together and bonds that do not', async () => {
    const [spy, qqq, tlt] = await Promise.all(
      ['SPY', 'QQQ', 'TLT'].map(async (symbol) => logReturns(await provider().bars(decades(symbol)))),
    );

    expect(correlation(spy ?? [], qqq ?? [])).toBeGreaterThan(0.5);
    expect(correlation(spy ?? [], tlt ?? [])).toBeLessThan(0.1);
  });

  it('have no memory in the direction of returns', async () => {
    const returns = logReturns(await provider().bars(decades('SPY')));

    expect(Math.abs(correlation(returns.slice(0, -1), returns.slice(1)))).toBeLessThan(0.04);
  });

  it('have familiar levels at the end of 2025 and unknown symbols between 20 and 300', async () => {
    expect(await levelOf('SPY')).toBe(680);
    expect(await levelOf('EUR/USD')).toBe(1.1745);
    for (const symbol of ['ZZZZ', 'Q1', 'FOO.BAR']) {
      expect(await levelOf(symbol)).toBeGreaterThan(20);
      expect(await levelOf(symbol)).toBeLessThan(300);
    }
  });
});
