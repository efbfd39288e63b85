/** Nothing that is trained knows what comes after its training rows: neither bins, nor trees, nor scores. */
import { expect, it } from 'vitest';
import type { Bars } from '../../../src/market/index.ts';
import { computed, edgeBars, tuningJob } from '../../support/edge-bars.ts';

const GRID = { n_estimators: [5, 10], max_depth: 3, subsample: 0.7 };
const bars = edgeBars(7, { length: 700, probability: 0.6 });

/** The same bars up to `from`, and others from there on. */
function changedFrom(from: number): Bars {
  const other = edgeBars(8, { length: 700, probability: 0.5 });
  const spliced = (mine: Float64Array, theirs: Float64Array) =>
    mine.map((value, t) => (t < from ? value : (theirs[t] ?? 0) * 3));
  return {
    ...bars,
    open: spliced(bars.open, other.open),
    high: spliced(bars.high, other.high),
    low: spliced(bars.low, other.low),
    close: spliced(bars.close, other.close),
    volume: spliced(bars.volume, other.volume),
  };
}

it('the model that is kept is the same to the byte whatever happens on the hold-out', async () => {
  const whole = await tuningJob([bars], { paramGrid: GRID });
  const { cut, firstBar } = whole.job;

  const { final, findings } = await computed(whole);
  const other = await computed(await tuningJob([changedFrom(firstBar + cut.holdout.test.from)], { paramGrid: GRID }));

  expect(Buffer.from(other.final.bytes).equals(Buffer.from(final.bytes))).toBe(true);
  expect(other.findings.trading).toEqual(findings.trading);
  expect(other.findings.holdout).not.toEqual(findings.holdout);
});

it('the scores of a fold are the same whatever comes after its test slice and the horizon', async () => {
  const whole = await tuningJob([bars], { paramGrid: GRID });
  const { cut, firstBar, featureConfig } = whole.job;
  await computed(whole);

  for (const fold of [0, 2]) {
    const until = firstBar + (cut.folds[fold]?.test.to ?? 0) + featureConfig.horizon;
    const changed = await tuningJob([changedFrom(until)], { paramGrid: GRID });
    await computed(changed);
    for (const index of [0, 1]) {
      const scores = (figures: typeof whole.figures) => [...figures.row(index, fold)].slice(0, -1);
      expect(scores(changed.figures)).toEqual(scores(whole.figures));
    }
    expect([...changed.figures.row(0, fold + 1)].slice(0, -1)).not.toEqual(
      [...whole.figures.row(0, fold + 1)].slice(0, -1),
    );
  }
});
