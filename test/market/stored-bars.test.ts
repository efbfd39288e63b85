import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignToCommonTimes, contentHash } from '../../src/market/align.ts';
import { allocateColumns, type BarColumns, type Bars, COLUMN_NAMES } from '../../src/market/bars.ts';
import { BoundedCache } from '../../src/market/bounded-cache.ts';
import { decodeChunk, encodeChunk, splitByPeriod } from '../../src/market/chunk.ts';
import { mergeBars } from '../../src/market/merge.ts';

/** Bars at the given times, every price `price`. */
function barsAt(times: readonly number[], price = 1): BarColumns {
  const columns = allocateColumns(times.length);
  columns.time.set(times);
  for (const name of COLUMN_NAMES.slice(1)) columns[name].fill(price);
  return columns;
}

function series(symbol: string, times: readonly number[], price = 1): Bars {
  return { symbol, interval: '1d', source: 'csv', ...barsAt(times, price) };
}

const ascending = fc.uniqueArray(fc.nat(60), { maxLength: 30 }).map((times) => times.toSorted((a, b) => a - b));

describe('chunks of bars', () => {
  it('come back from bytes as they were', () => {
    const bars = barsAt([Date.UTC(2020, 0, 2), Date.UTC(2020, 0, 3)], 0.1 + 0.2);

    expect(decodeChunk(encodeChunk('2020', bars), '1 (SPY 1d)')).toEqual(bars);
  });

  it('are little-endian columns in the order of time, open, high, low, close, volume', () => {
    const bars = allocateColumns(1);
    COLUMN_NAMES.forEach((name, index) => bars[name].fill(index + 1));

    const { columns } = encodeChunk('2020', bars);

    const view = new DataView(columns.buffer);
    expect([0, 8, 16, 24, 32, 40].map((offset) => view.getFloat64(offset, true))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('are refused when one bit has changed, naming series and period', () => {
    const chunk = encodeChunk('2020', barsAt([1, 2, 3]));
    const columns = Uint8Array.from(chunk.columns);
    columns[30] = (columns[30] ?? 0) ^ 1;

    expect(() => decodeChunk({ ...chunk, columns }, '7 (SPY 1d)')).toThrow(
      'Invariant: the stored bars of series 7 (SPY 1d) in 2020',
    );
    expect(() => decodeChunk({ ...chunk, rows: 2 }, '7 (SPY 1d)')).toThrow('Invariant');
  });

  it('hold a year of daily bars or a month of intraday bars', () => {
    const bars = barsAt([Date.UTC(2019, 11, 31), Date.UTC(2020, 0, 2), Date.UTC(2020, 1, 3)]);

    const lengths = (interval: '1d' | '1h'): unknown =>
      [...splitByPeriod(bars, interval)].map(([period, part]) => [period, part.time.length]);
    expect(lengths('1d')).toEqual([
      ['2019', 1],
      ['2020', 2],
    ]);
    expect(lengths('1h')).toEqual([
      ['2019-12', 1],
      ['2020-01', 1],
      ['2020-02', 1],
    ]);
  });
});

describe('merging bars', () => {
  it('gives the union of times, the incoming bar where both have one', () => {
    fc.assert(
      fc.property(ascending, ascending, (before, incoming) => {
        const merged = mergeBars(barsAt(before, 1), barsAt(incoming, 2));

        const union = [...new Set([...before, ...incoming])].toSorted((a, b) => a - b);
        expect([...merged.bars.time]).toEqual(union);
        expect([...merged.bars.close]).toEqual(union.map((time) => (incoming.includes(time) ? 2 : 1)));
        expect(merged.inserted).toBe(incoming.filter((time) => !before.includes(time)).length);
        expect(merged.updated).toBe(incoming.filter((time) => before.includes(time)).length);
      }),
    );
  });

  it('a second time changes nothing', () => {
    const once = mergeBars(barsAt([1, 2]), barsAt([2, 3], 5));

    expect(mergeBars(once.bars, barsAt([2, 3], 5))).toEqual({ bars: once.bars, inserted: 0, updated: 0 });
  });

  it('counts a bar as updated when only its volume differs', () => {
    const changed = barsAt([1, 2]);
    changed.volume[1] = 9;

    expect(mergeBars(barsAt([1, 2]), changed)).toMatchObject({ inserted: 0, updated: 1 });
  });
});

describe('aligning series', () => {
  it('keeps exactly the times that all have, with their values', () => {
    fc.assert(
      fc.property(fc.array(ascending, { minLength: 1, maxLength: 4 }), (all) => {
        const aligned = alignToCommonTimes(all.map((times, index) => series(`S${index}`, times, index + 1)));

        const common = (all[0] ?? []).filter((time) => all.every((times) => times.includes(time)));
        for (const [index, bars] of aligned.entries()) {
          expect([...bars.time]).toEqual(common);
          expect([...bars.close]).toEqual(common.map(() => index + 1));
        }
      }),
    );
  });

  it('has a hash that any change of content, order or source changes', () => {
    const bars = [series('A', [1, 2]), series('B', [1, 2], 2)];
    const changed = [series('A', [1, 2]), series('B', [1, 2], 2 + 1e-12)];
    const relabelled = bars.map((one) => ({ ...one, source: 'simulated' }));

    const hashes = [bars, changed, relabelled, bars.toReversed()].map(contentHash);

    expect(new Set(hashes).size).toBe(4);
    expect(contentHash([series('A', [1, 2]), series('B', [1, 2], 2)])).toBe(hashes[0]);
    expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('the bounded cache', () => {
  it('forgets what has been unused for longest', () => {
    const cache = new BoundedCache<number>(2);
    cache.set('a', 1);
    cache.set('b', 2);
    cache.get('a');

    cache.set('c', 3);

    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3]);
  });
});
