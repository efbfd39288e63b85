/** The exponential of the derivatives, beside that of the engine and beside its twin in the kernel. */
import { describe, expect, it } from 'vitest';
import { exponential } from '../../src/models/exponential.ts';
import { openPlainKernel, openWasmKernel } from '../../src/models/kernel/index.ts';
import { seededRandom } from '../support/random.ts';

const TWO_UNITS = 2 ** -51;

describe('exponential', () => {
  it('is within two units in the last place of Math.exp', () => {
    const random = seededRandom(7);
    const arguments_ = Array.from({ length: 200_000 }, (_, i) => (i % 2 === 0 ? 40 : 1400) * (random() - 0.5));

    const errors = arguments_.map((x) => Math.abs(exponential(x) / Math.exp(x) - 1));
    expect(Math.max(...errors.slice(0, 100_000))).toBeLessThanOrEqual(TWO_UNITS);
    expect(Math.max(...errors.slice(100_000))).toBeLessThanOrEqual(TWO_UNITS);
    expect(exponential(0)).toBe(1);
  });

  it('stops short of 0 and of infinity', () => {
    expect(exponential(-1e9)).toBe(exponential(-708));
    expect(exponential(1e9)).toBe(exponential(709));
    expect(exponential(-1e9)).toBeGreaterThan(0);
    expect(exponential(1e9)).toBeLessThan(Infinity);
    expect(exponential(-Infinity)).toBe(exponential(-708));
    expect(exponential(Infinity)).toBe(exponential(709));
  });

  it('makes no number of what is none', () => {
    expect(exponential(Number.NaN)).toBeNaN();
  });
});

describe.each(['binary', 'regression'] as const)('the derivatives of a %s', (objective) => {
  // An odd number: the last row has no second one beside it.
  const rows = 20_001;

  it('are the same to the bit in either kernel', () => {
    const [plain, wasm] = derivativesOfBoth((random, row) => (row % 3 === 0 ? 2000 : 20) * (random() - 0.5));

    expect(new Set(plain).size).toBeGreaterThan(rows);
    expect(wasm).toEqual(plain);
  });

  it('are the same where a margin is infinite or not a number, which stays none', () => {
    // Neighbours share a vector: each comes to stand in either half, beside each of the others.
    const strange = [Number.NaN, Infinity, -Infinity, 1];
    const [plain, wasm] = derivativesOfBoth((random) => strange[Math.floor(4 * random())] ?? 0);

    // The hessian of a squared error knows no margin.
    const nonesPerRow = objective === 'binary' ? 2 : 1;
    const nones = Array.from(plain ?? []).filter(Number.isNaN).length;
    expect(nones / nonesPerRow / rows).toBeCloseTo(0.25, 1);
    expect(wasm).toEqual(plain);
  });

  function derivativesOfBoth(marginOf: (random: () => number, row: number) => number): readonly Float64Array[] {
    return [openPlainKernel, openWasmKernel].map((open) => {
      const random = seededRandom(8);
      const kernel = open({ rows, features: 1, slots: 1 });
      const { margins, label, weight, derivatives } = kernel.arrays;
      for (let row = 0; row < rows; row++) {
        margins[row] = marginOf(random, row);
        label[row] = random() < 0.5 ? 1 : 0;
        weight[row] = 3 * random();
      }
      kernel.differentiate(objective);
      const answer = derivatives.slice();
      kernel.close();
      return answer;
    });
  }
});
