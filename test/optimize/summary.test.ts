/** What is read from a row in one pass equals, to the bit, what its parts come to one after the other. */
import { expect, test } from 'vitest';
import { mean, sampleDeviation } from '../../src/backtest/index.ts';
import { sliceMetrics, summarize } from '../../src/optimize/engine/summary.ts';
import {
  mergeMoments,
  NO_MOMENTS,
  rowWidth,
  segmentMoments,
  segmentOffset,
  sliceMoments,
  sliceOffset,
  testMoments,
} from '../../src/optimize/figures.ts';
import { planSegments, type SegmentPlan } from '../../src/optimize/segments.ts';
import { walkForwardFolds } from '../../src/optimize/walk-forward.ts';
import { seededRandom } from '../support/random.ts';

const settings = { periodsPerYear: 252 };

/** Figures of any size, also without trades and without a deviation. */
function randomRow(plan: SegmentPlan, random: () => number): Float64Array {
  const row = new Float64Array(rowWidth(plan));
  for (let slice = 0; slice < 2 * plan.folds; slice++) {
    const trades = Math.floor(4 * random());
    row.set([random() - 0.5, -random(), trades, Math.floor((trades + 1) * random()), 1], sliceOffset(slice));
  }
  for (const segment of plan.sliceOf.keys()) {
    const scale = 10 ** (-6 * random());
    row.set([scale * (random() - 0.5), random() < 0.1 ? 0 : scale * scale * random()], segmentOffset(plan, segment));
  }
  return row;
}

const rows = Array.from({ length: 200 }, (_, seed) => {
  const random = seededRandom(seed);
  const nSplits = 1 + Math.floor(8 * random());
  const bars = nSplits * (10 + Math.floor(300 * random()));
  const plan = planSegments(walkForwardFolds(bars, { nSplits, trainRatio: 0.2 + 0.6 * random() }, 1));
  return { plan, row: randomRow(plan, random), seed };
});

test('the moments of slices and of their chain are those of their segments, merged in turn', () => {
  for (const { plan, row, seed } of rows) {
    const merged = (isIn: (slice: number) => boolean) =>
      [...plan.sliceOf.entries()]
        .filter(([, slice]) => isIn(slice))
        .reduce((sum, [segment]) => mergeMoments(sum, segmentMoments(row, plan, segment)), NO_MOMENTS);

    for (let slice = 0; slice < 2 * plan.folds; slice++) {
      const found = { ...sliceMoments(row, plan, slice) };
      expect(found, `seed ${seed}, slice ${slice}`).toEqual(merged((each) => each === slice));
    }
    expect({ ...testMoments(row, plan) }, `seed ${seed}`).toEqual(merged((each) => each % 2 === 1));
  }
});

test('a summary has the means, the spread, the worst and the total of the test slices', () => {
  for (const { plan, row, seed } of rows) {
    const reading = { segments: plan, settings };
    const tests = Array.from({ length: plan.folds }, (_, fold) => sliceMetrics(row, reading, 2 * fold + 1));
    const columnOf = (name: 'sharpe' | 'totalReturn' | 'winRate') => Float64Array.from(tests, (each) => each[name]);

    expect(summarize(row, reading), `seed ${seed}`).toEqual({
      meanSharpe: mean(columnOf('sharpe')),
      sharpeStd: plan.folds < 2 ? 0 : sampleDeviation(columnOf('sharpe')),
      meanReturn: mean(columnOf('totalReturn')),
      maxDrawdown: Math.min(...tests.map((each) => each.maxDrawdown)),
      meanWinRate: mean(columnOf('winRate')),
      trades: tests.reduce((sum, each) => sum + each.trades, 0),
    });
  }
});
