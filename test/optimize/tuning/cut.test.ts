/** Folds grow in time, and no label of what is learned looks into what is tested. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DomainError } from '../../../src/core/index.ts';
import { type CutRange, cutBars, defaultEmbargo, requireEnoughBars } from '../../../src/optimize/tuning/cut.ts';

/** The bars that a refusal asks for; null when there is none. */
function requiredBars(range: CutRange, minBars: number): number | null {
  try {
    requireEnoughBars(range, minBars);
    return null;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return Number(error.facts?.['required']);
  }
}

describe('a cut', () => {
  it('trains on all before, tests on equal blocks, and leaves the last 15 % to the hold-out', () => {
    const { folds, holdout, gapBars } = cutBars(1000, { nSplits: 4, horizon: 5, embargoBars: 10 });

    expect(gapBars).toBe(15);
    expect(holdout).toEqual({ train: { from: 0, to: 835 }, test: { from: 850, to: 1000 } });
    expect(folds.map(({ test }) => [test.from, test.to])).toEqual([
      [167, 334],
      [334, 501],
      [501, 668],
      [668, 835],
    ]);
    expect(folds.map(({ train }) => [train.from, train.to])).toEqual(
      [167, 334, 501, 668].map((from) => [0, from - 15]),
    );
  });

  it('lets no training label know the bars of its test slice, whatever is asked', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 50, max: 5000 }),
        fc.integer({ min: 2, max: 20 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 0, max: 50 }),
        (bars, nSplits, horizon, embargoBars) => {
          let cut: ReturnType<typeof cutBars>;
          try {
            cut = cutBars(bars, { nSplits, horizon, embargoBars });
          } catch {
            return;
          }
          for (const { train, test } of [...cut.folds, cut.holdout]) {
            expect(train.to - 1 + horizon + embargoBars).toBeLessThan(test.from);
            expect(train.to).toBeGreaterThan(0);
            expect(test.to).toBeGreaterThan(test.from);
            expect(test.to).toBeLessThanOrEqual(bars);
          }
          // What is chosen by ends with its labels before the hold-out begins.
          expect((cut.folds.at(-1)?.test.to ?? 0) - 1 + horizon + embargoBars).toBeLessThan(cut.holdout.test.from);
        },
      ),
      { seed: 20_261_129, numRuns: 300 },
    );
  });

  it('is refused when the slices are too short, with a range that is just long enough', () => {
    fc.assert(
      fc.property(
        fc.record({
          bars: fc.integer({ min: 0, max: 3000 }),
          warmUpBars: fc.integer({ min: 0, max: 200 }),
          horizon: fc.integer({ min: 1, max: 50 }),
          nSplits: fc.integer({ min: 2, max: 60 }),
          embargoBars: fc.option(fc.integer({ min: 0, max: 50 })),
        }),
        fc.integer({ min: 1, max: 200 }),
        (range, minBars) => {
          const required = requiredBars(range, minBars);
          if (required === null) return;
          expect(required).toBeGreaterThan(range.bars);
          expect(requiredBars({ ...range, bars: required }, minBars)).toBeNull();
          expect(requiredBars({ ...range, bars: required - 1 }, minBars)).toBe(required);
          // What was promised holds of the cut itself.
          const { warmUpBars, horizon, nSplits } = range;
          const embargoBars = range.embargoBars ?? defaultEmbargo(required);
          const cut = cutBars(required - warmUpBars - horizon, { nSplits, horizon, embargoBars });
          expect(cut.folds[0]?.train.to).toBeGreaterThanOrEqual(minBars);
        },
      ),
      { seed: 20_261_129, numRuns: 300 },
    );
  });

  it('is refused with the arithmetic, and with what helps', () => {
    const range = { bars: 600, warmUpBars: 103, horizon: 1, nSplits: 5, embargoBars: null };

    expect(() => requireEnoughBars(range, 100)).toThrow(
      'This range has 600 bars, of which 496 have features and a label; 5 splits of at least 100 bars, 7 bars before each and a hold-out of 15 % take a range of 893. Ask for a longer one or for fewer splits.',
    );
    // With 84 splits the embargo of a longer range takes more than the range brings.
    expect(() => requireEnoughBars({ ...range, nSplits: 84 }, 100)).toThrow(
      /no range is long enough for, because the embargo grows with it\. Ask for fewer splits, or for an embargo\./,
    );
  });

  it('has an embargo of one bar in a hundred', () => {
    expect([defaultEmbargo(1258), defaultEmbargo(100), defaultEmbargo(0)]).toEqual([13, 1, 0]);
  });
});
