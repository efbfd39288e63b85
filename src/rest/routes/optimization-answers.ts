/** From what a document answers to an optimization job as the facade writes it. */
import { invariant, memberOf } from '../../core/index.ts';
import type {
  OptimizationByIdQuery,
  OptimizationListingFragment,
  UnrankedFieldsFragment,
} from '../../graphql/index.ts';
import {
  OPTIMIZATION_JOB_TYPES,
  OPTIMIZATION_STATUSES,
  type OptimizationJobType,
  type OptimizationStatus,
  SEARCH_METHODS,
  TRIAL_STATUSES,
  type TrialStatus,
} from '../../optimize/index.ts';
import { type InSnakeCase, snakeKeys } from '../naming.ts';
import { shownJudgement, shownModelConfig } from './model-answers.ts';
import { shownOverfitting, shownSweep } from './optimization-results.ts';
import { idOf, intervalOf } from './shapes.ts';

type ShownListing = Omit<InSnakeCase<OptimizationListingFragment>, 'id' | 'status' | 'job_type'> & {
  readonly id: number;
  readonly status: OptimizationStatus;
  readonly job_type: OptimizationJobType;
};

/** A job in a list as the facade writes it. */
export function shownListing(job: OptimizationListingFragment): ShownListing {
  return {
    ...snakeKeys(job),
    id: idOf(job.id),
    status: memberOf(OPTIMIZATION_STATUSES, job.status.toLowerCase()),
    job_type: memberOf(OPTIMIZATION_JOB_TYPES, job.jobType.toLowerCase()),
  };
}

type Job = NonNullable<OptimizationByIdQuery['optimization']>;

/** A job as the facade writes it. */
export function shownOptimization({ strategy, sweep, tuning, model, ...job }: Job) {
  const isSweep = job.jobType === 'SWEEP';
  return {
    ...snakeKeys(job),
    ...shownListing(job),
    job_id: idOf(job.id),
    strategy_id: strategy === null ? null : idOf(strategy.id),
    model_id: model === null ? null : idOf(model.id),
    config: shownConfig({ ...job, tuning }),
    progress: shownProgress(job.progress, isSweep),
    results: shownResults({ ...job, sweep, tuning }),
    engine: tuning && snakeKeys(tuning.engine),
    judgement: tuning && shownJudgement(tuning),
    overfitting: job.overfitting && shownOverfitting(job.overfitting),
    skipped: shownSkipped(job),
    unranked: job.unranked && job.unranked.map(shownUnranked),
  };
}

function shownResults({ results, sweep, tuning }: Pick<Job, 'results' | 'sweep' | 'tuning'>) {
  if (tuning !== null) return snakeKeys(tuning.results);
  return sweep === null ? snakeKeys(results) : shownSweep(sweep);
}

function shownConfig({ jobType, config, tuning }: Pick<Job, 'jobType' | 'config' | 'tuning'>) {
  if (tuning !== null) return shownModelConfig(tuning);
  invariant(config !== null, 'a job that is not about a model says which strategies were searched');
  const isSweep = jobType === 'SWEEP';
  const [section] = config.sections;
  return {
    ...snakeKeys(config),
    strategy_type: isSweep ? null : (section?.strategyType ?? null),
    param_grid: isSweep ? null : section?.paramGrid,
    interval: intervalOf(config.interval),
    models: config.models.map((model) => ({ ...model, id: idOf(model.id) })),
    method: memberOf(SEARCH_METHODS, config.method.toLowerCase()),
  };
}

function shownProgress(
  { currentStrategy, strategyIndex, totalStrategies, ...progress }: Job['progress'],
  isSweep: boolean,
) {
  const strategy = { currentStrategy, strategyIndex, totalStrategies };
  return { ...snakeKeys(progress), ...(isSweep ? snakeKeys(strategy) : {}) };
}

/** Types that a sweep leaves out come first: what they are is known before the job has ended. */
function shownSkipped({ skipped, config }: Pick<Job, 'skipped' | 'config'>) {
  const types = (config?.skippedTypes ?? []).map(({ strategyType, reason }) => ({
    strategy_type: strategyType,
    params: null,
    reason,
  }));
  if (skipped === null) return types.length === 0 ? null : types;
  return [...types, ...skipped.map(shownUnranked)];
}

function shownUnranked({ strategyType, params, reason }: UnrankedFieldsFragment) {
  return { ...(strategyType === null ? {} : { strategy_type: strategyType }), params, reason };
}

/** The state of a combination. */
export function trialStatus(name: string): TrialStatus {
  return memberOf(TRIAL_STATUSES, name.toLowerCase());
}
