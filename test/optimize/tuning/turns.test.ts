/** Jobs of thousands of combinations: whatever is worked out on the event loop leaves others their turns. */
import { describe, expect, it } from 'vitest';
import { combinationsOf } from '../../../src/optimize/job/load-tuning.ts';
import { parseSpace, trialCount } from '../../../src/optimize/search/index.ts';
import {
  fitWork,
  judgeTuning,
  MODEL_SPACES,
  rankedIndexes,
  refuseTooLargeModels,
  SCORE_WIDTH,
  TuningFigures,
} from '../../../src/optimize/tuning/index.ts';
import { stagesOf } from '../../../src/optimize/tuning/stages.ts';
import { edgeBars, tuningJob } from '../../support/edge-bars.ts';
import { turnsOf } from '../../support/turns.ts';

const TRIALS = 2000;
/** Pieces of 250 combinations, but for the last one. */
const TURNS = TRIALS / 250 - 1;
const FOLDS = 5;

async function combinations() {
  const space = MODEL_SPACES.xgboost;
  const search = { method: 'random', maxTrials: TRIALS, seed: 1 } as const;
  const raw = { learning_rate: { min: 0.01, max: 0.5 }, max_depth: { min: 1, max: 8 } };
  const paramGrid = parseSpace(space, raw, { ...search, maxCombinations: TRIALS });
  const trials = trialCount(space, paramGrid, search);
  return await turnsOf(() => combinationsOf({ modelType: 'xgboost', paramGrid, trials, ...search }));
}

/** Every training done, with scores that differ. */
async function scoredFigures() {
  const [, params] = await combinations();
  const figures = await TuningFigures.of(params, { folds: FOLDS, problem: () => null });
  for (const group of figures.groups.keys()) {
    for (let fold = 0; fold < FOLDS; fold++) {
      figures.complete({ group, fold }, new Float64Array(SCORE_WIDTH).fill(((group * 7919) % 1999) / 2000));
    }
  }
  return figures;
}

describe('the event loop has its turns', () => {
  it('while combinations are drawn', async () => {
    const [turns, drawn] = await combinations();

    expect(drawn).toHaveLength(TRIALS);
    expect(turns).toBeGreaterThanOrEqual(TURNS);
  });

  it('while their work is estimated, and refused where it is too much', async () => {
    const [, params] = await combinations();

    const [estimating, { fits }] = await turnsOf(() => fitWork(params));
    const [refusing] = await turnsOf(() => refuseTooLargeModels('xgboost', params, { rows: 1000, features: 10 }));

    expect(fits).toBe(TRIALS);
    expect(estimating).toBeGreaterThanOrEqual(TURNS);
    expect(refusing).toBeGreaterThanOrEqual(TURNS);
  });

  it('while trainings are planned, and dropped', async () => {
    const [, params] = await combinations();
    const [planning] = await turnsOf(() => TuningFigures.of(params, { folds: FOLDS, problem: () => null }));
    const figures = await scoredFigures();
    const stages = stagesOf('halving', figures);
    await stages.next();

    const [dropping] = await turnsOf(() => stages.next());

    expect(figures.dropped.size).toBe(TRIALS / 2);
    expect(planning).toBeGreaterThanOrEqual(TURNS);
    expect(dropping).toBeGreaterThanOrEqual(TURNS);
  });

  it('while they are ranked and the best is judged', async () => {
    const figures = await scoredFigures();
    const { job } = await tuningJob([edgeBars(1, { length: 1000, probability: 0.5 })], {});
    const final = { scores: new Float64Array(SCORE_WIDTH), bytes: new Uint8Array(), importance: [] };
    const returns = [Float64Array.from({ length: 100 }, (_, bar) => Math.sin(bar))];

    const [ranking, ranked] = await turnsOf(() => rankedIndexes(figures));
    const [judging] = await turnsOf(() => judgeTuning({ job, figures, ranked, final, returns, nTrials: TRIALS }));

    expect(ranked).toHaveLength(TRIALS);
    expect(ranking).toBeGreaterThanOrEqual(TURNS);
    // Its deviation from the others, and what would have been chosen before each fold but the first.
    expect(judging).toBeGreaterThanOrEqual(TURNS * FOLDS);
  });
});
