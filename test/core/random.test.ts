import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/core/index.ts';

const draws = (count: number, draw: () => number): number[] => Array.from({ length: count }, draw);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('seeded randomness', () => {
  it('repeats its sequence for the same seed and not for another', () => {
    const first = seededRandom('a');
    const again = seededRandom('a');
    const other = seededRandom('b');

    const sequence = draws(100, () => first.uniform());

    expect(draws(100, () => again.uniform())).toEqual(sequence);
    expect(draws(100, () => other.uniform())).not.toEqual(sequence);
  });

  it('is uniform strictly between 0 and 1', () => {
    const random = seededRandom('uniform');

    const values = draws(50_000, () => random.uniform());

    expect(Math.min(...values)).toBeGreaterThan(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(mean(values)).toBeCloseTo(0.5, 2);
    expect(mean(values.map((value) => (value - 0.5) ** 2))).toBeCloseTo(1 / 12, 2);
  });

  it('has normal deviates with the moments of the normal distribution', () => {
    const random = seededRandom('normal');

    const values = draws(50_000, () => random.normal());

    expect(mean(values)).toBeCloseTo(0, 1);
    expect(mean(values.map((value) => value ** 2))).toBeCloseTo(1, 1);
    expect(Math.abs(mean(values.map((value) => value ** 4)) - 3)).toBeLessThan(0.2);
    expect(values.filter((value) => Math.abs(value) < 1.959964).length / values.length).toBeCloseTo(0.95, 2);
  });

  it('gives unrelated streams to seeds that differ little', () => {
    const left = seededRandom('SPY 1');
    const right = seededRandom('SPY 2');

    const products = draws(20_000, () => left.normal() * right.normal());

    expect(Math.abs(mean(products))).toBeLessThan(0.03);
  });
});
