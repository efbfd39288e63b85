/** What is loaded once is shared with whoever asks for the same, until the series changes. */
import { beforeAll, describe, expect, it } from 'vitest';
import { claimSeries, findSeries, readSeries, type StoredSeries } from '../../src/market/bar-store.ts';
import { type AlignedBarsRequest, MarketData, SimulatedProvider } from '../../src/market/index.ts';
import type { Db } from '../../src/storage/index.ts';
import { eachDatabase, type TestDatabase } from '../support/database.ts';
import { turnsOf } from '../support/turns.ts';
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

/** Two months of minutes, which are read with two queries. */
const MINUTES = 60 * 1440;
const KEY = { symbol: 'BTC-USD', interval: '1m' } as const;

/** The same database, but something happens after each query for chunks. */
function afterEachQuery(db: Db, happen: () => Promise<unknown>): Db {
  const barChunk = new Proxy(db.barChunk, {
    get: (chunks, name) =>
      name === 'findMany'
        ? async (args: Parameters<Db['barChunk']['findMany']>[0]) => {
            const found = await chunks.findMany(args);
            await happen();
            return found;
          }
        : Reflect.get(chunks, name),
  });
  return new Proxy(db, { get: (client, name) => (name === 'barChunk' ? barChunk : Reflect.get(client, name)) });
}

function known(series: StoredSeries | undefined): StoredSeries {
  if (series === undefined) throw new Error('Expected the series that was imported.');
  return series;
}

eachDatabase((_provider, create) => {
  let made: TestDatabase;
  beforeAll(async () => {
    made = await create();
  });

  describe('bars that were loaded', () => {
    it('are shared with the next one who asks, and hashed once', async () => {
      const { data, userId, bring } = await openMarket(made);
      await bring('SPY', csvOfDates(dates));

      const first = await data.alignedBars(userId, request);
      const second = await data.alignedBars(userId, { ...request, source: 'csv', until: new Date('2020-12-31') });
      const alone = await data.bars(userId, { ...request, symbol: 'SPY' });

      expect(second).toBe(first);
      expect(alone.close).toBe(first.bars[0]?.close);
      expect(first.bars[0]?.close.buffer).toBeInstanceOf(SharedArrayBuffer);
    });

    it('are loaded and hashed once for all who ask meanwhile', async () => {
      const { data, userId, bring } = await openMarket(made);
      await bring('SPY', csvOfDates(dates));

      const [first, second, alone] = await Promise.all([
        data.alignedBars(userId, request),
        data.alignedBars(userId, request),
        data.bars(userId, { ...request, symbol: 'SPY' }),
      ]);

      expect(second).toBe(first);
      expect(alone.close).toBe(first.bars[0]?.close);
    });

    it('of several symbols are aligned once', async () => {
      const { data, userId } = await openMarket(made);
      const pair = { ...request, symbols: ['SPY', 'BTC-USD'] };

      const first = await data.alignedBars(userId, pair);

      expect(await data.alignedBars(userId, pair)).toBe(first);
      expect(await data.alignedBars(userId, { ...pair, symbols: ['BTC-USD', 'SPY'] })).not.toBe(first);
    });

    it('are cut at `until`, and that is another set of bars', async () => {
      const { data, userId } = await openMarket(made);
      const whole = await data.alignedBars(userId, request);

      const cut = await data.alignedBars(userId, { ...request, until: new Date('2020-06-30') });

      expect(cut.hash).not.toBe(whole.hash);
      expect(cut.bars[0]?.time.at(-1)).toBe(Date.UTC(2020, 5, 30));
      expect(cut.hash).toBe((await data.alignedBars(userId, { ...request, end: '2020-06-30' })).hash);
    });

    it('are loaded again after an import, even one that only changes prices at the same instant', async () => {
      const { data, userId, bring } = await openMarket(made);
      await bring('SPY', csvOfDates(dates, 100));
      const before = await data.alignedBars(userId, request);

      await bring('SPY', csvOfDates(dates, 200));

      const after = await data.alignedBars(userId, request);
      expect(after.bars[0]?.open[0]).toBe(200);
      expect(before.bars[0]?.open[0]).toBe(100);
      expect(after.hash).not.toBe(before.hash);
    });

    it('are loaded again after an import by another process', async () => {
      const { database, userId, bring } = await openMarket(made);
      await bring('SPY', csvOfDates(dates, 100));
      const elsewhere = new MarketData({ database, provider: new SimulatedProvider({ clock }), clock });
      await elsewhere.alignedBars(userId, request);

      await bring('SPY', csvOfDates(dates, 200));

      expect((await elsewhere.alignedBars(userId, request)).bars[0]?.open[0]).toBe(200);
    });

    it('are all from after an import that came while they were read', async () => {
      const { database, userId, bring } = await openMarket(made);
      await bring('BTC-USD', minutesCsv(MINUTES, 100), '1m');
      const series = await findSeries(database.read, userId, KEY);
      let queries = 0;
      // The first query tells how many bars there are, the second reads January, the third February.
      const db = afterEachQuery(database.read, async () => {
        queries += 1;
        if (queries === 2) await bring('BTC-USD', minutesCsv(MINUTES, 200), '1m');
      });

      const read = await readSeries(db, known(series), { from: 0, until: Number.MAX_SAFE_INTEGER });

      expect(queries).toBe(6);
      expect(read.columns.open).toHaveLength(MINUTES);
      expect([...new Set(read.columns.open)]).toEqual([200]);
      expect(read.version).toBe((await findSeries(database.read, userId, KEY))?.version);
    });

    it('also when the import has brought more bars than there was room for', async () => {
      const { database, userId, bring } = await openMarket(made);
      await bring('BTC-USD', minutesCsv(10, 100), '1m');
      const series = await findSeries(database.read, userId, KEY);
      let queries = 0;
      const db = afterEachQuery(database.read, async () => {
        queries += 1;
        if (queries === 1) await bring('BTC-USD', minutesCsv(20, 200), '1m');
      });

      const { columns } = await readSeries(db, known(series), { from: 0, until: Number.MAX_SAFE_INTEGER });

      expect([...columns.open]).toEqual(Array.from({ length: 20 }, () => 200));
    });

    it('cannot be had while the series never stays the same', async () => {
      const { database, userId, bring } = await openMarket(made);
      await bring('BTC-USD', minutesCsv(10, 100), '1m');
      const series = known(await findSeries(database.read, userId, KEY));
      const claim = { ownerId: userId, ...series, now: new Date(clock.now()) };
      const db = afterEachQuery(database.read, () => database.transaction((tx) => claimSeries(tx, claim)));

      await expect(readSeries(db, series, { from: 0, until: Number.MAX_SAFE_INTEGER })).rejects.toMatchObject({
        code: 'UNAVAILABLE',
      });
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

  it('are made once for all who ask meanwhile', async () => {
    const provider = new SimulatedProvider({ clock });
    const year = { symbol: 'SPY', interval: '1m', start: '2025-01-02', end: '2025-12-31' } as const;

    const [first, second] = await Promise.all([provider.bars(year), provider.bars(year)]);

    expect(second).toBe(first);
  });

  it('leave the event loop its turns while they are made', async () => {
    const provider = new SimulatedProvider({ clock });

    const [turns, bars] = await turnsOf(() =>
      provider.bars({ symbol: 'SPY', interval: '1m', start: '2024-01-02', end: '2025-12-31' }),
    );

    expect(bars.time.length).toBeGreaterThan(190_000);
    // 195,000 minutes in pieces of 15,000, and some days more that are whole.
    expect(turns).toBeGreaterThanOrEqual(12);
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
