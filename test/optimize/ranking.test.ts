import { describe, expect, test } from 'vitest';
import type { CombinationOutcome, SliceMetrics } from '../../src/optimize/evaluate-combination.ts';
import { rankOutcomes } from '../../src/optimize/ranking.ts';

const idle: SliceMetrics = { sharpe: 0, totalReturn: 0, maxDrawdown: 0, winRate: 0, trades: 0, fills: 0 };

function skip(index: number): CombinationOutcome {
  return { index, params: {}, status: 'skipped', reason: `no ${index}` };
}

/** An evaluated combination with these test slices; what is not given is as after one uneventful trade. */
function evaluated(index: number, tests: readonly Partial<SliceMetrics>[]): CombinationOutcome {
  const folds = tests.map((given) => ({ train: idle, test: { ...idle, trades: 1, fills: 2, ...given } }));
  return { index, params: { id: index }, status: 'evaluated', folds };
}

function order(outcomes: readonly CombinationOutcome[]): readonly number[] {
  return rankOutcomes(outcomes).ranked.map((combination) => combination.index);
}

describe('the ranking', () => {
  test('averages over the test slices', () => {
    const { ranked } = rankOutcomes([
      evaluated(0, [
        { sharpe: 1, totalReturn: 0.1, maxDrawdown: -0.1, winRate: 1, trades: 2 },
        { sharpe: 3, totalReturn: -0.2, maxDrawdown: -0.3, winRate: 0, trades: 5 },
      ]),
    ]);

    expect(ranked[0]).toMatchObject({
      rank: 1,
      meanSharpe: 2,
      sharpeStd: expect.closeTo(Math.SQRT2, 12),
      meanReturn: expect.closeTo(-0.05, 12),
      maxDrawdown: -0.3,
      meanWinRate: 0.5,
      trades: 7,
    });
  });

  test('has no spread of Sharpes for one fold', () => {
    expect(rankOutcomes([evaluated(0, [{ sharpe: 2 }])]).ranked[0]?.sharpeStd).toBe(0);
  });

  test('puts the higher mean Sharpe first', () => {
    expect(
      order([evaluated(0, [{ sharpe: -1 }]), evaluated(1, [{ sharpe: 2 }]), evaluated(2, [{ sharpe: 1 }])]),
    ).toEqual([1, 2, 0]);
  });

  test('breaks ties by the shallower drawdown, then by fewer trades, then by the order of the grid', () => {
    const outcomes = [
      evaluated(3, [{ maxDrawdown: -0.1, trades: 3 }]),
      evaluated(2, [{ maxDrawdown: -0.1, trades: 3 }]),
      evaluated(1, [{ maxDrawdown: -0.1, trades: 2 }]),
      evaluated(0, [{ maxDrawdown: -0.2, trades: 1 }]),
    ];

    expect(order(outcomes)).toEqual([1, 2, 3, 0]);
    expect(order(outcomes.toReversed())).toEqual([1, 2, 3, 0]);
  });

  test('leaves out what never filled in a test slice, whatever happened in training', () => {
    const still = evaluated(0, [
      { fills: 0, trades: 0 },
      { fills: 0, trades: 0 },
    ]);
    const once = evaluated(1, [
      { fills: 0, trades: 0 },
      { fills: 1, trades: 0, sharpe: -1 },
    ]);

    const { ranked, unranked } = rankOutcomes([still, once]);

    expect(ranked.map((combination) => combination.index)).toEqual([1]);
    expect(unranked).toEqual([{ index: 0, params: { id: 0 }, reason: 'No order was filled in any test slice.' }]);
  });

  test('lists what was skipped with its reason, in the order of the grid', () => {
    expect(rankOutcomes([skip(2), skip(1)]).skipped.map(({ reason }) => reason)).toEqual(['no 1', 'no 2']);
    expect(rankOutcomes([])).toEqual({ ranked: [], skipped: [], unranked: [] });
  });
});
