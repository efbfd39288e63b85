/** What is judged without all of its evidence is an error, not a job without a judgement. */
import { expect, it } from 'vitest';
import { InvariantViolation } from '../../src/core/index.ts';
import { assessEvidence, type Evidence } from '../../src/optimize/engine/judge-job.ts';
import { builtInStrategies, StrategyRegistry } from '../../src/strategies/index.ts';

const momentum = new StrategyRegistry(builtInStrategies).get('momentum');
const SEARCHED = { sections: [{ type: momentum, space: momentum.defaultGrid, from: 0, to: 1 }] };
const BEST: Evidence['pooled']['best'] = {
  ...{ index: 0, strategyType: momentum.name, params: {}, meanSharpe: 1, sharpeStd: 1 },
  ...{ folds: { positive: 5, total: 5 }, stability: 0.5, gridEdge: ['short_window'] },
};
const COMPLETE: Evidence['pooled'] = {
  evaluated: Int32Array.of(0),
  best: BEST,
  replay: { returns: { count: 500, mean: 0.001, deviation: 0.01, skewness: 0, kurtosis: 3 }, curve: '' },
  pbo: { overfitted: 0, splits: 0 },
  field: { selection: { walkForwardEfficiency: 1, oosSharpe: 1 }, trialVariance: 0.01 },
};

function judge(changes: Partial<Evidence['pooled']>) {
  const group = { ...COMPLETE, ...changes };
  return assessEvidence(SEARCHED, { pooled: group, sections: [group] }, new Map([[momentum.name, 7]]));
}

it('judges by what was found, and by the number of trials', () => {
  const { pooled, sections } = judge({});

  expect(pooled).toMatchObject({ pbo: null, nTrials: 7, stability: 0.5, gridEdge: ['short_window'], oosSharpe: 1 });
  expect(sections).toEqual([pooled]);
});

it('says of a job without a best what was tried', () => {
  const { pooled, sections } = judge({ best: null, replay: null });

  expect(pooled).toMatchObject({ deflatedSharpe: null, nTrials: 7, stability: null, gridEdge: [], verdict: 'review' });
  expect(sections).toEqual([null]);
});

it('is an error without the figures of all, and without the replay of the best', () => {
  expect(() => judge({ field: null })).toThrow(InvariantViolation);
  expect(() => judge({ replay: null })).toThrow(InvariantViolation);
});
