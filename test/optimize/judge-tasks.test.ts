/** What the tasks at the end of a job read of its rows. */
import { expect, it } from 'vitest';
import { fieldTask, pboTask } from '../../src/optimize/engine/judge-tasks.ts';
import { shareRange } from '../../src/optimize/engine/shared-range.ts';
import { SLICE_COLUMNS, sliceOffset } from '../../src/optimize/figures.ts';
import { blockReturns, countOverfitted, readField, splitPairs } from '../../src/optimize/honesty/index.ts';
import { planSegments } from '../../src/optimize/segments.ts';
import { walkForwardFolds } from '../../src/optimize/walk-forward.ts';
import { seededRandom } from '../support/random.ts';
import { rowOf } from './honesty/rows.ts';

const BARS = 500;
const SEGMENTS = planSegments(walkForwardFolds(BARS, { nSplits: 5, trainRatio: 0.7 }, 1));
const PAIRS = { from: 0, to: splitPairs(SEGMENTS.blocks) };
const CONTEXT = { isCancelled: () => false, report: () => undefined };

/** Noise around a drift; an order was filled in the last test slice, or in training only. */
function combination(seed: number, drift: number, { isTested }: { readonly isTested: boolean }): Float64Array {
  const random = seededRandom(seed);
  const row = rowOf(
    Array.from({ length: BARS }, () => 0.02 * (random() - 0.5) + drift),
    SEGMENTS,
  );
  const slice = 2 * SEGMENTS.folds - (isTested ? 1 : 2);
  row[sliceOffset(slice) + SLICE_COLUMNS.indexOf('fills')] = 1;
  return row;
}

it('takes what was filled in no test slice for evaluated, and not for ranked', async () => {
  const ranked = [0.0003, 0.0002, 0.0001].map((drift, seed) => combination(seed, drift, { isTested: true }));
  // The best of all in training and, by its moments, in test.
  const idle = combination(9, 0.01, { isTested: false });
  const notSimulated = combination(10, 0.02, { isTested: true });
  const all = [...ranked, notSimulated, idle];
  const rows = Float64Array.from(all.flatMap((row) => [...row]));
  const group = { rows, segments: SEGMENTS, evaluated: Int32Array.of(0, 1, 2, 4) };

  const tally = await pboTask.run({ ...group, pairs: shareRange(PAIRS) }, CONTEXT);
  const field = await fieldTask.run({ ...group, periodsPerYear: 252 }, CONTEXT);

  const blocks = blockReturns(ranked, SEGMENTS);
  expect(blocks).not.toBeNull();
  if (blocks !== null) expect(tally).toEqual(countOverfitted(blocks, [PAIRS]));
  expect(tally.overfitted).toBeGreaterThan(0);
  const reading = { plan: SEGMENTS, periodsPerYear: 252, evaluated: [...ranked, idle] };
  expect(field).toEqual(readField({ ...reading, ranked }));
  expect(field).not.toEqual(readField({ ...reading, ranked: reading.evaluated }));
});

it('counts no splits of a single ranked combination', async () => {
  const rows = combination(1, 0.001, { isTested: true });
  const group = { rows, segments: SEGMENTS, evaluated: Int32Array.of(0) };

  expect(await pboTask.run({ ...group, pairs: shareRange(PAIRS) }, CONTEXT)).toEqual({ overfitted: 0, splits: 0 });
});
