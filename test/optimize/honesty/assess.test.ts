import { describe, expect, it } from 'vitest';
import {
  type Assessment,
  assess,
  blockReturns,
  countOverfitted,
  gridEdge,
  positiveFolds,
  readField,
  returnShape,
  splitPairs,
  stability,
  VERDICT_THRESHOLDS,
} from '../../../src/optimize/honesty/index.ts';
import { planSegments } from '../../../src/optimize/segments.ts';
import { walkForwardFolds } from '../../../src/optimize/walk-forward.ts';
import { seededRandom } from '../../support/random.ts';
import { rowOf, testedBars } from './rows.ts';

const BARS = 500;
const PLAN = planSegments(walkForwardFolds(BARS, { nSplits: 5, trainRatio: 0.7 }, 1));
const READING = { plan: PLAN, periodsPerYear: 252 };
const SPACE = { window: [10, 20, 30, 40] };

/** What a job has of combinations with these drifts of the return per bar, the last the best. */
function jobOf(drifts: readonly number[], nTrials = drifts.length): Assessment {
  const series = drifts.map((drift, seed) => {
    const random = seededRandom(seed);
    return Array.from({ length: BARS }, () => 0.02 * (random() - 0.5) + drift);
  });
  const rows = series.map((returns) => rowOf(returns, PLAN));
  const best = drifts.length - 1;
  const trials = drifts.map((_, place) => ({ params: { window: 10 * (place + 1) }, meanSharpe: place + 1 }));
  const winner = { params: { window: 10 * drifts.length }, meanSharpe: drifts.length };
  const blocks = blockReturns(rows, PLAN);
  return {
    field: readField({ ...READING, evaluated: rows, ranked: rows }),
    winner: {
      folds: positiveFolds(rows[best] ?? new Float64Array(0), PLAN),
      returns: returnShape([Float64Array.from(testedBars(PLAN), (bar) => series[best]?.[bar] ?? Number.NaN)]),
      stability: stability({ space: SPACE, trials, winner }),
      gridEdge: gridEdge({ space: SPACE, winner }),
    },
    nTrials,
    pbo: blocks === null ? null : countOverfitted(blocks, [{ from: 0, to: splitPairs(blocks.blocks) }]),
  };
}

describe('the assessment of a job', () => {
  it('accepts what is plainly better than the others, in training and in test', () => {
    const overfitting = assess(jobOf([0, 0.0005, 0.001, 0.003]));

    expect(overfitting).toMatchObject({ pbo: 0, nTrials: 4, stability: 0.75, gridEdge: ['window'], verdict: 'accept' });
    expect(overfitting.deflatedSharpe).toBeGreaterThan(0.99);
    expect(overfitting.oosSharpe).toBeGreaterThan(3);
    expect(overfitting.walkForwardEfficiency).toBeGreaterThan(0.7);
    expect(overfitting.reasons).toHaveLength(4);
    expect(overfitting.thresholds).toEqual(VERDICT_THRESHOLDS);
  });

  it('rejects what is none, and says why', () => {
    const overfitting = assess(jobOf([0, 0, 0, -0.0001]));

    expect(overfitting.verdict).toBe('reject');
    expect(overfitting.reasons.join(' ')).toContain('more than luck');
  });

  it('trusts the same result less the more was tried', () => {
    const few = assess(jobOf([0, 0.0005, 0.001, 0.0014]));
    const many = assess(jobOf([0, 0.0005, 0.001, 0.0014], 100_000));

    expect(many.deflatedSharpe).toBeLessThan(few.deflatedSharpe ?? 0);
    expect({ ...many, deflatedSharpe: 0, nTrials: 0, verdict: '', reasons: [] }).toEqual({
      ...few,
      deflatedSharpe: 0,
      nTrials: 0,
      verdict: '',
      reasons: [],
    });
  });

  it('counts the test windows in which the winner has a positive Sharpe ratio', () => {
    const job = jobOf([0, 0, 0.003]);
    const tested = new Set(testedBars(PLAN));
    // In windows of 100 bars, what is won in test is lost in training; the first `positive` windows win in test.
    const winningIn = (positive: number) => {
      const isWon = (bar: number) => bar < 100 * positive === tested.has(bar);
      const returns = Array.from({ length: BARS }, (_, bar) => (isWon(bar) ? 0.01 : -0.01) + (bar % 2) * 0.001);
      return job.winner === null
        ? job
        : { ...job, winner: { ...job.winner, folds: positiveFolds(rowOf(returns, PLAN), PLAN) } };
    };

    expect(assess(winningIn(3)).verdict).toBe('accept');
    expect(assess(winningIn(2)).verdict).toBe('review');
    expect(assess(winningIn(2)).reasons.join()).toContain('in 2 of 5 test windows');
  });

  it('leaves a single combination to review: there is nothing to compare it with', () => {
    const overfitting = assess(jobOf([0.003]));

    expect(overfitting).toMatchObject({ pbo: null, stability: null, verdict: 'review' });
    expect(overfitting.reasons).toHaveLength(1);
  });

  it('has no figure of a winner when nothing traded', () => {
    const idle = rowOf(new Float64Array(BARS), PLAN);
    const field = readField({ ...READING, evaluated: [idle], ranked: [] });

    expect(assess({ ...jobOf([0]), field, winner: null, pbo: null })).toEqual({
      deflatedSharpe: null,
      pbo: null,
      walkForwardEfficiency: null,
      oosSharpe: 0,
      nTrials: 1,
      stability: null,
      gridEdge: [],
      verdict: 'review',
      reasons: expect.any(Array),
      thresholds: VERDICT_THRESHOLDS,
    });
  });

  it('has none at all when nothing could be simulated', () => {
    const field = readField({ ...READING, evaluated: [], ranked: [] });

    const overfitting = assess({ ...jobOf([0]), field, winner: null, pbo: null });

    expect(overfitting).toMatchObject({ oosSharpe: null, verdict: 'review' });
    expect(overfitting.reasons).toHaveLength(4);
  });

  it('is JSON without loss', () => {
    const overfitting = assess(jobOf([0, 0.001]));

    expect(JSON.parse(JSON.stringify(overfitting))).toEqual(overfitting);
  });
});
