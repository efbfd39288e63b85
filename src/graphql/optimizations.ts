/** Optimization jobs as they are read. What they were asked, what came of them and their events have files of their own. */
import { memberOf, readJson } from '../core/index.ts';
import {
  OPTIMIZATION_JOB_TYPES,
  OPTIMIZATION_STATUSES,
  type OptimizationProgress,
  type OptimizationStatus,
  readConfig,
  readOverfitting,
  readResults,
  readSkipped,
  readSweepResults,
  readUnranked,
  TRIAL_STATUSES,
} from '../optimize/index.ts';
import { builder } from './builder.ts';
import { enumOf } from './inputs.ts';
import { ModelTrialRef, TrialStatusEnum } from './model-trials.ts';
import { TuningRef, tuningOf } from './model-tuning.ts';
import { ConfigRef, JobTypeEnum } from './optimization-config.ts';
import { ResultRef, SweepResultsRef, UnrankedRef } from './optimization-results.ts';
import { OverfittingRef } from './overfitting.ts';
import { ownRow, ownRows, rowsBefore } from './own-rows.ts';
import { pageLimit } from './paging.ts';

export const OptimizationStatusEnum = enumOf<OptimizationStatus>('OptimizationStatus', {
  description: 'PENDING, RUNNING, then one of COMPLETE, CANCELLED, ERROR, which are final.',
  values: {
    pending: 'Waits for a process to compute it.',
    running: 'Is being computed.',
    complete: 'Every combination was computed.',
    cancelled: 'Was cancelled; what it had computed is kept.',
    error: 'Could not go on; `error` says why.',
  },
});

const ProgressRef = builder.objectRef<OptimizationProgress>('OptimizationProgress').implement({
  description: 'How far a job is.',
  fields: (t) => ({
    combo: t.exposeInt('combo', { description: 'Combinations done.' }),
    total: t.exposeInt('total', { description: 'Combinations in all.' }),
    fold: t.exposeInt('fold', {
      description:
        'The fold that was computed last, from 1; 0 before the first. Combinations of strategies go through all folds in batches, so that it is most often the last one.',
    }),
    nFolds: t.exposeInt('nFolds', { description: 'Folds of each combination.' }),
    currentStrategy: t.exposeString('currentStrategy', {
      nullable: true,
      description: 'The strategy type that a sweep searches now; null for other jobs and while none is searched.',
    }),
    strategyIndex: t.exposeInt('strategyIndex', { nullable: true, description: 'Its place in the sweep, from 1.' }),
    totalStrategies: t.exposeInt('totalStrategies', {
      nullable: true,
      description: 'Strategy types of the sweep.',
    }),
  }),
});

const TrialRef = builder.prismaObject('OptimizationTrial', {
  description: 'One combination in short. Means are over the test slices; all figures are null unless it is ranked.',
  select: { optimizationId: true, index: true },
  fields: (t) => ({
    index: t.exposeInt('index', { description: 'Place in the order in which they were tried, from 0.' }),
    strategyType: t.exposeString('strategyType', { description: 'Whose parameters these are.' }),
    status: t.field({
      type: TrialStatusEnum,
      description: 'Whether it has a rank.',
      select: { status: true },
      resolve: (row) => memberOf(TRIAL_STATUSES, row.status),
    }),
    rank: t.exposeInt('rank', { nullable: true, description: '1 is the best of its strategy type.' }),
    params: t.field({
      type: 'JSON',
      description: 'Parameter -> value, complete.',
      select: { params: true },
      resolve: (row) => readJson<unknown>(row.params),
    }),
    meanSharpe: t.exposeFloat('meanSharpe', { nullable: true, description: 'Annualised.' }),
    sharpeStd: t.exposeFloat('sharpeStd', {
      nullable: true,
      description: 'Sample standard deviation of the test Sharpes; 0 for one fold.',
    }),
    meanReturn: t.exposeFloat('meanReturn', {
      nullable: true,
      description: 'Total return of a test slice, on average; a fraction.',
    }),
    maxDrawdown: t.exposeFloat('maxDrawdown', { nullable: true, description: 'The worst test slice, at most 0.' }),
    meanWinRate: t.exposeFloat('meanWinRate', {
      nullable: true,
      description: 'Share of closed trades with a profit, 0 to 1.',
    }),
    trades: t.exposeInt('trades', { nullable: true, description: 'Closed trades in all test slices.' }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why it has no rank.' }),
  }),
});

/** Only what a query selects is read: the results of a job are many kilobytes, and a list shows none of them. */
export const OptimizationRef = builder.prismaObject('Optimization', {
  description: 'A walk-forward optimization: what was asked, how far it is, what came of it.',
  select: { id: true },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Counts up.' }),
    jobType: t.field({
      type: JobTypeEnum,
      description: 'What is optimized.',
      select: { jobType: true },
      resolve: (row) => memberOf(OPTIMIZATION_JOB_TYPES, row.jobType),
    }),
    strategyType: t.exposeString('strategyType', {
      nullable: true,
      description: 'The name of the type that is optimized; null for a sweep and for a model.',
    }),
    modelType: t.exposeString('modelType', {
      nullable: true,
      description: 'The name of the model type that is tuned; null for other jobs.',
    }),
    strategy: t.relation('strategy', { nullable: true, description: 'The saved strategy that the job named.' }),
    status: t.field({
      type: OptimizationStatusEnum,
      description: 'Where the job is in its life.',
      select: { status: true },
      resolve: (row) => memberOf(OPTIMIZATION_STATUSES, row.status),
    }),
    config: t.field({
      type: ConfigRef,
      nullable: true,
      description: 'What was asked; null for a model, of which `tuning` says it.',
      select: { jobType: true, config: true, totalCombinations: true },
      resolve: (row) => (row.jobType === 'model' ? null : readConfig(row)),
    }),
    tuning: t.field({
      type: TuningRef,
      nullable: true,
      description: 'What was asked of a model and what came of it; null for other jobs.',
      select: { jobType: true, config: true, results: true, tuning: true },
      resolve: (row) => tuningOf(row),
    }),
    model: t.relation('model', {
      nullable: true,
      description:
        'The model that was trained with the best parameters; null until the job is complete, and for other jobs.',
    }),
    dataSource: t.exposeString('dataSource', { description: 'Where the prices came from.' }),
    dataHash: t.exposeString('dataHash', { description: 'SHA-256 of the bars, hex.' }),
    firstBar: t.expose('firstBar', { type: 'DateTime', description: 'When the first bar begins.' }),
    lastBar: t.expose('lastBar', { type: 'DateTime', description: 'When the last bar begins.' }),
    bars: t.exposeInt('bars', { description: 'Bars of each symbol.' }),
    engineVersion: t.exposeString('engineVersion', { description: 'Same job, bars and version: same figures.' }),
    totalCombinations: t.exposeInt('totalCombinations', { description: 'Skipped ones included.' }),
    progress: t.field({
      type: ProgressRef,
      description: 'How far it is: to the moment when this process computes it.',
      select: {
        status: true,
        jobType: true,
        config: true,
        progressCombo: true,
        progressFold: true,
        totalCombinations: true,
        nFolds: true,
      },
      resolve: (row, _args, { services }) => services.runner.progressOf(row),
    }),
    results: t.field({
      type: [ResultRef],
      nullable: true,
      description:
        'The best 20, best first; null until the job has ended, and for other jobs than those of one strategy type.',
      extensions: { items: 20 },
      select: { jobType: true, strategyType: true, results: true },
      resolve: (row) => readResults(row),
    }),
    sweep: t.field({
      type: SweepResultsRef,
      nullable: true,
      description: 'What a sweep found; null until it has ended, and for other jobs.',
      select: { jobType: true, results: true },
      resolve: (row) => readSweepResults(row),
    }),
    overfitting: t.field({
      type: OverfittingRef,
      nullable: true,
      description: 'Whether the best is more than luck; null unless the job is complete and something was ranked.',
      select: { overfitting: true },
      resolve: (row) => readOverfitting(row),
    }),
    bestParams: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Parameters of the best combination; null until one is ranked.',
      select: { bestParams: true },
      resolve: (row) => (row.bestParams === null ? null : readJson<unknown>(row.bestParams)),
    }),
    bestSharpe: t.exposeFloat('bestSharpe', {
      nullable: true,
      description: 'Mean test Sharpe of the best; of a model the Sharpe of its chained test slices.',
    }),
    skipped: t.field({
      type: [UnrankedRef],
      nullable: true,
      description: 'Combinations that are invalid in themselves; null until the job has ended.',
      select: { skipped: true },
      resolve: (row) => readSkipped(row),
    }),
    unranked: t.field({
      type: [UnrankedRef],
      nullable: true,
      description:
        'Combinations without a fill in any test slice, or that were dropped on the way; null until the job has ended.',
      select: { unranked: true },
      resolve: (row) => readUnranked(row),
    }),
    partial: t.exposeBoolean('partial', { description: 'Whether the results are of a part of the combinations.' }),
    error: t.exposeString('error', { nullable: true, description: 'Why the job failed.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was submitted.' }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When a process last took it; null before the first has.',
    }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ended; null before.',
    }),
    trials: t.relatedConnection('trials', {
      type: TrialRef,
      cursor: 'optimizationId_index',
      description:
        'A row per combination of a job about strategies, in the order in which they were tried; there once the job has ended.',
      maxSize: pageLimit(2),
      args: { afterIndex: t.arg.int({ description: 'Only those after this place in that order.' }) },
      query: ({ afterIndex }) => ({
        orderBy: { index: 'asc' },
        ...(afterIndex == null ? {} : { where: { index: { gt: afterIndex } } }),
      }),
    }),
    modelTrials: t.relatedConnection('modelTrials', {
      type: ModelTrialRef,
      cursor: 'optimizationId_index',
      description:
        'A row per combination of a job about a model, in the order in which they were tried; there once the job has ended.',
      maxSize: pageLimit(2),
      args: { afterIndex: t.arg.int({ description: 'Only those after this place in that order.' }) },
      query: ({ afterIndex }) => ({
        orderBy: { index: 'asc' },
        ...(afterIndex == null ? {} : { where: { index: { gt: afterIndex } } }),
      }),
    }),
  }),
});

builder.queryFields((t) => ({
  optimization: t.prismaField({
    type: OptimizationRef,
    nullable: true,
    description: 'One job; null when there is none with this id.',
    args: { id: t.arg.id({ required: true, description: 'The id of the job.' }) },
    resolve: (query, _root, { id }, { caller, services }) => {
      return services.database.read.optimization.findFirst({
        ...query,
        where: ownRow(caller, id),
      });
    },
  }),
  optimizations: t.prismaConnection({
    type: OptimizationRef,
    cursor: 'id',
    maxSize: pageLimit(1),
    description: 'The jobs, newest first.',
    args: {
      status: t.arg({ type: OptimizationStatusEnum, description: 'Only those in this state.' }),
      olderThan: t.arg.id({ description: 'Only those submitted before the job with this id.' }),
    },
    resolve: (query, _root, { status, olderThan }, { caller, services }) => {
      return services.database.read.optimization.findMany({
        ...query,
        where: {
          ...ownRows(caller),
          ...(status == null ? {} : { status }),
          ...rowsBefore(olderThan),
        },
        orderBy: { id: 'desc' },
      });
    },
  }),
}));
