/** What a tuning job was asked and what it found: ranked combinations, the hold-out, the verdict, and what the engine is. */

import type { FeatureConfig, FeatureSpec } from '../features/index.ts';
import { type EngineInfo, engineInfo } from '../models/index.ts';
import {
  type EdgeVerdict,
  type FoldScores,
  type HoldoutScores,
  readTuningConfig,
  readTuningFindings,
  readTuningResults,
  type SliceDates,
  type TuningConfig,
  type TuningCuts,
  type TuningFindings,
  type TuningMethod,
  type TuningResult,
} from '../optimize/index.ts';
import type { OptimizationRow } from '../storage/index.ts';
import { builder } from './builder.ts';
import { enumOf } from './inputs.ts';
import { IntervalEnum } from './market.ts';
import { settingsFields } from './simulation.ts';

export const TuningMethodEnum = enumOf<TuningMethod>('TuningMethod', {
  description: 'How a tuning job chooses the combinations that it tries.',
  values: {
    grid: 'Every combination of the grid, in its order.',
    random: 'Combinations drawn evenly, none twice.',
    halving: 'As RANDOM, and after each test slice the worse half of those that are left is dropped.',
  },
});

const LabelEnum = enumOf<FeatureConfig['label']>('ModelLabel', {
  description: 'What a model learns.',
  values: {
    direction: 'Whether the price is higher after the horizon; predictions are probabilities.',
    return: 'The logarithmic return over the horizon; predictions are returns.',
  },
});

export const EdgeVerdictEnum = enumOf<EdgeVerdict['verdict']>('EdgeVerdict', {
  description: 'Whether a model knows more than the majority class.',
  values: {
    edge: 'It beats the baseline wherever that was measured.',
    no_edge: 'It does not; `reasons` say where it falls short.',
  },
});

export const FeatureRef = builder.objectRef<FeatureSpec>('ModelFeature').implement({
  description: 'A column that a model sees.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Of the column, e.g. `log_return_5`.' }),
    family: t.exposeString('family', { description: 'Of the kind of feature, e.g. `log_return`.' }),
    params: t.field({ type: 'JSON', description: 'Parameter -> value.', resolve: ({ params }) => params }),
  }),
});

/** Fields of everything that has a configuration of features. */
const FeatureConfigRef = builder.objectRef<FeatureConfig>('FeatureConfig').implement({
  description: 'What a model sees and what it learns.',
  fields: (t) => ({
    features: t.field({ type: [FeatureRef], description: 'By column.', resolve: ({ features }) => [...features] }),
    horizon: t.exposeInt('horizon', { description: 'Bars that the label looks ahead.' }),
    label: t.expose('label', { type: LabelEnum, description: 'What is learned.' }),
  }),
});

export { FeatureConfigRef };

const ConfigRef = builder.objectRef<TuningConfig>('ModelTuningConfig').implement({
  description: 'Everything that decides the result, with defaults filled in.',
  fields: (t) => ({
    modelType: t.exposeString('modelType', { description: 'The name of the type.' }),
    featureConfig: t.field({
      type: FeatureConfigRef,
      description: 'What the model sees and learns.',
      resolve: ({ featureConfig }) => featureConfig,
    }),
    paramGrid: t.field({
      type: 'JSON',
      description: 'Parameter -> list of values, or range `{min, max, step?, log?}`. Others keep their default.',
      resolve: ({ paramGrid }) => paramGrid,
    }),
    symbols: t.field({
      type: ['Symbol'],
      description: 'What is learned from.',
      resolve: ({ symbols }) => [...symbols],
    }),
    start: t.expose('start', { type: 'Date', description: 'First date asked for, inclusive.' }),
    end: t.expose('end', { type: 'Date', description: 'Last date asked for, inclusive.' }),
    interval: t.expose('interval', { type: IntervalEnum, description: 'The length of a bar.' }),
    method: t.expose('method', { type: TuningMethodEnum, description: 'How the combinations are chosen.' }),
    maxTrials: t.exposeInt('maxTrials', {
      nullable: true,
      description: 'Most combinations that are tried; null for a grid, which is tried whole.',
    }),
    seed: t.exposeInt('seed', { description: 'Of the draws and of the training: same seed, same model.' }),
    nSplits: t.exposeInt('nSplits', { description: 'Test slices.' }),
    embargoBars: t.exposeInt('embargoBars', {
      description: 'Bars between training and testing that neither uses, beside the horizon.',
    }),
    longAbove: t.float({
      description: 'A prediction above is held.',
      resolve: ({ thresholds }) => thresholds.longAbove,
    }),
    shortBelow: t.float({
      description: 'A prediction below is sold short, where that is allowed.',
      resolve: ({ thresholds }) => thresholds.shortBelow,
    }),
    ...settingsFields(t),
  }),
});

type ScoresFields<Shape> = PothosSchemaTypes.ObjectFieldBuilder<(typeof builder)['$inferSchemaTypes'], Shape>;

/** Scores of predictions on a slice, and of trading on them. */
function scoreFields<Shape extends HoldoutScores>(t: ScoresFields<Shape>) {
  return {
    loss: t.float({ description: 'Mean log loss, or mean squared error of returns.', resolve: ({ loss }) => loss }),
    baselineLoss: t.float({
      description: 'The same of always saying what was true on average in training.',
      resolve: ({ baselineLoss }) => baselineLoss,
    }),
    auc: t.float({
      nullable: true,
      description: 'Area under the ROC curve, 0 to 1; null when the slice has rises only, or none.',
      resolve: ({ auc }) => auc,
    }),
    accuracy: t.float({ description: 'Share of directions that were right.', resolve: ({ accuracy }) => accuracy }),
    baselineAccuracy: t.float({
      description: 'The same of always saying the majority class of training.',
      resolve: ({ baselineAccuracy }) => baselineAccuracy,
    }),
    sharpe: t.float({ description: 'Of trading, annualised, after costs.', resolve: ({ sharpe }) => sharpe }),
    totalReturn: t.float({ description: 'Of trading, a fraction.', resolve: ({ totalReturn }) => totalReturn }),
    maxDrawdown: t.float({ description: 'Of trading, at most 0.', resolve: ({ maxDrawdown }) => maxDrawdown }),
    trades: t.int({ description: 'Closed trades.', resolve: ({ trades }) => trades }),
  };
}

const FoldRef = builder.objectRef<FoldScores>('ModelFold').implement({
  description: 'One test slice of a combination.',
  fields: (t) => ({ fold: t.exposeInt('fold', { description: 'From 1.' }), ...scoreFields(t) }),
});

const ResultRef = builder.objectRef<TuningResult>('ModelTuningResult').implement({
  description: 'A ranked combination. Means are over the test slices.',
  fields: (t) => ({
    rank: t.exposeInt('rank', { description: '1 has the least mean loss.' }),
    params: t.field({ type: 'JSON', description: 'Parameter -> value, complete.', resolve: ({ params }) => params }),
    meanLoss: t.exposeFloat('meanLoss', { description: 'What is ranked by: log loss, or squared error.' }),
    lossStd: t.exposeFloat('lossStd', { description: 'Sample standard deviation.' }),
    meanAuc: t.exposeFloat('meanAuc', { nullable: true, description: 'Null when no slice has one.' }),
    meanAccuracy: t.exposeFloat('meanAccuracy', { description: 'Share of directions that were right.' }),
    sharpe: t.exposeFloat('sharpe', { description: 'Of trading on the chained slices, annualised, after costs.' }),
    maxDrawdown: t.exposeFloat('maxDrawdown', { description: 'The worst of the test slices, at most 0.' }),
    trades: t.exposeInt('trades', { description: 'Closed trades in all test slices.' }),
    folds: t.field({
      type: [FoldRef],
      description: 'One per test slice, in time.',
      extensions: { items: 5 },
      resolve: ({ folds }) => [...folds],
    }),
  }),
});

const SliceRef = builder.objectRef<SliceDates>('ModelSlice').implement({
  description: 'From when to when a slice is.',
  fields: (t) => ({
    start: t.exposeString('start', { description: 'First bar.' }),
    end: t.exposeString('end', { description: 'Last bar.' }),
    bars: t.exposeInt('bars', { description: 'How many there are.' }),
  }),
});

const CutRef = builder.objectRef<TuningCuts['holdout']>('ModelCut').implement({
  description: 'What is learned from, and what is tested on.',
  fields: (t) => ({
    train: t.field({ type: SliceRef, description: 'Learned from.', resolve: ({ train }) => train }),
    test: t.field({ type: SliceRef, description: 'Tested on.', resolve: ({ test }) => test }),
  }),
});

const CutsRef = builder.objectRef<TuningCuts>('ModelCuts').implement({
  description: 'How the bars were cut.',
  fields: (t) => ({
    folds: t.field({
      type: [CutRef],
      description: 'In time.',
      extensions: { items: 5 },
      resolve: ({ folds }) => [...folds],
    }),
    holdout: t.field({ type: CutRef, description: 'The last bars.', resolve: ({ holdout }) => holdout }),
    gapBars: t.exposeInt('gapBars', { description: 'Left out before each test slice: horizon and embargo.' }),
  }),
});

const HoldoutRef = builder.objectRef<HoldoutScores>('ModelHoldout').implement({
  description: 'What the best did on the last bars, which nothing was chosen by. Scored once.',
  fields: (t) => scoreFields(t),
});

const TradingRef = builder.objectRef<TuningFindings['trading']>('ModelTrading').implement({
  description: 'What trading on the out-of-sample predictions of the best would have brought, after costs.',
  fields: (t) => ({
    sharpe: t.exposeFloat('sharpe', { description: 'Of the chained test slices, annualised.' }),
    totalReturn: t.exposeFloat('totalReturn', { description: 'Of the chained test slices, a fraction.' }),
    maxDrawdown: t.exposeFloat('maxDrawdown', { description: 'Of the worst test slice, at most 0.' }),
    trades: t.exposeInt('trades', { description: 'Closed trades.' }),
    deflatedSharpe: t.exposeFloat('deflatedSharpe', {
      nullable: true,
      description:
        'Probability that the true Sharpe exceeds what the best of `nTrials` without skill would show, 0 to 1; null when its returns do not vary.',
    }),
    nTrials: t.exposeInt('nTrials', {
      description: 'Different combinations tried on these bars with this model type, by this job and by earlier ones.',
    }),
  }),
});

const ThresholdsRef = builder.objectRef<TuningFindings['thresholds']>('EdgeThresholds').implement({
  description: 'What the verdict was measured by.',
  fields: (t) => ({
    standardErrors: t.exposeFloat('standardErrors', { description: 'Gains over the baseline, at least.' }),
    holdoutGain: t.exposeFloat('holdoutGain', { description: 'Gain on the hold-out, above.' }),
    sharpe: t.exposeFloat('sharpe', { description: 'Of trading on the test slices, above.' }),
  }),
});

const ImportanceRef = builder.objectRef<TuningFindings['importance'][number]>('FeatureImportance').implement({
  description: 'What a feature contributed to a model.',
  fields: (t) => ({
    feature: t.exposeString('feature', { description: 'The column.' }),
    gain: t.exposeFloat('gain', { description: 'Its share of the gain of all splits.' }),
  }),
});

const JudgementRef = builder.objectRef<TuningFindings>('ModelJudgement').implement({
  description: 'Whether the best of a complete job is more than luck.',
  fields: (t) => ({
    verdict: t.expose('verdict', { type: EdgeVerdictEnum, description: 'In a word.' }),
    reasons: t.exposeStringList('reasons', {
      description: 'A sentence per figure with its value and its limit: all of an edge, else those that fall short.',
    }),
    thresholds: t.field({ type: ThresholdsRef, description: 'Its limits.', resolve: ({ thresholds }) => thresholds }),
    cuts: t.field({ type: CutsRef, description: 'How the bars were cut.', resolve: ({ cuts }) => cuts }),
    holdout: t.field({ type: HoldoutRef, description: 'The last bars.', resolve: ({ holdout }) => holdout }),
    trading: t.field({ type: TradingRef, description: 'On the test slices.', resolve: ({ trading }) => trading }),
    importance: t.field({
      type: [ImportanceRef],
      description: 'Of the model that was scored on the hold-out, largest first.',
      resolve: ({ importance }) => [...importance],
    }),
  }),
});

export const EngineRef = builder.objectRef<EngineInfo>('ModelEngine').implement({
  description: 'What trained a model, and what it is not.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Of the engine: not of the library that the type is named after.' }),
    style: t.exposeString('style', { description: 'How its trees grow.' }),
    originalLibrary: t.boolean({
      description: 'Whether the library that the type is named after was used: never.',
      resolve: (info) => info.original_library,
    }),
    parity: t.exposeString('parity', { description: 'What was compared with the library, and how close it came.' }),
    notImplemented: t.stringList({
      description: 'What the library does, and this engine does not.',
      resolve: (info) => [...info.not_implemented],
    }),
  }),
});

/** A job about a model, and what its row holds of it. */
export interface TuningShape {
  readonly config: TuningConfig;
  readonly row: Pick<OptimizationRow, 'jobType' | 'results' | 'tuning'>;
}

export const TuningRef = builder.objectRef<TuningShape>('ModelTuning').implement({
  description: 'The tuning of a model: what was asked, and what came of it.',
  fields: (t) => ({
    config: t.field({ type: ConfigRef, description: 'What was asked.', resolve: ({ config }) => config }),
    engine: t.field({
      type: EngineRef,
      description: 'What trains the models.',
      resolve: ({ config }) => engineInfo(config.modelType),
    }),
    results: t.field({
      type: [ResultRef],
      nullable: true,
      description: 'The best 20, best first; null until the job has ended.',
      extensions: { items: 20 },
      resolve: ({ row }) => readTuningResults(row),
    }),
    judgement: t.field({
      type: JudgementRef,
      nullable: true,
      description: 'Null unless the job is complete and something was ranked.',
      resolve: ({ row }) => readTuningFindings(row),
    }),
  }),
});

/** What a row holds of a tuning; null for other jobs. */
export function tuningOf(row: TuningShape['row'] & Pick<OptimizationRow, 'config'>): TuningShape | null {
  const config = readTuningConfig(row);
  return config === null ? null : { config, row };
}
