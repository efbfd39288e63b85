import { describe, expect, test } from 'vitest';
import { parseWalkForward, walkForwardFolds } from '../../src/optimize/walk-forward.ts';

describe('walk-forward windows', () => {
  test('are consecutive, and the last takes the remainder', () => {
    const folds = walkForwardFolds(1258, { nSplits: 5, trainRatio: 0.7 }, 100);

    expect(folds).toHaveLength(5);
    expect(folds[0]).toEqual({ train: { from: 0, to: 175 }, test: { from: 175, to: 251 } });
    // 254 bars: ⌊177.8⌋ = 177 train
    expect(folds[4]).toEqual({ train: { from: 1004, to: 1181 }, test: { from: 1181, to: 1258 } });
  });

  test('round the training down, but not below what the product means', () => {
    // 0.29 · 100 is 28.999999999999996 in binary
    expect(walkForwardFolds(100, { nSplits: 1, trainRatio: 0.29 }, 100)[0]?.train.to).toBe(29);
    expect(walkForwardFolds(101, { nSplits: 1, trainRatio: 0.29 }, 100)[0]?.train.to).toBe(29);
  });

  test('cover every bar once', () => {
    for (const [bars, nSplits] of [
      [100, 1],
      [307, 3],
      [999, 7],
    ] as const) {
      const slices = walkForwardFolds(bars, { nSplits, trainRatio: 0.6 }, 20).flatMap((fold) => [
        fold.train,
        fold.test,
      ]);

      expect(slices[0]?.from).toBe(0);
      expect(slices.at(-1)?.to).toBe(bars);
      for (const [i, slice] of slices.slice(1).entries()) expect(slice.from).toBe(slices[i]?.to);
    }
  });

  test('are refused where bars are missing, saying how many there are and how many it takes', () => {
    expect(() => walkForwardFolds(499, { nSplits: 5, trainRatio: 0.7 }, 100)).toThrow(
      'There are 499 bars; 5 splits of at least 100 bars take 500.',
    );
    expect(walkForwardFolds(500, { nSplits: 5, trainRatio: 0.7 }, 100)).toHaveLength(5);
    expect(() => walkForwardFolds(1258, { nSplits: 1e15, trainRatio: 0.7 }, 100)).toThrow('There are 1258 bars');
  });
});

describe('walk-forward settings', () => {
  test('default to five splits and seventy percent of training', () => {
    expect(parseWalkForward({ nSplits: null })).toEqual({ nSplits: 5, trainRatio: 0.7 });
  });

  test.each([0.1, 0.9])('accept the train ratio %d', (trainRatio) => {
    expect(parseWalkForward({ trainRatio }).trainRatio).toBe(trainRatio);
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuse %d splits', (nSplits) => {
    expect(() => parseWalkForward({ nSplits })).toThrow('nSplits must be an integer of at least 1');
  });

  test.each([0.0999, 0.9001, Number.NaN, -0])('refuse the train ratio %d', (trainRatio) => {
    expect(() => parseWalkForward({ trainRatio })).toThrow('trainRatio must be a number from 0.1 to 0.9');
  });
});
