import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/core/index.ts';
import { alignToCommonTimes, contentHash, cutAfter } from '../../src/market/align.ts';
import { AnswerCache } from '../../src/market/answer-cache.ts';
import { allocateColumns, type BarColumns, type Bars, COLUMN_NAMES } from '../../src/market/bars.ts';
import { BoundedCache } from '../../src/market/bounded-cache.ts';
import { decodeChunk, encodeChunk, type StoredChunk, splitByPeriod } from '../../src/market/chunk.ts';
import { mergeBars } from '../../src/market/merge.ts';
import { turnsOf } from '../support/turns.ts';

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

function decoded(chunk: StoredChunk): BarColumns {
  const bars = allocateColumns(chunk.rows);
  decodeChunk(chunk, bars, '7 (SPY 1d)');
  return bars;
}

/** As bytes, because comparing numbers does not tell 0 from -0. */
function bytesOf(column: Float64Array): readonly number[] {
  return [...new Uint8Array(column.buffer, column.byteOffset, column.byteLength)];
}

/** Columns of one kind each: prices on a grid, volumes, or any doubles there are. */
const anyBars = fc.integer({ min: 0, max: 40 }).chain((rows) => {
  const column = (value: fc.Arbitrary<number>) => fc.array(value, { minLength: rows, maxLength: rows });
  const kinds = fc.oneof(
    column(fc.double()),
    column(fc.integer()),
    column(fc.nat(100_000).map((ticks) => ticks / 100)),
    column(fc.integer({ min: -(2 ** 50), max: 2 ** 50 }).map((ticks) => ticks / 10 ** 8)),
    column(fc.maxSafeInteger()),
    column(fc.constantFrom(0, -0, 0.1, Number.NaN, 1e300, 5e-324)),
  );
  const priced = column(fc.nat(100_000).map((ticks) => ticks / 1000));
  const alike = fc.tuple(column(fc.maxSafeInteger()), priced, priced, priced, priced, column(fc.nat()));
  return fc.oneof(alike, fc.tuple(kinds, kinds, kinds, kinds, kinds, kinds)).map((values) => {
    const bars = allocateColumns(rows);
    COLUMN_NAMES.forEach((name, index) => bars[name].set(values[index] ?? []));
    return bars;
  });
});

const ascending = fc.uniqueArray(fc.nat(60), { maxLength: 30 }).map((times) => times.toSorted((a, b) => a - b));

describe('chunks of bars', () => {
  it('come back from bytes as they were', () => {
    const bars = barsAt([Date.UTC(2020, 0, 2), Date.UTC(2020, 0, 3)], 0.1 + 0.2);

    expect(decoded(encodeChunk('2020', bars))).toEqual(bars);
  });

  it('come back to the bit whatever the numbers are', () => {
    fc.assert(
      fc.property(anyBars, (bars) => {
        const back = decoded(encodeChunk('2020', bars));

        for (const name of COLUMN_NAMES) expect(bytesOf(back[name])).toEqual(bytesOf(bars[name]));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['an empty chunk', []],
    ['the largest integer that is packed', [2 ** 49, -(2 ** 49), 0, 2 ** 49]],
    ['integers beyond it', [2 ** 49 + 1, 2 ** 53 + 2, 1e22]],
    ['a zero with a sign', [0, -0, 1]],
    ['numbers so small that they have no digits to spare', [5e-324, 2.2250738585072014e-308, 0]],
    ['numbers that are none', [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
    ['sums that only look like a decimal', [0.3, 0.1 + 0.2]],
    ['twelve decimals, and one more', [0.000000000001, 0.0000000000001]],
  ])('come back to the bit with %s in every column', (_, values) => {
    const bars = allocateColumns(values.length);
    for (const name of COLUMN_NAMES) bars[name].set(values);

    const back = decoded(encodeChunk('2020', bars));

    for (const name of COLUMN_NAMES) expect(bytesOf(back[name])).toEqual(bytesOf(bars[name]));
  });

  it('take less than a fifth of their memory when prices have four decimals', () => {
    const random = seededRandom('packing');
    const bars = allocateColumns(8000);
    const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;
    let price = 205;
    for (let row = 0; row < bars.time.length; row++) {
      const open = price;
      price *= 1 + 0.0005 * random.normal();
      bars.time[row] = Date.UTC(2020, 0, 2 + Math.floor(row / 390), 14, 30 + (row % 390));
      bars.open[row] = rounded(open);
      bars.close[row] = rounded(price);
      bars.high[row] = rounded(Math.max(open, price) * (1 + 0.0002 * random.uniform()));
      bars.low[row] = rounded(Math.min(open, price) * (1 - 0.0002 * random.uniform()));
      bars.volume[row] = Math.floor(50_000 + 400_000 * random.uniform());
    }

    const chunk = encodeChunk('2020-01', bars);

    expect(chunk.columns.byteLength).toBeLessThan((bars.time.length * 48) / 5);
    expect(decoded(chunk)).toEqual(bars);
  });

  it('of earlier versions are little-endian columns in the order of time, open, high, low, close, volume', () => {
    const columns = new Uint8Array(new Float64Array([1, 2, 3, 4, 5, 6]).buffer);
    const checksum = createHash('sha256').update(columns).digest('hex');

    const bars = decoded({ period: '2020', rows: 1, encoding: 0, columns, checksum });

    expect(COLUMN_NAMES.map((name) => bars[name][0])).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('are refused when any one bit has changed, naming series and period', () => {
    const chunk = encodeChunk('2020', barsAt([1, 2, 3]));
    for (let byte = 0; byte < chunk.columns.byteLength; byte++) {
      const columns = Uint8Array.from(chunk.columns);
      columns[byte] = (columns[byte] ?? 0) ^ (1 << (byte % 8));

      expect(() => decoded({ ...chunk, columns })).toThrow('Invariant: the stored bars of series 7 (SPY 1d) in 2020');
    }
  });

  it('are refused when they are not as many bars as they say, or in an encoding that is unknown', () => {
    const chunk = encodeChunk('2020', barsAt([1, 2, 3]));

    expect(() => decoded({ ...chunk, rows: 2 })).toThrow('Invariant');
    expect(() => decoded({ ...chunk, rows: 4 })).toThrow();
    expect(() => decoded({ ...chunk, encoding: 0 })).toThrow('not in encoding 0');
    expect(() => decoded({ ...chunk, encoding: 2 })).toThrow('not in encoding 2');
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
  it('keeps exactly the times that all have, with their values', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(ascending, { minLength: 1, maxLength: 4 }), async (all) => {
        const aligned = await alignToCommonTimes(all.map((times, index) => series(`S${index}`, times, index + 1)));

        const common = (all[0] ?? []).filter((time) => all.every((times) => times.includes(time)));
        for (const [index, bars] of aligned.entries()) {
          expect([...bars.time]).toEqual(common);
          expect([...bars.close]).toEqual(common.map(() => index + 1));
        }
      }),
    );
  });

  it('neither copies a single series nor those that have the same times', async () => {
    const one = series('A', [1, 2, 3]);
    const other = series('B', [1, 2, 3], 2);
    const both = await alignToCommonTimes([one, other]);

    expect((await alignToCommonTimes([one]))[0]).toBe(one);
    expect(both.map(({ close }) => close.buffer)).toEqual([one.close.buffer, other.close.buffer]);
    expect(both[1]).toBe(other);
    expect(cutAfter([one], 2)[0]?.close.buffer).toBe(one.close.buffer);
  });

  it('cuts off what starts after a time', () => {
    const both = [series('A', [1, 2, 3]), series('B', [1, 2, 3], 2)];

    expect(cutAfter(both, 2).map(({ time }) => [...time])).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(cutAfter(both, 0).map(({ time }) => [...time])).toEqual([[], []]);
    expect(cutAfter(both, 3)).toBe(both);
  });

  it('has a hash that any change of content, order or source changes', async () => {
    const bars = [series('A', [1, 2]), series('B', [1, 2], 2)];
    const changed = [series('A', [1, 2]), series('B', [1, 2], 2 + 1e-12)];
    const relabelled = bars.map((one) => ({ ...one, source: 'simulated' }));

    const hashes = await Promise.all([bars, changed, relabelled, bars.toReversed()].map(contentHash));

    expect(new Set(hashes).size).toBe(4);
    expect(await contentHash([series('A', [1, 2]), series('B', [1, 2], 2)])).toBe(hashes[0]);
    expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
  });
});

it('leaves the event loop its turns while long series are aligned and hashed', async () => {
  const times = Array.from({ length: 150_000 }, (_, i) => i);
  const [one, other] = [series('A', times), series('B', times.slice(1), 2)];

  const [aligning, aligned] = await turnsOf(() => alignToCommonTimes([one, other]));
  const [hashing] = await turnsOf(() => contentHash(aligned));

  expect(aligned.map(({ time }) => time.length)).toEqual([149_999, 149_999]);
  // Finding the common times, and copying those of the first.
  expect(aligning).toBeGreaterThanOrEqual(2);
  // Two pieces of each of twelve columns, of which the second are short.
  expect(hashing).toBeGreaterThanOrEqual(23);
});

it('leaves the event loop its turns while many short series are aligned and hashed', async () => {
  const times = Array.from({ length: 15_000 }, (_, i) => i);
  const all = Array.from({ length: 20 }, (_, each) => series(`S${each}`, times.slice(each), each));

  const [aligning, aligned] = await turnsOf(() => alignToCommonTimes(all));
  const [hashing] = await turnsOf(() => contentHash(aligned));

  expect(aligned[0]?.time.length).toBe(14_981);
  expect(aligning).toBeGreaterThanOrEqual(3);
  // 120 columns.
  expect(hashing).toBeGreaterThanOrEqual(12);
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

  it('keeps as much as the limit weighs, and nothing that is heavier', () => {
    const cache = new BoundedCache<string>(10, (value) => value.length);
    cache.set('a', 'xxxx');
    cache.set('b', 'xxxx');

    cache.set('b', 'xxxxxx');
    expect([cache.get('a'), cache.get('b')]).toEqual(['xxxx', 'xxxxxx']);
    cache.set('c', 'x');
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([undefined, 'xxxxxx', 'x']);
    cache.set('d', 'x'.repeat(11));
    expect(cache.get('d')).toBeUndefined();
  });
});

describe('the cache of answers', () => {
  it('has an answer made again after a failure, which all who waited for it heard of', async () => {
    const cache = new AnswerCache<string>(2 ** 20, () => 1);
    const fail = () => Promise.reject(new Error('not now'));

    const refused = await Promise.allSettled([cache.get('a', fail), cache.get('a', fail)]);

    expect(refused.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await cache.get('a', () => Promise.resolve('now'))).toBe('now');
    expect(await cache.get('a', fail)).toBe('now');
  });

  it('forgets answers without bars, too', async () => {
    const cache = new AnswerCache<string>(2 ** 14, () => 0);
    for (let key = 0; key < 100; key += 1) await cache.get(`${key}`, () => Promise.resolve('empty'));

    expect(await cache.get('99', () => Promise.resolve('made again'))).toBe('empty');
    expect(await cache.get('0', () => Promise.resolve('made again'))).toBe('made again');
  });
});
