import { describe, expect, it } from 'vitest';
import { type Quote, SimulatedProvider } from '../../src/market/index.ts';

const SYMBOLS = ['SPY', 'BTC-USD', 'EUR/USD', 'NVDA', 'ZZZZ'];

async function quotesAt(now: number, symbols: readonly string[] = SYMBOLS): Promise<readonly Quote[]> {
  return new SimulatedProvider({ clock: { now: () => now } }).quotes(symbols);
}

async function pricesFrom(instant: string, stepMs: number, count: number): Promise<readonly number[][]> {
  let now = Date.parse(instant);
  const simulated = new SimulatedProvider({ clock: { now: () => now } });
  const rows: number[][] = SYMBOLS.map(() => []);
  for (let step = 0; step < count; step++, now += stepMs) {
    for (const [index, quote] of (await simulated.quotes(SYMBOLS)).entries()) rows[index]?.push(quote.price);
  }
  return rows;
}

describe('simulated quotes', () => {
  it.each(['2026-03-12T15:00:00.123Z', '2026-03-12T03:00:00Z', '2026-03-14T12:00:00Z'])(
    'at %s have bid < price < ask and name their source and time',
    async (instant) => {
      const quotes = await quotesAt(Date.parse(instant));

      expect(quotes.map(({ symbol }) => symbol)).toEqual(SYMBOLS);
      for (const quote of quotes) {
        expect(quote.bid).toBeLessThan(quote.price);
        expect(quote.ask).toBeGreaterThan(quote.price);
        expect((Number(quote.ask) - Number(quote.bid)) / quote.price).toBeLessThan(0.001);
        expect(quote).toMatchObject({ source: 'simulated', at: new Date(instant) });
      }
    },
  );

  it('depend on seed, symbol and time alone', async () => {
    const now = Date.parse('2026-03-12T15:00:00.123Z');

    expect(await quotesAt(now)).toEqual(await quotesAt(now));
    expect(await quotesAt(now, ['SPY'])).toEqual((await quotesAt(now)).slice(0, 1));
  });

  it.each(['2026-03-12T15:00:00Z', '2026-03-12T03:00:00Z', '2026-03-14T12:00:00Z'])(
    'change within half a second, by little, also when the exchange is closed (from %s)',
    async (instant) => {
      const rows = await pricesFrom(instant, 500, 60);

      for (const [index, prices] of rows.entries()) {
        const changes = prices.slice(1).map((price, step) => Math.abs(price / (prices[step] ?? Number.NaN) - 1));
        expect(changes.filter((change) => change > 0).length, SYMBOLS[index]).toBeGreaterThan(50);
        expect(Math.max(...changes), SYMBOLS[index]).toBeLessThan(0.005);
      }
    },
  );

  it.each(['2026-03-12T13:29:58Z', '2026-03-12T19:59:58Z', '2026-03-12T23:59:58Z'])(
    'do not jump at the bells and at midnight (%s)',
    async (instant) => {
      for (const prices of await pricesFrom(instant, 200, 20)) {
        expect(Math.max(...prices) / Math.min(...prices) - 1).toBeLessThan(0.003);
      }
    },
  );

  it('stay within the daily bar that is made of them, but for the noise', async () => {
    const now = Date.parse('2026-03-12T17:12:34Z');
    const later = new SimulatedProvider({ clock: { now: () => now + 86_400_000 } });

    const [quote] = await quotesAt(now, ['SPY']);
    const day = await later.bars({ symbol: 'SPY', interval: '1d', start: '2026-03-12', end: '2026-03-12' });

    expect(quote?.price).toBeGreaterThan((day.low[0] ?? 0) * 0.999);
    expect(quote?.price).toBeLessThan((day.high[0] ?? 0) * 1.001);
  });
});
