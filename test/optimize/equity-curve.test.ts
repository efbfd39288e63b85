/** What a thinned curve still shows. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { equityCurve, slicesOf } from '../../src/optimize/engine/equity-curve.ts';
import { walkForwardFolds } from '../../src/optimize/walk-forward.ts';
import { seededRandom } from '../support/random.ts';

const CAPITAL = 100_000;
const DAY_MS = 86_400_000;

interface Walk {
  readonly seed: number;
  readonly bars: number;
  readonly nSplits: number;
  /** Whether it rises so fast that what is deepest below the peak is above most of what was before. */
  readonly isRising: boolean;
}

/** A walk of so many bars, which repeats values now and then, cut as a job cuts it. */
function curveOf({ seed, bars, nSplits, isRising }: Walk) {
  const random = seededRandom(seed);
  const slices = slicesOf(walkForwardFolds(bars, { nSplits, trainRatio: 0.7 }, 1)).map((slice) => {
    let value = CAPITAL;
    const equity = Float64Array.from({ length: slice.to - slice.from }, () => {
      const step = Math.round(3 * (random() - 0.5)) / 100;
      value *= 1 + (isRising && step > 0 ? 10 * step : step);
      return value;
    });
    return { ...slice, equity };
  });
  return { slices, points: equityCurve(slices, { initialCapital: CAPITAL, series: seriesOf(bars) }).points };
}

/** So many days. */
function seriesOf(bars: number) {
  const time = Float64Array.from({ length: bars }, (_, bar) => bar * DAY_MS);
  const none = new Float64Array(bars);
  const prices = { open: none, high: none, low: none, close: none, volume: none };
  return { ...prices, time, symbol: 'AAA', interval: '1d' as const, source: 'test' };
}

/** Up to 90 slices of train and test bars. */
const fewSlices = fc.record({
  seed: fc.nat(),
  bars: fc.integer({ min: 500, max: 12_000 }),
  nSplits: fc.integer({ min: 1, max: 45 }),
  isRising: fc.boolean(),
});

it('shows the highest, the lowest and the deepest of every slice, in order, with few points', () => {
  let thinned = 0;
  fc.assert(
    fc.property(fewSlices, (input) => {
      const { slices, points } = curveOf(input);

      for (const { equity, from, fold, part } of slices) {
        const depths = drawdownsOf(equity);
        const shown = points.filter((point) => point.fold === fold && point.part === part);
        const equities = shown.map((point) => point.equity);
        expect(Math.max(...equities)).toBe(Math.max(...equity));
        expect(Math.min(...equities)).toBe(Math.min(...equity));
        expect(Math.min(...shown.map(({ drawdown }) => drawdown))).toBe(Math.min(...depths));
        const bars = shown.map(({ time }) => Date.parse(time) / DAY_MS - from);
        expect(shown.map(({ drawdown }) => drawdown)).toEqual(bars.map((bar) => depths[bar]));
        expect([equities[0], equities.at(-1)]).toEqual([equity[0], equity.at(-1)]);
      }
      expect(isAscending(points.map(({ time }) => time))).toBe(true);
      // Two of each stretch, and of each slice two more of the stretch that it cuts, and three of its own.
      expect(points.length).toBeLessThanOrEqual(1802 + 5 * slices.length);
      if (input.bars <= 1800) expect(points).toHaveLength(input.bars);
      else if (points.length < input.bars) thinned += 1;
    }),
    { seed: 11, numRuns: 40 },
  );
  expect(thinned).toBeGreaterThan(20);
});

it('shows the first of drawdowns that are equally deep', () => {
  const bars = 4000;
  const equity = new Float64Array(bars).fill(3 * CAPITAL);
  // Stretches of five bars; the lowest of either of these is not its deepest, 0.4 of the peak before it.
  equity.set([1, 0.5, 2, 0.8, 2].map((times) => times * CAPITAL));
  equity.fill(2 * CAPITAL, 5, 2000);
  equity.set(
    [0.9, 3, 1.2, 3, 3].map((times) => times * CAPITAL),
    2000,
  );

  const slices = [{ equity, from: 0, fold: 1, part: 'test' as const }];
  const { points } = equityCurve(slices, { initialCapital: CAPITAL, series: seriesOf(bars) });

  const deepest = Math.min(...points.map(({ drawdown }) => drawdown));
  expect(deepest).toBe(0.4 - 1);
  expect(points.filter(({ drawdown }) => drawdown === deepest).map((point) => point.equity)).toEqual([0.8 * CAPITAL]);
});

it('is no longer for many short slices', () => {
  const { slices, points } = curveOf({ seed: 1, bars: 40_000, nSplits: 3000, isRising: false });

  expect(slices).toHaveLength(6000);
  expect(points.length).toBeGreaterThan(500);
  expect(points.length).toBeLessThanOrEqual(1802);
  expect(isAscending(points.map(({ time }) => time))).toBe(true);
});

function drawdownsOf(equity: Float64Array): readonly number[] {
  let peak = CAPITAL;
  return Array.from(equity, (value) => {
    peak = Math.max(peak, value);
    return value / peak - 1;
  });
}

/** ISO dates have the order of their texts. */
function isAscending(times: readonly string[]): boolean {
  return times.every((time, place) => place === 0 || time > (times[place - 1] ?? ''));
}
