import { describe, expect, it, test } from 'vitest';
import { sweepConfidence } from '../../../src/optimize/honesty/confidence.ts';
import { judge, VERDICT_THRESHOLDS, type VerdictFigures } from '../../../src/optimize/honesty/verdict.ts';

const EPSILON = 1e-12;
const folds = (positive: number, total: number) => ({ positive, total });

/** Every figure at the limit that is still accepted (an oos_sharpe must be above its limit). */
const ACCEPTED: VerdictFigures = {
  deflatedSharpe: 0.95,
  pbo: 0.2,
  oosSharpe: EPSILON,
  folds: folds(3, 5),
  nTrials: 16,
};
/** Every figure at the limit of a review, as bad as it may be where a review sets none. */
const REVIEWED: VerdictFigures = { deflatedSharpe: 0.8, pbo: 0.5, oosSharpe: -3, folds: folds(0, 5), nTrials: 16 };

function verdictOf(base: VerdictFigures, changed: Partial<VerdictFigures>) {
  return judge({ ...base, ...changed }).verdict;
}

describe('the verdict', () => {
  test.each<readonly [string, Partial<VerdictFigures>, string]>([
    ['every figure at its limit', {}, 'accept'],
    ['a deflated Sharpe above', { deflatedSharpe: 0.95 + EPSILON }, 'accept'],
    ['a deflated Sharpe below', { deflatedSharpe: 0.95 - EPSILON }, 'review'],
    ['a PBO below', { pbo: 0.2 - EPSILON }, 'accept'],
    ['a PBO above', { pbo: 0.2 + EPSILON }, 'review'],
    ['an out-of-sample Sharpe of 0', { oosSharpe: 0 }, 'review'],
    ['an out-of-sample Sharpe below 0', { oosSharpe: -EPSILON }, 'review'],
    ['6 of 10 windows positive', { folds: folds(6, 10) }, 'accept'],
    ['3 of 4 windows positive', { folds: folds(3, 4) }, 'accept'],
    ['59 of 100 windows positive', { folds: folds(59, 100) }, 'review'],
    ['60 of 100 windows positive', { folds: folds(60, 100) }, 'accept'],
    ['2 of 5 windows positive', { folds: folds(2, 5) }, 'review'],
    ['the only window positive', { folds: folds(1, 1) }, 'accept'],
  ])('on what is accepted but for %s', (_name, changed, expected) => {
    expect(verdictOf(ACCEPTED, changed)).toBe(expected);
  });

  test.each<readonly [string, Partial<VerdictFigures>, string]>([
    ['every figure at its limit', {}, 'review'],
    ['a deflated Sharpe above', { deflatedSharpe: 0.8 + EPSILON }, 'review'],
    ['a deflated Sharpe below', { deflatedSharpe: 0.8 - EPSILON }, 'reject'],
    ['a PBO below', { pbo: 0.5 - EPSILON }, 'review'],
    ['a PBO above', { pbo: 0.5 + EPSILON }, 'reject'],
    ['no deflated Sharpe', { deflatedSharpe: null }, 'review'],
    ['no PBO', { pbo: null }, 'review'],
    ['no PBO, and a deflated Sharpe far below', { pbo: null, deflatedSharpe: 0.01 }, 'review'],
    ['no deflated Sharpe, and a PBO far above', { pbo: 0.99, deflatedSharpe: null }, 'review'],
    ['no out-of-sample Sharpe', { oosSharpe: null, deflatedSharpe: 0 }, 'review'],
    ['no windows', { folds: null, deflatedSharpe: 0 }, 'review'],
  ])('on what is worth a review but for %s', (_name, changed, expected) => {
    expect(verdictOf(REVIEWED, changed)).toBe(expected);
  });

  test.each<Partial<VerdictFigures>>([{ deflatedSharpe: null }, { pbo: null }, { oosSharpe: null }, { folds: null }])(
    'is never accept without a figure: %o',
    (changed) => {
      expect(verdictOf(ACCEPTED, changed)).toBe('review');
    },
  );

  it('gives all four reasons of an accepted one, with value and limit', () => {
    const { reasons } = judge({ deflatedSharpe: 0.973, pbo: 0.1, oosSharpe: 1.234, folds: folds(4, 5), nTrials: 16 });

    expect(reasons).toEqual([
      'With 16 combinations tried, the probability that the best one is more than luck (deflated Sharpe) is 0.97; ' +
        '0.95 or more is accepted, 0.8 or more is worth a review.',
      'The probability that what was best on one half of the test bars is no better than the median on the other half ' +
        '(PBO) is 0.10; 0.2 or less is accepted, 0.5 or less is worth a review.',
      'Choosing in each window what was best on its training bars earns a Sharpe ratio of 1.23 on the test bars; ' +
        'more than 0 is accepted.',
      'The best combination has a positive Sharpe ratio in 4 of 5 test windows, a share of 0.80; ' +
        '0.6 or more of them is accepted.',
    ]);
  });

  it('gives of another only what falls short, in the order of the figures', () => {
    const { verdict, reasons } = judge({ ...ACCEPTED, pbo: 0.61, folds: folds(1, 5) });

    expect(verdict).toBe('reject');
    expect(reasons.map((reason) => reason.match(/PBO|windows/)?.[0])).toEqual(['PBO', 'windows']);
    expect(reasons.join()).toContain('0.61');
  });

  it('never rounds a figure onto a limit that it misses', () => {
    const { reasons } = judge({ ...ACCEPTED, deflatedSharpe: 0.9499996, oosSharpe: -0.0004 });

    expect(reasons[0]).toContain('is 0.9499996;');
    expect(reasons[1]).toContain('of -0.0004 on');
  });

  it('says of each missing figure what it takes', () => {
    const { reasons } = judge({ deflatedSharpe: null, pbo: null, oosSharpe: null, folds: null, nTrials: 1 });

    expect(reasons).toHaveLength(4);
    expect(reasons[1]).toContain('at least 40 test bars and two combinations');
  });

  it('holds the limits of the specification', () => {
    expect(VERDICT_THRESHOLDS).toEqual({
      accept: { deflatedSharpe: 0.95, pbo: 0.2, oosSharpe: 0, positiveFolds: 0.6 },
      review: { deflatedSharpe: 0.8, pbo: 0.5 },
    });
  });
});

describe('the confidence of a sweep', () => {
  test.each([
    [0, 'high'],
    [0.3 - EPSILON, 'high'],
    [0.3, 'medium'],
    [0.8, 'medium'],
    [0.8 + EPSILON, 'low'],
    [5, 'low'],
  ])('with test Sharpes that differ by %f is %s', (sharpeStd, expected) => {
    expect(sweepConfidence({ sharpeStd })).toBe(expected);
  });

  it('is none without a result', () => {
    expect(sweepConfidence(null)).toBe('none');
  });
});
