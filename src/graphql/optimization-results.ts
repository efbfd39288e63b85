/** What came of an optimization job: ranked combinations, what a sweep recommends, and whether the best is luck. */
import type {
  FoldResult,
  OptimizationResult,
  SliceMetrics,
  SweepRecommendation,
  SweepResults,
  Unranked,
} from '../optimize/index.ts';
import { builder } from './builder.ts';
import { enumOf } from './inputs.ts';
import { OverfittingRef } from './overfitting.ts';

type SliceShape = SliceMetrics & { readonly start: string; readonly end: string };

const SliceRef = builder.objectRef<SliceShape>('SliceMetrics').implement({
  description: 'The figures of one slice. Fractions, not percent.',
  fields: (t) => ({
    start: t.exposeString('start', { description: 'First bar of the slice.' }),
    end: t.exposeString('end', { description: 'Last bar of the slice.' }),
    sharpe: t.exposeFloat('sharpe', { description: 'Annualised, risk-free rate 0; 0 without variance.' }),
    totalReturn: t.exposeFloat('totalReturn', { description: 'Last equity / initial capital - 1.' }),
    maxDrawdown: t.exposeFloat('maxDrawdown', { description: 'Deepest fall from a peak of equity, at most 0.' }),
    winRate: t.exposeFloat('winRate', { description: 'Share of closed trades with a profit; 0 without any.' }),
    trades: t.exposeInt('trades', { description: 'Closed trades.' }),
  }),
});

const FoldRef = builder.objectRef<FoldResult>('FoldResult').implement({
  description: 'One walk-forward window.',
  fields: (t) => ({
    fold: t.exposeInt('fold', { description: 'From 1.' }),
    train: t.field({
      type: SliceRef,
      description: 'The bars that combinations can be chosen on.',
      resolve: (fold) => fold.train,
    }),
    test: t.field({
      type: SliceRef,
      description: 'The bars after them, by which combinations are ranked.',
      resolve: (fold) => fold.test,
    }),
  }),
});

export const ResultRef = builder.objectRef<OptimizationResult>('OptimizationResult').implement({
  description: 'A ranked combination. Means are over the test slices; fractions, not percent.',
  fields: (t) => ({
    rank: t.exposeInt('rank', { description: '1 is the best of its strategy type.' }),
    strategyType: t.exposeString('strategyType', { description: 'Whose parameters these are.' }),
    params: t.field({
      type: 'JSON',
      description: 'Parameter -> value, complete.',
      resolve: (result) => result.params,
    }),
    meanSharpe: t.exposeFloat('meanSharpe', { description: 'Annualised.' }),
    sharpeStd: t.exposeFloat('sharpeStd', { description: 'Sample standard deviation; 0 for one fold.' }),
    meanReturn: t.exposeFloat('meanReturn', { description: 'Total return of a test slice, on average.' }),
    maxDrawdown: t.exposeFloat('maxDrawdown', { description: 'The worst of the test slices, at most 0.' }),
    meanWinRate: t.exposeFloat('meanWinRate', { description: 'Share of closed trades with a profit, 0 to 1.' }),
    trades: t.exposeInt('trades', { description: 'Closed trades in all test slices.' }),
    folds: t.field({
      type: [FoldRef],
      description: 'One per window, in time.',
      extensions: { items: 5 },
      resolve: (result) => [...result.folds],
    }),
  }),
});

export const UnrankedRef = builder.objectRef<Unranked>('UnrankedCombination').implement({
  description: 'A combination without a rank, and why.',
  fields: (t) => ({
    strategyType: t.string({
      nullable: true,
      description: 'Whose parameters these are, in a sweep; null in a job of one type.',
      resolve: (entry) => entry.strategyType ?? null,
    }),
    params: t.field({ type: 'JSON', description: 'Parameter -> value, complete.', resolve: (entry) => entry.params }),
    reason: t.exposeString('reason', { description: 'A sentence.' }),
  }),
});

const ByStrategyRef = builder.objectRef<SweepResults['byStrategy'][number]>('SweepStrategyResults').implement({
  description: 'What a sweep found for one strategy type.',
  fields: (t) => ({
    strategyType: t.exposeString('strategyType', { description: 'The name of the type.' }),
    results: t.field({
      type: [ResultRef],
      description: 'The best 5, best first.',
      extensions: { items: 5 },
      resolve: (entry) => [...entry.results],
    }),
    overfitting: t.field({
      type: OverfittingRef,
      nullable: true,
      description: "Of this type's combinations alone; null unless the job is complete and one of them was ranked.",
      resolve: (entry) => entry.overfitting,
    }),
  }),
});

const ConfidenceEnum = enumOf<SweepRecommendation['confidence']>('SweepConfidence', {
  description: 'How well the windows agree on what a sweep recommends.',
  values: {
    high: 'The test Sharpes of the windows deviate by less than 0.3.',
    medium: 'By 0.3 to 0.8.',
    low: 'By more than 0.8.',
    none: 'Nothing was ranked.',
  },
});

const RecommendationRef = builder.objectRef<SweepRecommendation>('SweepRecommendation').implement({
  description: 'The best combination of all strategy types; nulls when nothing was ranked.',
  fields: (t) => ({
    strategyType: t.exposeString('strategyType', { nullable: true, description: 'The name of its type.' }),
    bestParams: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Parameter -> value, complete.',
      resolve: (entry) => entry.bestParams,
    }),
    meanSharpe: t.exposeFloat('meanSharpe', { nullable: true, description: 'Mean test Sharpe, annualised.' }),
    sharpeStd: t.exposeFloat('sharpeStd', {
      nullable: true,
      description: 'Sample standard deviation of the test Sharpes; 0 for one fold.',
    }),
    confidence: t.expose('confidence', { type: ConfidenceEnum, description: 'How well the windows agree.' }),
    recommended: t.exposeBoolean('recommended', { description: 'Whether the mean test Sharpe is above 0.' }),
  }),
});

export const SweepResultsRef = builder.objectRef<SweepResults>('SweepResults').implement({
  description: 'What a sweep found.',
  fields: (t) => ({
    byStrategy: t.field({
      type: [ByStrategyRef],
      description: 'One per strategy type, in the order in which they were searched.',
      extensions: { items: 4 },
      resolve: (results) => [...results.byStrategy],
    }),
    recommendation: t.field({
      type: RecommendationRef,
      description: 'What the ranking over all types comes to.',
      resolve: (results) => results.recommendation,
    }),
  }),
});
