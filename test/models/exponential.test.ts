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
  });
});

describe.each(['binary', 'regression'] as const)('the derivatives of a %s', (objective) => {
  // An odd number: the last row has no second one beside it.
  const rows = 20_001;

  it('are the same to the bit in either kernel', () => {
    const [plain, wasm] = [openPlainKernel, openWasmKernel].map((open) => {
      const random = seededRandom(8);
      const kernel = open({ rows, features: 1, slots: 1 });
      const { margins, label, weight, derivatives } = kernel.arrays;
      for (let row = 0; row < rows; row++) {
        margins[row] = (row % 3 === 0 ? 2000 : 20) * (random() - 0.5);
        label[row] = random() < 0.5 ? 1 : 0;
        weight[row] = 3 * random();
      }
      kernel.differentiate(objective);
      const answer = derivatives.slice();
      kernel.close();
      return answer;
    });

    expect(new Set(plain).size).toBeGreaterThan(rows);
    expect(wasm).toEqual(plain);
  });
});
