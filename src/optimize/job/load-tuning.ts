/** Turns a tuning job's row back into what is computed. */
import { setImmediate as breathe } from 'node:timers/promises';
import { invariant } from '../../core/index.ts';
import { planRows } from '../../features/index.ts';
import type { MarketData } from '../../market/index.ts';
import type { Parameters } from '../../strategies/index.ts';
import { createSampler } from '../search/index.ts';
import { cutBars, MODEL_SPACES, searchOf, type TuningConfig, TuningFigures, type TuningJob } from '../tuning/index.ts';
import type { HeldJob } from './job-work.ts';
import { loadBarsAgain } from './load-job.ts';
import { readTuningConfig } from './stored-job.ts';

/** Combinations that a sampler is asked for before the event loop has its turn. */
const ASKED_AT_ONCE = 250;

/** A tuning job and the figures of its combinations, none of them computed. */
export interface LoadedTuning {
  readonly config: TuningConfig;
  readonly job: TuningJob;
  readonly figures: TuningFigures;
}

/** @throws {DomainError} CONFLICT when the bars have changed since it was submitted */
export async function loadTuning(
  deps: { readonly market: MarketData },
  { row, submitted }: Pick<HeldJob, 'row' | 'submitted'>,
): Promise<LoadedTuning> {
  const config = readTuningConfig(row);
  invariant(config !== null, 'a job about a model says what was asked of it');
  const { modelType, featureConfig, thresholds, settings, method, maxTrials, seed } = config;
  const { bars } = submitted ?? (await loadBarsAgain(deps, row, config));
  const { firstBar, labelled } = planRows(featureConfig, bars);
  const cut = cutBars(labelled / bars.length, { ...config, horizon: featureConfig.horizon });
  const objective = featureConfig.label === 'direction' ? 'binary' : 'regression';
  const search = { method, maxTrials, seed };
  const job: TuningJob = { modelType, search, bars, featureConfig, firstBar, cut, objective, thresholds, settings };
  const space = MODEL_SPACES[modelType];
  const problem = (params: Parameters) => space.problem(params)?.message ?? null;
  const combinations = await combinationsOf(config);
  return { config, job, figures: await TuningFigures.of(combinations, { folds: cut.folds.length, problem }) };
}

/** The combinations that a job tries, in their order: the same for the same configuration. */
export async function combinationsOf(
  config: Pick<TuningConfig, 'modelType' | 'paramGrid' | 'trials' | 'method' | 'maxTrials' | 'seed'>,
): Promise<readonly Parameters[]> {
  const { trials } = config;
  const sampler = createSampler(MODEL_SPACES[config.modelType], config.paramGrid, searchOf(config));
  const combinations: Parameters[] = [];
  for (let asked = 0; asked < trials; asked += ASKED_AT_ONCE) {
    await breathe();
    combinations.push(...sampler.ask(Math.min(ASKED_AT_ONCE, trials - asked)));
  }
  return combinations;
}
