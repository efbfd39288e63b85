/** Against 20 digits computed with mpmath at 40. */
import { describe, expect, it, test } from 'vitest';
import { normalCdf, normalQuantile } from '../../../src/optimize/honesty/normal.ts';

/** x, Φ(x). */
const CDF: readonly (readonly [number, number])[] = [
  [0, 0.5],
  [0.1, 0.539827837277029],
  [0.5, 0.6914624612740131],
  [0.6, 0.7257468822499265],
  [0.67, 0.7485711049046899],
  [0.68, 0.7517477695464295],
  [1, 0.8413447460685429],
  [1.5, 0.9331927987311419],
  [1.96, 0.9750021048517795],
  [2, 0.9772498680518208],
  [3, 0.9986501019683699],
  [4, 0.9999683287581669],
  [5, 0.9999997133484281],
  [5.6, 0.9999999892824097],
  [6, 0.9999999990134123],
  [8, 0.9999999999999993],
  [-0.25, 0.4012936743170763],
  [-1, 0.15865525393145705],
  [-2, 0.02275013194817921],
  [-3, 0.0013498980316300946],
  [-4, 3.1671241833119924e-5],
  [-5, 2.866515718791939e-7],
  [-5.7, 5.990371401063528e-9],
  [-6, 9.86587645037698e-10],
  [-7, 1.279812543885835e-12],
  [-8, 6.220960574271784e-16],
  [-10, 7.619853024160525e-24],
  [-20, 2.7536241186062337e-89],
  [-37, 5.725571222524577e-300],
];

/** p, Φ⁻¹(p). */
const QUANTILE: readonly (readonly [number, number])[] = [
  [1e-300, -37.0470962993612],
  [1e-100, -21.273453560965326],
  [1e-20, -9.262340089798407],
  [1e-15, -7.941345326170997],
  [6e-16, -8.004451847360402],
  [1e-12, -7.034483825301132],
  [1e-10, -6.361340902404057],
  [1e-8, -5.612001244174789],
  [1e-6, -4.753424308822899],
  [1e-4, -3.7190164854556804],
  [0.001, -3.0902323061678136],
  [0.005, -2.575829303548901],
  [0.01, -2.326347874040841],
  [0.025, -1.9599639845400543],
  [0.05, -1.6448536269514726],
  [0.075, -1.439531470938456],
  [0.1, -1.2815515655446004],
  [0.25, -0.6744897501960817],
  [0.4, -0.2533471031357997],
  [0.49, -0.025068908258711057],
  [0.5, 0],
  [0.6, 0.2533471031357997],
  [0.75, 0.6744897501960817],
  [0.925, 1.4395314709384561],
  [0.95, 1.6448536269514722],
  [0.975, 1.9599639845400538],
  [0.99, 2.3263478740408408],
  [0.995, 2.5758293035489004],
  [0.999, 3.090232306167813],
];

describe('the normal distribution', () => {
  test.each(CDF)('function at %f is right to 1e-14, in the tail relatively to 1e-12', (x, expected) => {
    const found = normalCdf(x);

    expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-14);
    expect(Math.abs(found / expected - 1)).toBeLessThanOrEqual(1e-12);
  });

  test.each(QUANTILE)('quantile at %f is right to 1e-14 relatively', (p, expected) => {
    expect(Math.abs(normalQuantile(p) - expected)).toBeLessThanOrEqual(1e-14 * Math.max(1, Math.abs(expected)));
  });

  it('has a quantile that undoes the function', () => {
    for (let x = -8; x <= 5; x += 0.037) {
      expect(Math.abs(normalQuantile(normalCdf(x)) - x)).toBeLessThan(1e-9);
    }
  });

  it('is symmetric and monotone', () => {
    let before = 0;
    for (let x = -9; x <= 9; x += 0.01) {
      const value = normalCdf(x);
      expect(value).toBeGreaterThanOrEqual(before);
      expect(Math.abs(value + normalCdf(-x) - 1)).toBeLessThan(1e-15);
      before = value;
    }
  });

  it('reaches its ends', () => {
    expect([normalCdf(-Infinity), normalCdf(Infinity), normalCdf(-40)]).toEqual([0, 1, 0]);
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]);
    expect(normalQuantile(-0.1)).toBeNaN();
    expect(normalQuantile(1.1)).toBeNaN();
    expect(normalQuantile(Number.NaN)).toBeNaN();
    expect(normalCdf(Number.NaN)).toBeNaN();
  });
});
