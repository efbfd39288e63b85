/** Folds grow in time, and no label of what is learned looks into what is tested. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutBars, defaultEmbargo } from '../../../src/optimize/tuning/cut.ts';

describe('a cut', () => {
  it('trains on all before, tests on equal blocks, and leaves the last 15 % to the hold-out', () => {
    const { folds, holdout, gapBars } = cutBars(1000, { nSplits: 4, horizon: 5, embargoBars: 10 }, 100);

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
            cut = cutBars(bars, { nSplits, horizon, embargoBars }, 1);
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

  it('is refused when the slices are too short, with the bars that it takes', () => {
    const settings = { nSplits: 5, horizon: 1, embargoBars: 2 };
    let required = 0;
    try {
      cutBars(600, settings, 100);
    } catch (error) {
      expect(error).toMatchObject({
        code: 'VALIDATION',
        message: expect.stringMatching(
          /There are 600 bars .* 5 splits of at least 100 bars, 3 bars before each .* take 731/,
        ),
        facts: { observed: 600, required: 731, limit: 731 },
      });
      required = 731;
    }
    expect(() => cutBars(required, settings, 100)).not.toThrow();
    expect(() => cutBars(required - 2, settings, 100)).toThrow();
  });

  it('has an embargo of one bar in a hundred', () => {
    expect([defaultEmbargo(1258), defaultEmbargo(100), defaultEmbargo(0)]).toEqual([13, 1, 0]);
  });
});
