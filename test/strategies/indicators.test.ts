import { describe, expect, test } from 'vitest';
import { CompensatedSum, computeIndicators, type IndicatorKind, indicatorKey } from '../../src/strategies/index.ts';
import { rollingDeviation } from '../../src/strategies/indicators/rolling-moments.ts';
import { seededRandom } from '../support/random.ts';
import { flatBars, randomBars } from '../support/series.ts';

function indicator(kind: IndicatorKind, window: number, prices: readonly number[]): number[] {
  const spec = { kind, window, series: [0] };
  return [...(computeIndicators([spec], [flatBars(prices)]).get(indicatorKey(spec)) ?? [])];
}

function deviation(window: number, prices: readonly number[]): number[] {
  const out = new Float64Array(prices.length);
  rollingDeviation({ values: Float64Array.from(prices), window, out });
  return [...out];
}

describe('moving averages', () => {
  test('of a window are undefined until it is full', () => {
    expect(indicator('sma', 3, [1, 2, 6, 4])).toEqual([Number.NaN, Number.NaN, 3, 4]);
    expect(indicator('sma', 1, [1, 2])).toEqual([1, 2]);
    expect(indicator('sma', 5, [1, 2])).toEqual([Number.NaN, Number.NaN]);
  });

  test('are the same with windows that reach over many blocks of bars', () => {
    const random = seededRandom(8);
    const prices = Array.from({ length: 7000 }, () => 1 + Math.floor(1000 * random()));
    // Sums of integers are exact.
    const sums = [0];
    for (const price of prices) sums.push((sums.at(-1) ?? 0) + price);

    for (const window of [1, 7, 2048, 2049, 5000, 7000]) {
      const expected = prices.map((_, t) =>
        t < window - 1 ? Number.NaN : ((sums[t + 1] ?? 0) - (sums[t + 1 - window] ?? 0)) / window,
      );
      expect(indicator('sma', window, prices)).toEqual(expected);
    }
  });

  test('of the exponential kind follow their formula over many blocks of bars', () => {
    const random = seededRandom(9);
    const prices = Array.from({ length: 7000 }, () => 100 + random());
    const specs = [3, 20, 100, 500, 2000].map((window) => ({ kind: 'ema' as const, window, series: [0] }));

    const table = computeIndicators(specs, [flatBars(prices)]);

    for (const spec of specs) {
      const alpha = 2 / (spec.window + 1);
      const expected = prices.slice(0, 1);
      for (const price of prices.slice(1)) expected.push(alpha * price + (1 - alpha) * (expected.at(-1) ?? 0));
      expect([...(table.get(indicatorKey(spec)) ?? [])]).toEqual(expected);
    }
  });

  test('of the exponential kind start at the first close', () => {
    // α = 2/(3+1) = ½: 8, ½·4 + ½·8 = 6, ½·10 + ½·6 = 8
    expect(indicator('ema', 3, [8, 4, 10])).toEqual([8, 6, 8]);
  });

  test('stay exact after a million bars and a price of another magnitude', () => {
    const random = seededRandom(5);
    const prices = Array.from({ length: 1_000_000 }, (_, t) => (t === 1000 ? 1e9 : 1e-3 * (1 + random())));
    const window = 50;

    const means = indicator('sma', window, prices);
    const deviations = deviation(window, prices);

    const last = prices.slice(-window);
    const exact = last.reduce((sum, price) => sum + price, 0) / window;
    const squares = last.reduce((sum, price) => sum + (price - exact) ** 2, 0);
    expect(Math.abs((means.at(-1) ?? 0) / exact - 1)).toBeLessThan(1e-14);
    expect(Math.abs((deviations.at(-1) ?? 0) / Math.sqrt(squares / (window - 1)) - 1)).toBeLessThan(1e-12);
  });
});

describe('the rolling standard deviation', () => {
  test('is of the sample', () => {
    // 2, 4, 6: mean 4, squares 4 + 0 + 4 over 2 = 4
    expect(deviation(3, [2, 4, 6])).toEqual([Number.NaN, Number.NaN, 2]);
  });

  test('keeps its digits when it is a millionth of the price', () => {
    const prices = Array.from({ length: 5000 }, (_, t) => 1e6 + (t % 2));

    const deviations = deviation(10, prices).slice(9);

    // five zeros and five ones about ½: √(10·¼/9)
    for (const value of deviations) expect(Math.abs(value / Math.sqrt(2.5 / 9) - 1)).toBeLessThan(1e-14);
  });

  test('is zero for prices that differ by rounding only', () => {
    const prices = Array.from({ length: 40 }, (_, t) => 100 * (1 + (t % 2) * 1e-14));

    expect(deviation(10, prices).slice(9)).toEqual(Array<number>(31).fill(0));
  });

  test('is zero again once a jump has left the window', () => {
    const prices = [...Array<number>(7).fill(1e9), ...Array<number>(20).fill(1e-6)];

    const deviations = deviation(5, prices);

    expect(deviations.slice(7, 11).every((value) => value > 0)).toBe(true);
    expect(deviations.slice(11)).toEqual(Array<number>(16).fill(0));
  });
});

describe('the widening of quotes', () => {
  test('is one in a calm market and while the volatility is undefined', () => {
    expect(indicator('volatilityFactor', 3, [1, 1, 1, 1, 1])).toEqual([1, 1, 1, 1, 1]);
    expect(indicator('volatilityFactor', 3, [1])).toEqual([1]);
  });

  test('is the ratio of the volatility to its mean so far, at least one', () => {
    // returns 0, 0, ½, 0: v = –, 0, √⅛, √⅛ (window 2); mean so far 0, √⅛/2, 2·√⅛/3
    const factors = indicator('volatilityFactor', 2, [1, 1, 1, 1.5, 1.5]);

    expect(factors.slice(0, 3)).toEqual([1, 1, 1]);
    expect(factors[3]).toBeCloseTo(2, 14);
    expect(factors[4]).toBeCloseTo(1.5, 14);
  });
});

describe('the table of indicators', () => {
  test('computes each distinct indicator once, on shared memory', () => {
    const bars = [randomBars(1, { length: 30 }), randomBars(2, { length: 30 })];
    const specs = [
      { kind: 'sma', window: 5, series: [0] },
      { kind: 'sma', window: 5, series: [0] },
      { kind: 'sma', window: 5, series: [1] },
      { kind: 'ratioZscore', window: 5, series: [0, 1] },
    ] as const;

    const table = computeIndicators(specs, bars);

    expect([...table.keys()]).toEqual(['sma:5:0', 'sma:5:1', 'ratioZscore:5:0,1']);
    for (const column of table.values()) expect(column.buffer).toBeInstanceOf(SharedArrayBuffer);
  });
});

test('a compensated sum keeps what a plain sum loses', () => {
  const sum = new CompensatedSum();
  for (const term of [1, 1e100, 1, -1e100]) sum.add(term);

  expect(sum.value).toBe(2);
});
