import { describe, expect, test } from 'vitest';
import { rank } from '../../src/optimize/engine/ranking.ts';
import { sliceMetrics, summarize } from '../../src/optimize/engine/summary.ts';
import { rowWidth, segmentOffset, sliceOffset } from '../../src/optimize/figures.ts';
import type { SliceMetrics } from '../../src/optimize/index.ts';
import { planSegments } from '../../src/optimize/segments.ts';
import { walkForwardFolds } from '../../src/optimize/walk-forward.ts';

/** Four bars a year, so that √A is 2. */
const settings = { periodsPerYear: 4 };
const UNEVENTFUL = { sharpe: 0, totalReturn: 0, maxDrawdown: 0, winRate: 0, trades: 1, fills: 2 };

function planOf(folds: number) {
  return planSegments(walkForwardFolds(20 * folds, { nSplits: folds, trainRatio: 0.5 }, 1));
}

/** A row with these test slices; what is not given is as after one uneventful trade. Nothing happened in training. */
function rowOf(tests: readonly Partial<SliceMetrics>[]): Float64Array {
  const segments = planOf(tests.length);
  const row = new Float64Array(rowWidth(segments));
  for (const [fold, given] of tests.entries()) {
    const { sharpe, totalReturn, maxDrawdown, winRate, trades, fills } = { ...UNEVENTFUL, ...given };
    row.set([totalReturn, maxDrawdown, trades, winRate * trades, fills], sliceOffset(2 * fold + 1));
    for (const [segment, slice] of segments.sliceOf.entries()) {
      if (slice !== 2 * fold + 1) continue;
      // A sample deviation of 1 over the 10 bars of the slice, whose mean is then the Sharpe ratio per bar.
      const bars = (segments.borders[segment + 1] ?? 0) - (segments.borders[segment] ?? 0);
      row.set([sharpe / 2, (9 * bars) / 10], segmentOffset(segments, segment));
    }
  }
  return row;
}

function ranking(rows: readonly Float64Array[], folds = 1) {
  const reading = { segments: planOf(folds), settings };
  return rank([...rows.keys()], (index) => rows[index] ?? new Float64Array(), reading);
}

function order(rows: readonly Float64Array[]): readonly number[] {
  return ranking(rows).ranked.map(({ index }) => index);
}

describe('the ranking', () => {
  test('averages over the test slices', () => {
    const row = rowOf([
      { sharpe: 1, totalReturn: 0.1, maxDrawdown: -0.1, winRate: 1, trades: 2 },
      { sharpe: 3, totalReturn: -0.2, maxDrawdown: -0.3, winRate: 0, trades: 5 },
    ]);

    expect(summarize(row, { segments: planOf(2), settings })).toEqual({
      meanSharpe: expect.closeTo(2, 12),
      sharpeStd: expect.closeTo(Math.SQRT2, 12),
      meanReturn: expect.closeTo(-0.05, 12),
      maxDrawdown: -0.3,
      meanWinRate: 0.5,
      trades: 7,
    });
  });

  test('lets what differs in the last bits only tie', () => {
    const shaken = [1 + 4e-15, 1, 1 + 2e-15].map((sharpe) => rowOf([{ sharpe, maxDrawdown: -0.1 - sharpe * 1e-16 }]));

    expect(order(shaken)).toEqual([0, 1, 2]);
    expect(order(shaken.toReversed())).toEqual([0, 1, 2]);
  });

  test('reads every slice with its win rate, which is 0 without trades', () => {
    const row = rowOf([{ trades: 4, winRate: 0.25 }, { trades: 0 }]);
    const reading = { segments: planOf(2), settings };

    expect([1, 3, 0].map((slice) => sliceMetrics(row, reading, slice).winRate)).toEqual([0.25, 0, 0]);
  });

  test('has no spread of Sharpes for one fold', () => {
    expect(ranking([rowOf([{ sharpe: 2 }])]).ranked[0]?.sharpeStd).toBe(0);
  });

  test('puts the higher mean Sharpe first', () => {
    expect(order([rowOf([{ sharpe: -1 }]), rowOf([{ sharpe: 2 }]), rowOf([{ sharpe: 1 }])])).toEqual([1, 2, 0]);
  });

  test('breaks ties by the shallower drawdown, then by fewer trades, then by the order of the grid', () => {
    const rows = [
      rowOf([{ maxDrawdown: -0.2, trades: 1 }]),
      rowOf([{ maxDrawdown: -0.1, trades: 2 }]),
      rowOf([{ maxDrawdown: -0.1, trades: 3 }]),
      rowOf([{ maxDrawdown: -0.1, trades: 3 }]),
    ];

    expect(order(rows)).toEqual([1, 2, 3, 0]);
    expect(order(rows.toReversed())).toEqual([2, 0, 1, 3]);
  });

  test('leaves out what never filled in a test slice, whatever happened in training', () => {
    const still = rowOf([
      { fills: 0, trades: 0 },
      { fills: 0, trades: 0 },
    ]);
    still[sliceOffset(0) + 4] = 8;
    const once = rowOf([
      { fills: 0, trades: 0 },
      { fills: 1, trades: 0, sharpe: -1 },
    ]);

    const { ranked, unranked } = ranking([still, once], 2);

    expect(ranked.map(({ index }) => index)).toEqual([1]);
    expect(unranked).toEqual([0]);
  });

  test('is empty of nothing', () => {
    expect(ranking([])).toEqual({ ranked: [], unranked: [] });
  });
});
