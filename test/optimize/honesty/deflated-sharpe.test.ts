import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { deflatedSharpe } from '../../../src/optimize/honesty/deflated-sharpe.ts';
import { expectedMaxSharpe } from '../../../src/optimize/honesty/expected-max-sharpe.ts';
import { type ReturnShape, returnShape } from '../../../src/optimize/honesty/moments.ts';

/** The example of Bailey & López de Prado: an annual Sharpe of 2.5 over five years of 250 days. */
const PUBLISHED: ReturnShape = {
  count: 1250,
  mean: 2.5 / Math.sqrt(250),
  deviation: 1,
  skewness: -3,
  kurtosis: 10,
};

describe('the deflated Sharpe ratio', () => {
  test.each([
    [100, '0.9004'],
    [46, '0.9505'],
  ])('of the published example with %i trials is %s', (count, expected) => {
    expect(deflatedSharpe(PUBLISHED, { count, variance: 0.5 / 250 })?.toFixed(4)).toBe(expected);
  });

  it('asks nothing more than a positive Sharpe ratio of a single trial, or of trials that do not differ', () => {
    const alone = deflatedSharpe(PUBLISHED, { count: 1, variance: 0.1 });

    expect(alone).toBe(deflatedSharpe(PUBLISHED, { count: 1000, variance: 0 }));
    expect(deflatedSharpe({ ...PUBLISHED, mean: 0 }, { count: 1, variance: 0 })).toBe(0.5);
  });

  it('falls with every further trial and with their variance', () => {
    const of = (count: number, variance: number) => deflatedSharpe(PUBLISHED, { count, variance }) ?? Number.NaN;
    for (let count = 2; count < 1e7; count *= 3) {
      expect(of(count * 3, 0.002)).toBeLessThan(of(count, 0.002));
      expect(of(count, 0.003)).toBeLessThan(of(count, 0.002));
    }
  });

  it('is undefined without variance and for fewer than two bars', () => {
    const trials = { count: 10, variance: 0.001 };

    expect(deflatedSharpe(returnShape([]), trials)).toBeNull();
    expect(deflatedSharpe(returnShape([Float64Array.of(0.01)]), trials)).toBeNull();
    expect(deflatedSharpe(returnShape([new Float64Array(50).fill(0.01)]), trials)).toBeNull();
    expect(deflatedSharpe(returnShape([new Float64Array(50)]), trials)).toBeNull();
  });

  it('is undefined where the estimate of the Sharpe ratio has no variance', () => {
    // γ₃ = 2, γ₄ = γ₃² + 1 = 5, SR = 2/γ₃ = 1: 1 − 2 + 1 = 0.
    const shape = { count: 100, mean: 1, deviation: 1, skewness: 2, kurtosis: 5 };

    expect(deflatedSharpe(shape, { count: 1, variance: 0 })).toBeNull();
  });
});

describe('the expected best Sharpe ratio of trials without skill', () => {
  it('is the known approximation of the largest of N normal variables', () => {
    // mpmath: (1 − γ)·Φ⁻¹(1 − 1/N) + γ·Φ⁻¹(1 − 1/(N·e))
    expect(expectedMaxSharpe({ count: 2, variance: 1 })).toBeCloseTo(0.5197553442805939, 12);
    expect(expectedMaxSharpe({ count: 100, variance: 1 })).toBeCloseTo(2.530602893201682, 12);
    expect(expectedMaxSharpe({ count: 10_000, variance: 1 })).toBeCloseTo(3.8606648555102643, 12);
  });

  it('grows with the deviation of the trials', () => {
    expect(expectedMaxSharpe({ count: 50, variance: 4 })).toBeCloseTo(
      2 * expectedMaxSharpe({ count: 50, variance: 1 }),
    );
  });
});

describe('the shape of a chain of returns', () => {
  it('is the one of the textbook', () => {
    // 1, 2, 3, 4, 10: m₂ = 10, m₃ = 36, m₄ = 278.8; sample variance 12.5.
    const shape = returnShape([Float64Array.of(1, 2), new Float64Array(0), Float64Array.of(3, 4, 10)]);

    expect(shape.count).toBe(5);
    expect(shape.mean).toBe(4);
    expect(shape.deviation).toBeCloseTo(Math.sqrt(12.5), 14);
    expect(shape.skewness).toBeCloseTo(36 / 10 ** 1.5, 14);
    expect(shape.kurtosis).toBeCloseTo(2.788, 14);
  });

  it('does not depend on where the chain is cut, nor on its scale', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 5, maxLength: 60 }),
        fc.nat(59),
        (raw, at) => {
          fc.pre(new Set(raw).size > 1);
          const whole = returnShape([Float64Array.from(raw)]);
          const parts = returnShape([Float64Array.from(raw.slice(0, at)), Float64Array.from(raw.slice(at))]);
          const tiny = returnShape([Float64Array.from(raw, (value) => value * 1e-12)]);

          expect(parts).toEqual(whole);
          expect(Math.abs((tiny.skewness ?? 0) - (whole.skewness ?? 0))).toBeLessThan(1e-9);
          expect(Math.abs((tiny.kurtosis ?? 0) - (whole.kurtosis ?? 0))).toBeLessThan(1e-9);
          // Pearson: kurtosis ≥ skewness² + 1, which keeps the root of the deflated Sharpe ratio real.
          expect(whole.kurtosis ?? 0).toBeGreaterThanOrEqual((whole.skewness ?? 0) ** 2 + 1 - 1e-9);
        },
      ),
    );
  });

  it('has no skewness and no kurtosis without variance', () => {
    const flat = returnShape([new Float64Array(10).fill(0.001)]);

    expect(flat).toMatchObject({ count: 10, mean: 0.001, skewness: null, kurtosis: null });
  });
});
