/** What is loaded once is shared with whoever asks for the same, until the series changes. */
import { describe, expect, it } from 'vitest';
import { type AlignedBarsRequest, MarketData, SimulatedProvider } from '../../src/market/index.ts';
import { eachDatabase } from '../support/database.ts';
import { clock, openMarket } from './open-market.ts';
import { csvOfDates, sessionDates } from './price-file.ts';

const dates = sessionDates('SPY', '2020-01-02', '2020-12-31');
const request: AlignedBarsRequest = { symbols: ['SPY'], interval: '1d', start: '2020-01-02', end: '2020-12-31' };

/** A file of one-minute bars from 2020 on, every price `price`. */
function minutesCsv(count: number, price: number): string {
  const start = Date.UTC(2020, 0, 1);
  const rows = Array.from(
    { length: count },
    (_, minute) => `${start + minute * 60_000},${price},${price},${price},${price}`,
  );
  return ['time,open,high,low,close', ...rows].join('\n');
}

eachDatabase((_provider, create) => {
  describe('bars that were loaded', () => {
    it('are shared with the next one who asks, and hashed once', async () => {
      const { data, userId, bring } = await openMarket(create);
      await bring('SPY', csvOfDates(dates));

      const first = await data.alignedBars(userId, request);
      const second = await data.alignedBars(userId, { ...request, source: 'csv', until: new Date('2020-12-31') });
      const alone = await data.bars(userId, { ...request, symbol: 'SPY' });

      expect(second).toBe(first);
      expect(alone.close).toBe(first.bars[0]?.close);
      expect(first.bars[0]?.close.buffer).toBeInstanceOf(SharedArrayBuffer);
    });

    it('of several symbols are aligned once', async () => {
      const { data, userId } = await openMarket(create);
      const pair = { ...request, symbols: ['SPY', 'BTC-USD'] };

      const first = await data.alignedBars(userId, pair);

      expect(await data.alignedBars(userId, pair)).toBe(first);
      expect(await data.alignedBars(userId, { ...pair, symbols: ['BTC-USD', 'SPY'] })).not.toBe(first);
    });

    it('are cut at `until`, and that is another set of bars', async () => {
      const { data, userId } = await openMarket(create);
      const whole = await data.alignedBars(userId, request);

      const cut = await data.alignedBars(userId, { ...request, until: new Date('2020-06-30') });

      expect(cut.hash).not.toBe(whole.hash);
      expect(cut.bars[0]?.time.at(-1)).toBe(Date.UTC(2020, 5, 30));
      expect(cut.hash).toBe((await data.alignedBars(userId, { ...request, end: '2020-06-30' })).hash);
    });

    it('are loaded again after an import, even one that only changes prices at the same instant', async () => {
      const { data, userId, bring } = await openMarket(create);
      await bring('SPY', csvOfDates(dates, 100));
      const before = await data.alignedBars(userId, request);

      await bring('SPY', csvOfDates(dates, 200));

      const after = await data.alignedBars(userId, request);
      expect(after.bars[0]?.open[0]).toBe(200);
      expect(before.bars[0]?.open[0]).toBe(100);
      expect(after.hash).not.toBe(before.hash);
    });

    it('are loaded again after an import by another process', async () => {
      const { database, userId, bring } = await openMarket(create);
      await bring('SPY', csvOfDates(dates, 100));
      const elsewhere = new MarketData({ database, provider: new SimulatedProvider({ clock }), clock });
      await elsewhere.alignedBars(userId, request);

      await bring('SPY', csvOfDates(dates, 200));

      expect((await elsewhere.alignedBars(userId, request)).bars[0]?.open[0]).toBe(200);
    });

    it('are all from before an import or all from after it', async () => {
      const { data, userId, bring } = await openMarket(create);
      const count = 4 * 31 * 1440;
      await bring('BTC-USD', minutesCsv(count, 100), '1m');
      const range = { symbol: 'BTC-USD', interval: '1m', start: '2020-01-01', source: 'csv' } as const;
      let isImporting = true;
      const importing = bring('BTC-USD', minutesCsv(count, 200), '1m').finally(() => (isImporting = false));

      const seen = new Set<string>();
      // Each range is another one, so that none is answered from memory.
      for (let day = 1; isImporting || day < 3; day++) {
        const bars = await data.bars(userId, {
          ...range,
          end: `2020-${day % 2 === 0 ? '12' : '11'}-${(day % 28) + 1}`.replace(/-(\d)$/, '-0$1'),
        });
        seen.add([...new Set(bars.open)].join(' and '));
      }
      await importing;

      expect([...seen].toSorted()).not.toContain('100 and 200');
      expect((await data.bars(userId, { ...range, end: '2020-10-01' })).open.every((price) => price === 200)).toBe(
        true,
      );
    });
  });
});

describe('simulated bars', () => {
  it('are kept, and made anew when the clock has moved on', async () => {
    let now = Date.parse('2026-03-12T15:00:30Z');
    const provider = new SimulatedProvider({ clock: { now: () => now } });
    const past = { symbol: 'SPY', interval: '1m', start: '2026-03-02', end: '2026-03-06' } as const;
    const running = { ...past, end: '2026-03-12' };
    const [first, today] = [await provider.bars(past), await provider.bars(running)];

    now += 20_000;
    expect((await provider.bars(running)).close).toBe(today.close);
    now += 60_000;

    expect((await provider.bars(past)).close).toBe(first.close);
    expect((await provider.bars(running)).close).toHaveLength(today.close.length + 1);
  });

  it('of a day and longer are kept until the next session has ended', async () => {
    let now = Date.parse('2026-03-12T15:00:00Z');
    const provider = new SimulatedProvider({ clock: { now: () => now } });
    const daily = { symbol: 'SPY', interval: '1d', start: '2026-01-02', end: '2026-12-31' } as const;
    const monthly = { ...daily, interval: '1mo' } as const;
    const [days, months] = [await provider.bars(daily), await provider.bars(monthly)];

    now = Date.parse('2026-03-12T16:00:00Z');
    expect((await provider.bars(daily)).close).toBe(days.close);
    now = Date.parse('2026-04-01T12:00:00Z');

    expect((await provider.bars(daily)).close.length).toBeGreaterThan(days.close.length);
    expect((await provider.bars(monthly)).close).toHaveLength(months.close.length + 1);
  });
});
