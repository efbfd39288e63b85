import { describe, expect, it, vi } from 'vitest';
import type { Principal, Scope } from '../../src/access/index.ts';
import { randomIds } from '../../src/core/index.ts';
import { Journal } from '../../src/events/index.ts';
import { importBars } from '../../src/market/index.ts';
import { eachDatabase } from '../support/database.ts';
import { turnsOf } from '../support/turns.ts';
import { clock, openMarket, timesOf } from './open-market.ts';
import { csvOfDates, sessionDates, sp500Csv } from './price-file.ts';

eachDatabase((provider, create) => {
  describe('importing bars', () => {
    it('stores a file, says so in the journal, and gives back the same bars', async () => {
      const { database, data, userId, bring } = await openMarket(await create());

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

    it('leaves the event loop a turn before each chunk that it packs', async () => {
      const { bring } = await openMarket(await create());
      const dates = Array.from({ length: 40 }, (_, year) => `${1980 + year}-01-03`);

      const [turns, result] = await turnsOf(() => bring('A', csvOfDates(dates)));

      expect(result.inserted).toBe(40);
      expect(turns).toBeGreaterThanOrEqual(40);
    });

    it.skipIf(provider === 'postgresql')(
      'packs before it begins to write, so that nobody waits for those turns',
      async () => {
        const { database, bring } = await openMarket(await create());
        const dates = Array.from({ length: 40 }, (_, year) => `${1980 + year}-01-03`);
        const { transaction } = database;
        let inside = 0;
        vi.spyOn(database, 'transaction').mockImplementation((work, options) =>
          transaction(async (db) => {
            const [turns, outcome] = await turnsOf(() => work(db));
            inside += turns;
            return outcome;
          }, options),
        );

        expect((await bring('A', csvOfDates(dates))).inserted).toBe(40);

        // On a slow machine a turn after every 25 ms; SQLite's statements take none.
        expect(inside).toBeLessThan(20);
      },
    );

    it('a second time inserts and updates nothing', async () => {
      const { database, bring } = await openMarket(await create());
      const csv = csvOfDates(sessionDates('A', '2019-12-20', '2020-01-10'));
      await bring('A', csv);
      const before = await database.read.barChunk.findMany();

      const again = await bring('a', csv);

      expect(again).toMatchObject({ rows: 14, inserted: 0, updated: 0 });
      expect(await database.read.barChunk.findMany()).toEqual(before);
      expect(await database.read.barSeries.findMany()).toMatchObject([{ rows: 14 }]);
    });

    it('merges what overlaps, before and after, and counts it', async () => {
      const { data, userId, bring } = await openMarket(await create());
      await bring('A', csvOfDates(sessionDates('A', '2020-01-06', '2020-01-10'), 100));

      const merged = await bring('A', csvOfDates(sessionDates('A', '2019-12-30', '2020-01-07'), 200));

      expect(merged).toMatchObject({ rows: 6, inserted: 4, updated: 2, first: '2019-12-30', last: '2020-01-07' });
      const bars = await data.bars(userId, { symbol: 'A', interval: '1d', start: '2019-12-30', end: '2020-01-10' });
      expect([...bars.open]).toEqual([200, 200, 200, 200, 200, 200, 100, 100, 100]);
      expect((await data.symbols(userId))[0]).toMatchObject({ first: '2019-12-30', last: '2020-01-10', rows: 9 });
    });

    it('of two files at once loses no bar', async () => {
      const { data, userId, bring } = await openMarket(await create());
      const dates = sessionDates('A', '2020-01-02', '2020-03-31');

      await Promise.all(
        [0, 1, 2, 3].map((part) => bring('A', csvOfDates(dates.filter((_, index) => index % 4 === part)))),
      );

      const bars = await data.bars(userId, { symbol: 'A', interval: '1d', start: '2020-01-02', end: '2020-03-31' });
      expect(timesOf(bars)).toEqual(dates);
      expect((await data.symbols(userId))[0]).toMatchObject({ rows: dates.length });
    });

    it('of a wrong file leaves nothing behind', async () => {
      const { database, bring } = await openMarket(await create());

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
      const { bring } = await openMarket(await create());

      await expect(bring('A', csvOfDates(['2026-03-16']))).rejects.toMatchObject({
        code: 'VALIDATION',
        fields: [{ path: ['csv'] }],
      });
      await expect(bring('../A', csvOfDates(['2020-01-02']))).rejects.toMatchObject({ fields: [{ path: ['symbol'] }] });
    });

    it('needs the scope "trade"', async () => {
      const { database, userId } = await openMarket(await create());
      const deps = { journal: new Journal({ database, clock }), clock, ids: randomIds };
      const reader: Principal = { userId, scopes: new Set<Scope>(['read']) };

      await expect(importBars(deps, reader, { symbol: 'A', interval: '1d', csv: '' })).rejects.toMatchObject({
        code: 'FORBIDDEN',
      });
    });

    it('is noticed when stored bytes have changed since', async () => {
      const { database, data, userId, bring } = await openMarket(await create());
      await bring('A', csvOfDates(['2020-01-02', '2020-01-03']));
      const chunk = await database.read.barChunk.findFirstOrThrow();
      const columns = Uint8Array.from(chunk.columns);
      columns[20] = (columns[20] ?? 0) ^ 1;
      await database.transaction((tx) => tx.barChunk.updateMany({ data: { columns } }));

      const reading = data.bars(userId, { symbol: 'A', interval: '1d', start: '2020-01-02', end: '2020-01-03' });

      await expect(reading).rejects.toThrow(/^Invariant: .*\(A 1d\) in 2020/);
    });
  });
});
