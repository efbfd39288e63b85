import { describe, expect, it } from 'vitest';
import { binFeatures, type Features, fitBins, MISSING } from '../../src/models/index.ts';
import { seededRandom } from '../support/random.ts';

const NAMES = ['a', 'b'];

describe('bins', () => {
  it('are one per value when there are few, and an edge belongs to the bin on its right', () => {
    const features = tableOf([3, 1, 2, 2, Number.NaN, 1]);
    const edges = fitBins(features, null, 255);

    expect(edges.edges[0]).toEqual(Float64Array.of(2, 3));
    expect(binsOf(features, edges)).toEqual([2, 0, 1, 1, MISSING, 0]);
    expect(binsOf(tableOf([-9, 1.5, 2, 2.9, 99, Infinity]), edges)).toEqual([0, 0, 1, 1, 2, MISSING]);
  });

  it('hold equally many values when there are many', () => {
    const features = tableOf(Array.from({ length: 1000 }, (_, i) => (i * 617) % 1000));
    const bins = binsOf(features, fitBins(features, null, 10));

    expect(new Set(bins).size).toBe(10);
    for (let bin = 0; bin < 10; bin++) expect(bins.filter((each) => each === bin)).toHaveLength(100);
  });

  it('give a value that fills several one of its own', () => {
    const features = tableOf(Array.from({ length: 100 }, (_, i) => (i < 60 ? 0 : i)));
    const edges = fitBins(features, null, 5);

    expect(edges.edges[0]).toEqual(Float64Array.of(60, 80));
  });

  it('know nothing of rows that they were not fitted on', () => {
    const rows = Int32Array.of(0, 1, 2);

    const fitted = fitBins(tableOf([1, 2, 3, 4, 5, 6]), rows, 255);
    expect(fitted).toEqual(fitBins(tableOf([1, 2, 3, 40, -50, Number.NaN]), rows, 255));
    expect(fitted.hash).not.toBe(fitBins(tableOf([1, 2, 4]), null, 255).hash);
  });

  it('are none of a column without values', () => {
    const features = tableOf([Number.NaN, Number.NaN]);

    expect(binsOf(features, fitBins(features, null, 255))).toEqual([MISSING, MISSING]);
  });

  it.each([
    ['both signs', (x: number) => Math.trunc(1e4 * (x - 0.5)) / 7],
    ['one sign', (x: number) => 5 + x],
    ['none positive', (x: number) => -(x ** 3)],
    ['all magnitudes', (x: number) => (x - 0.4) * 10 ** (600 * x - 300)],
    ['next to the largest number', (x: number) => (x < 0.5 ? -1 : 1) * Number.MAX_VALUE * x],
  ])('are cut at the same quantiles, and found, as by definition: %s', (_, valueOf) => {
    const random = seededRandom(7);
    const values = Array.from({ length: 5000 }, () => valueOf(random()));
    const features = tableOf(values);
    const edges = fitBins(features, null, 100);

    const sorted = values.toSorted((a, b) => a - b);
    const quantiles = Array.from({ length: 99 }, (_each, bin) => sorted[Math.floor(((bin + 1) * 5000) / 100)] ?? 0);
    const cuts = [...new Set(quantiles)].filter((cut) => cut > (sorted[0] ?? 0));
    expect(cuts.length).toBeGreaterThan(90);
    expect([...(edges.edges[0] ?? [])]).toEqual(cuts);
    expect(binsOf(features, edges)).toEqual(values.map((value) => cuts.filter((cut) => cut <= value).length));
  });

  it('are refused for other features', () => {
    const features = tableOf([1, 2, 3]);

    expect(() => binFeatures({ ...features, names: ['b', 'a'] }, fitBins(features, null, 255))).toThrow(
      'the edges that were fitted',
    );
  });
});

/** The values as feature `a`, zeros as `b`. */
function tableOf(values: readonly number[]): Features {
  return { names: NAMES, rows: values.length, values: Float64Array.from([...values, ...values.map(() => 0)]) };
}

function binsOf(features: Features, edges: ReturnType<typeof fitBins>): readonly number[] {
  return [...binFeatures(features, edges).bins.slice(0, features.rows)];
}
