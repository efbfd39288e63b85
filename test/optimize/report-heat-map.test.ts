/** The landscape of a search: every trial has its cell, and a cell shows the best of those behind it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Axis } from '../../src/optimize/index.ts';
import { MAX_PLACES, placeAxis } from '../../src/optimize/report/axis.ts';
import { heatMapsOf, type MappedTrial } from '../../src/optimize/report/heat-map.ts';
import { turnsOf } from '../support/turns.ts';

function ranked(params: MappedTrial['params'], meanSharpe: number): MappedTrial {
  return { status: 'ranked', params, meanSharpe };
}

describe('an axis', () => {
  it('has the values in order: none, numbers, words', () => {
    const axis = placeAxis('zscore_exit', [0.5, null, -1, 'sma'], [2]);

    expect(axis.labels).toEqual(['none', '-1', '0.5', '2', 'sma']);
    expect([null, -1, 0.5, 2, 'sma', 7, 'ema'].map((value) => axis.placeOf(value))).toEqual([0, 1, 2, 3, 4, -1, -1]);
  });

  it('bins whole numbers in equal steps', () => {
    const axis = placeAxis(
      'window',
      { min: 5, max: 200, step: 1 },
      Array.from({ length: 980 }, (_, at) => (at % 196) + 5),
    );

    expect(axis.labels.slice(0, 2)).toEqual(['5–14', '15–24']);
    expect(axis.labels.at(-1)).toBe('195–200');
    expect([5, 14, 15, 200].map((value) => axis.placeOf(value))).toEqual([0, 0, 1, 19]);
  });

  it('bins a logarithmic range in equal ratios', () => {
    const values = Array.from({ length: 800 }, (_, at) => 0.001 * 10 ** ((at / 799) * 3));
    const axis = placeAxis('threshold', { min: 0.001, max: 1, log: true }, values);

    expect(axis.labels).toHaveLength(MAX_PLACES);
    expect(axis.labels[0]).toBe('0.001–0.00141');
    expect(axis.placeOf(Math.sqrt(0.001))).toBe(10);
  });

  it('has fewer bins for few combinations, but never bins a list that fits', () => {
    const range = placeAxis(
      'x',
      { min: 0, max: 1 },
      Array.from({ length: 100 }, (_, at) => at / 99),
    );
    const list = placeAxis(
      'x',
      Array.from({ length: 20 }, (_, at) => at),
      [3, 4],
    );

    expect(range.labels).toHaveLength(7);
    expect(range.labels[0]).toBe('0–0.143');
    expect(list.labels).toHaveLength(20);
  });

  it('gives every value one place, never backwards, whatever the values', () => {
    const numbers = fc.array(
      fc.oneof(fc.integer({ min: -500, max: 500 }), fc.double({ min: -3, max: 3, noNaN: true })),
      {
        minLength: 1,
        maxLength: 80,
      },
    );
    fc.assert(
      fc.property(numbers, fc.boolean(), (values, log) => {
        const axis = placeAxis('x', { min: -500, max: 500, log }, values);
        const places = values.toSorted((a, b) => a - b).map((value) => axis.placeOf(value));

        expect(places.every((place) => place >= 0 && place < axis.labels.length)).toBe(true);
        expect(places).toEqual(places.toSorted((a, b) => a - b));
        expect(axis.labels.length).toBeLessThanOrEqual(MAX_PLACES);
      }),
    );
  });
});

describe('heat maps', () => {
  const space = { a: [1, 2], b: [10, 20, 30], c: ['x', 'y'], fixed: [5] } satisfies Record<string, Axis>;

  it('have the best of the combinations behind each cell, their number, and what has no rank', async () => {
    const trials: readonly MappedTrial[] = [
      ranked({ a: 1, b: 10, c: 'x', fixed: 5 }, 0.5),
      ranked({ a: 1, b: 10, c: 'y', fixed: 5 }, 0.7),
      ranked({ a: 2, b: 30, c: 'x', fixed: 5 }, -0.2),
      { status: 'skipped', params: { a: 2, b: 10, c: 'x', fixed: 5 }, meanSharpe: null },
      { status: 'unranked', params: { a: 2, b: 20, c: 'x', fixed: 5 }, meanSharpe: null },
    ];

    const map = (await heatMapsOf(space, trials)).find(({ x, y }) => x.parameter === 'b' && y?.parameter === 'a');

    expect(map).toMatchObject({
      x: { parameter: 'b', labels: ['10', '20', '30'] },
      y: { parameter: 'a', labels: ['1', '2'] },
      best: [
        [0.7, null, null],
        [null, null, -0.2],
      ],
      ranked: [
        [2, 0, 0],
        [0, 0, 1],
      ],
      skipped: [
        [0, 0, 0],
        [1, 0, 0],
      ],
      unranked: [
        [0, 0, 0],
        [0, 1, 0],
      ],
    });
  });

  it('leave the event loop a turn before each axis and each map', async () => {
    const [turns, maps] = await turnsOf(() => heatMapsOf(space, [ranked({ a: 1, b: 10, c: 'x', fixed: 5 }, 0.5)]));

    expect(maps).toHaveLength(3);
    expect(turns).toBeGreaterThanOrEqual(5);
  });

  it('put the pair first that explains most, and say how much', async () => {
    const noise = [0.02, -0.01, 0.01, -0.02];
    const trials = [1, 2].flatMap((a) =>
      [10, 20, 30].flatMap((b) =>
        ['x', 'y'].map((c, at) => ranked({ a, b, c, fixed: 5 }, a * b + (noise[at + a] ?? 0))),
      ),
    );

    const maps = await heatMapsOf(space, trials);

    expect(maps.map(({ x, y }) => [x.parameter, y?.parameter])).toEqual([
      ['b', 'a'],
      ['b', 'c'],
      ['c', 'a'],
    ]);
    expect(maps[0]?.explained).toBeGreaterThan(0.99);
    expect(maps[0]?.explained).toBeLessThanOrEqual(1);
  });

  it('agree with an analysis of variance by hand', async () => {
    const trials = [
      ranked({ a: 1, b: 10, c: 'x' }, 1),
      ranked({ a: 1, b: 10, c: 'y' }, 3),
      ranked({ a: 2, b: 10, c: 'x' }, 5),
      ranked({ a: 2, b: 10, c: 'y' }, 9),
    ];

    const map = (await heatMapsOf({ a: [1, 2], b: [10, 20], c: ['x', 'y'] }, trials)).find(
      ({ x, y }) => y?.parameter === 'a' && x.parameter === 'b',
    );

    // Within: 2 + 8 over 2 degrees of freedom; around the mean of 4.5: 35 over 3.
    expect(map?.explained).toBeCloseTo(1 - 10 / 2 / (35 / 3), 12);
  });

  it('are one row for one parameter, and none for none', async () => {
    const trials = [ranked({ a: 1 }, 0.5), ranked({ a: 2 }, 0.7)];

    expect(await heatMapsOf({ a: [1, 2] }, trials)).toMatchObject([{ y: null, best: [[0.5, 0.7]], explained: null }]);
    expect(await heatMapsOf({ a: [1] }, [ranked({ a: 1 }, 0.5)])).toEqual([]);
  });

  it('lose no trial and invent none, whatever was searched', async () => {
    const value = fc.integer({ min: 0, max: 60 });
    const trial = fc.record({
      status: fc.constantFrom('ranked' as const, 'skipped' as const, 'unranked' as const),
      params: fc.record({ a: value, b: value, c: fc.constantFrom('x', 'y') }),
      score: fc.double({ min: -5, max: 5, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(trial, { minLength: 1, maxLength: 200 }), async (drawn) => {
        const trials = drawn.map(({ score, ...rest }) => ({
          ...rest,
          meanSharpe: rest.status === 'ranked' ? score : null,
        }));
        const best = Math.max(...trials.map(({ meanSharpe }) => meanSharpe ?? -Infinity));

        for (const map of await heatMapsOf({ a: { min: 0, max: 60, step: 1 }, b: [1, 2], c: ['x', 'y'] }, trials)) {
          const counted = [map.ranked, map.unranked, map.skipped].flat(2).reduce((sum, count) => sum + count, 0);
          expect(counted).toBe(trials.length);
          expect(Math.max(...map.best.flat().map((cell) => cell ?? -Infinity))).toBe(best);
          expect(map.best.flat().map((cell) => cell !== null)).toEqual(map.ranked.flat().map((count) => count > 0));
        }
      }),
    );
  });
});
