/** Optimization jobs: submit, read, cancel. Their events are in `optimization-events.ts`. */
import { requireScope } from '../access/index.ts';
import { memberOf, readJson } from '../core/index.ts';
import {
  cancelOptimization,
  type FoldResult,
  OPTIMIZATION_STATUSES,
  type OptimizationConfig,
  type OptimizationProgress,
  type OptimizationResult,
  readConfig,
  type SliceMetrics,
  startStrategyOptimization,
  type Unranked,
} from '../optimize/index.ts';
import { builder } from './builder.ts';
import { attempt } from './errors.ts';
import { enumOf, parseId, parsePlace } from './inputs.ts';
import { IntervalEnum } from './market.ts';
import { pageLimit } from './paging.ts';
import { payloadType } from './payload.ts';

export const OptimizationStatusEnum = enumOf(
  'OptimizationStatus',
  OPTIMIZATION_STATUSES,
  'PENDING, RUNNING, then one of COMPLETE, CANCELLED, ERROR, which are final.',
);

const JOB_TYPES = ['strategy'] as const;
const JobTypeEnum = enumOf('OptimizationJobType', JOB_TYPES, 'What is optimized.');

const TRIAL_STATUSES = ['ranked', 'skipped', 'unranked'] as const;
const TrialStatusEnum = enumOf(
  'OptimizationTrialStatus',
  TRIAL_STATUSES,
  'RANKED; SKIPPED: the combination is invalid in itself; UNRANKED: it never traded in a test slice.',
);

const ConfigRef = builder.objectRef<OptimizationConfig>('OptimizationConfig').implement({
  description: 'Everything that decides the result, with defaults filled in.',
  fields: (t) => ({
    strategyType: t.string({ resolve: (config) => config.sections[0]?.strategyType ?? '' }),
    symbols: t.field({ type: ['Symbol'], resolve: (config) => [...config.symbols] }),
    start: t.expose('start', { type: 'Date' }),
    end: t.expose('end', { type: 'Date' }),
    interval: t.expose('interval', { type: IntervalEnum }),
    paramGrid: t.field({ type: 'JSON', resolve: (config) => config.sections[0]?.paramGrid }),
    nSplits: t.exposeInt('nSplits'),
    trainRatio: t.exposeFloat('trainRatio'),
    initialCapital: t.float({ resolve: (config) => config.settings.initialCapital }),
    commissionBps: t.float({ resolve: (config) => config.settings.commissionBps }),
    slippageBps: t.float({ resolve: (config) => config.settings.slippageBps }),
    allowShort: t.boolean({ resolve: (config) => config.settings.allowShort }),
    periodsPerYear: t.float({ resolve: (config) => config.settings.periodsPerYear }),
  }),
});

const ProgressRef = builder.objectRef<OptimizationProgress>('OptimizationProgress').implement({
  description: 'How far a job is.',
  fields: (t) => ({
    combo: t.exposeInt('combo', { description: 'Combinations done.' }),
    total: t.exposeInt('total', { description: 'Combinations in all.' }),
    fold: t.exposeInt('fold', { description: 'The fold that was computed last, from 1; 0 before the first.' }),
    nFolds: t.exposeInt('nFolds'),
  }),
});

type SliceShape = SliceMetrics & { readonly start: string; readonly end: string };

const SliceRef = builder.objectRef<SliceShape>('SliceMetrics').implement({
  description: 'The figures of one slice. Fractions, not percent.',
  fields: (t) => ({
    start: t.exposeString('start', { description: 'First bar of the slice.' }),
    end: t.exposeString('end', { description: 'Last bar of the slice.' }),
    sharpe: t.exposeFloat('sharpe', { description: 'Annualised; 0 without variance.' }),
    totalReturn: t.exposeFloat('totalReturn'),
    maxDrawdown: t.exposeFloat('maxDrawdown', { description: 'At most 0.' }),
    winRate: t.exposeFloat('winRate', { description: '0 without closed trades.' }),
    trades: t.exposeInt('trades', { description: 'Closed trades.' }),
  }),
});

const FoldRef = builder.objectRef<FoldResult>('FoldResult').implement({
  description: 'One walk-forward window.',
  fields: (t) => ({
    fold: t.exposeInt('fold', { description: 'From 1.' }),
    train: t.field({ type: SliceRef, resolve: (fold) => fold.train }),
    test: t.field({ type: SliceRef, resolve: (fold) => fold.test }),
  }),
});

const ResultRef = builder.objectRef<OptimizationResult>('OptimizationResult').implement({
  description: 'A ranked combination. Means are over the test slices; fractions, not percent.',
  fields: (t) => ({
    rank: t.exposeInt('rank', { description: '1 is the best.' }),
    params: t.field({ type: 'JSON', resolve: (result) => result.params }),
    meanSharpe: t.exposeFloat('meanSharpe'),
    sharpeStd: t.exposeFloat('sharpeStd', { description: 'Sample standard deviation; 0 for one fold.' }),
    meanReturn: t.exposeFloat('meanReturn'),
    maxDrawdown: t.exposeFloat('maxDrawdown', { description: 'The worst of the test slices, at most 0.' }),
    meanWinRate: t.exposeFloat('meanWinRate'),
    trades: t.exposeInt('trades', { description: 'Closed trades in all test slices.' }),
    folds: t.field({ type: [FoldRef], resolve: (result) => [...result.folds] }),
  }),
});

const UnrankedRef = builder.objectRef<Unranked>('UnrankedCombination').implement({
  description: 'A combination without a rank, and why.',
  fields: (t) => ({
    params: t.field({ type: 'JSON', resolve: (entry) => entry.params }),
    reason: t.exposeString('reason'),
  }),
});

const TrialRef = builder.prismaObject('OptimizationTrial', {
  description: 'One combination in short, in the order of the grid.',
  fields: (t) => ({
    index: t.exposeInt('index', { description: 'Place in the order of the grid, from 0.' }),
    status: t.field({ type: TrialStatusEnum, resolve: (row) => memberOf(TRIAL_STATUSES, row.status) }),
    rank: t.exposeInt('rank', { nullable: true }),
    params: t.field({ type: 'JSON', resolve: (row) => readJson<unknown>(row.params) }),
    meanSharpe: t.exposeFloat('meanSharpe', { nullable: true }),
    sharpeStd: t.exposeFloat('sharpeStd', { nullable: true }),
    meanReturn: t.exposeFloat('meanReturn', { nullable: true }),
    maxDrawdown: t.exposeFloat('maxDrawdown', { nullable: true }),
    meanWinRate: t.exposeFloat('meanWinRate', { nullable: true }),
    trades: t.exposeInt('trades', { nullable: true }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why it has no rank.' }),
  }),
});

const OptimizationRef = builder.prismaObject('Optimization', {
  description: 'A walk-forward optimization: what was asked, how far it is, what came of it.',
  fields: (t) => ({
    id: t.exposeID('id'),
    jobType: t.field({ type: JobTypeEnum, resolve: (row) => memberOf(JOB_TYPES, row.jobType) }),
    strategyType: t.exposeString('strategyType', { nullable: true }),
    strategy: t.relation('strategy', { nullable: true, description: 'The saved strategy that the job named.' }),
    status: t.field({ type: OptimizationStatusEnum, resolve: (row) => memberOf(OPTIMIZATION_STATUSES, row.status) }),
    config: t.field({ type: ConfigRef, resolve: (row) => readConfig(row) }),
    dataSource: t.exposeString('dataSource', { description: 'Where the prices came from.' }),
    dataHash: t.exposeString('dataHash', { description: 'SHA-256 of the bars, hex.' }),
    firstBar: t.expose('firstBar', { type: 'DateTime' }),
    lastBar: t.expose('lastBar', { type: 'DateTime' }),
    bars: t.exposeInt('bars', { description: 'Bars of each symbol.' }),
    engineVersion: t.exposeString('engineVersion', { description: 'Same job, bars and version: same figures.' }),
    totalCombinations: t.exposeInt('totalCombinations', { description: 'Skipped ones included.' }),
    progress: t.field({
      type: ProgressRef,
      resolve: (row, _args, { services }) => services.runner.progressOf(row),
    }),
    results: t.field({
      type: [ResultRef],
      nullable: true,
      description: 'The best 20, best first; null until the job has ended.',
      resolve: (row) => (row.results === null ? null : readJson<OptimizationResult[]>(row.results)),
    }),
    bestParams: t.field({
      type: 'JSON',
      nullable: true,
      resolve: (row) => (row.bestParams === null ? null : readJson<unknown>(row.bestParams)),
    }),
    bestSharpe: t.exposeFloat('bestSharpe', { nullable: true, description: 'Mean test Sharpe of the best.' }),
    skipped: t.field({
      type: [UnrankedRef],
      nullable: true,
      description: 'Combinations that are invalid in themselves.',
      resolve: (row) => (row.skipped === null ? null : readJson<Unranked[]>(row.skipped)),
    }),
    unranked: t.field({
      type: [UnrankedRef],
      nullable: true,
      description: 'Combinations without a fill in any test slice.',
      resolve: (row) => (row.unranked === null ? null : readJson<Unranked[]>(row.unranked)),
    }),
    partial: t.exposeBoolean('partial', { description: 'Whether the results are of a part of the combinations.' }),
    error: t.exposeString('error', { nullable: true, description: 'Why the job failed.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true }),
    trials: t.relatedConnection('trials', {
      type: TrialRef,
      cursor: 'optimizationId_index',
      description: 'A row per combination, in the order of the grid; there once the job has ended.',
      maxSize: pageLimit(2),
      args: { afterIndex: t.arg.int({ description: 'Only those after this place in the order of the grid.' }) },
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
    args: { id: t.arg.id({ required: true }) },
    resolve: (query, _root, { id }, { caller, services }) => {
      requireScope(caller.principal, 'read');
      return services.database.read.optimization.findFirst({
        ...query,
        where: { id: parseId(id), ownerId: caller.principal.userId },
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
      requireScope(caller.principal, 'read');
      return services.database.read.optimization.findMany({
        ...query,
        where: {
          ownerId: caller.principal.userId,
          ...(status == null ? {} : { status }),
          ...(olderThan == null ? {} : { id: { lt: parsePlace(olderThan, 'olderThan') } }),
        },
        orderBy: { id: 'desc' },
      });
    },
  }),
}));

const StartInput = builder.inputType('StartStrategyOptimizationInput', {
  fields: (t) => ({
    strategyType: t.string({ required: true, description: 'The name of a strategy type.' }),
    symbols: t.field({ type: ['Symbol'], required: true }),
    start: t.field({ type: 'Date', required: true, description: 'First date, inclusive.' }),
    end: t.field({ type: 'Date', required: true, description: 'Last date, inclusive; in the future: today.' }),
    paramGrid: t.field({
      type: 'JSON',
      description:
        "Parameter -> list of values or one value; default: the type's grid. Parameters left out keep their default.",
    }),
    nSplits: t.int({ defaultValue: 5, description: 'Walk-forward windows, at least 1.' }),
    trainRatio: t.float({ defaultValue: 0.7, description: 'Share of each window that trains, 0.1 to 0.9.' }),
    interval: t.field({ type: IntervalEnum, defaultValue: '1d' }),
    initialCapital: t.float({ description: 'Default 100,000.' }),
    commissionBps: t.float({ description: 'Basis points of the traded value; default 0.' }),
    slippageBps: t.float({ description: 'Basis points of the price, against us; default 2.' }),
    allowShort: t.boolean({ description: 'Default false.' }),
    periodsPerYear: t.float({ description: "For annualising; default: of the symbols' market and interval." }),
    source: t.string({ description: '`csv` or the name of a provider; default: an import, else the provider.' }),
    strategyId: t.id({ description: 'A saved strategy of the same type that this job is about.' }),
  }),
});

const CancelInput = builder.inputType('CancelOptimizationInput', {
  fields: (t) => ({ id: t.id({ required: true }) }),
});

builder.mutationFields((t) => ({
  startStrategyOptimization: t.field({
    type: payloadType('StartStrategyOptimizationPayload', 'optimization', OptimizationRef),
    description: 'Submits a walk-forward optimization and answers at once. Scope `trade`.',
    args: { input: t.arg({ type: StartInput, required: true }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => {
        const strategyId = input.strategyId == null ? null : parseId(input.strategyId);
        return startStrategyOptimization(services, caller.principal, { ...input, strategyId });
      }),
  }),
  cancelOptimization: t.field({
    type: payloadType('CancelOptimizationPayload', 'optimization', OptimizationRef),
    description: 'Cancels a job that waits or runs, within 2 seconds; what it has computed is kept. Scope `trade`.',
    args: { input: t.arg({ type: CancelInput, required: true }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => cancelOptimization(services, caller.principal, parseId(input.id))),
  }),
}));
