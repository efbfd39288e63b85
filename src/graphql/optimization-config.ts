/** What an optimization job was asked: its kind, how it searches, and everything else that decides the result. */
import type {
  ModelStamp,
  OptimizationConfig,
  OptimizationJobType,
  OptimizationSection,
  SearchMethod,
  SkippedType,
} from '../optimize/index.ts';
import { builder } from './builder.ts';
import { enumOf } from './inputs.ts';
import { IntervalEnum } from './market.ts';
import { settingsFields } from './simulation.ts';

export const JobTypeEnum = enumOf<OptimizationJobType>('OptimizationJobType', {
  description: 'What is optimized.',
  values: {
    strategy: 'The parameters of one strategy type.',
    sweep: 'The parameters of every strategy type that fits the symbols and the bars, one after the other.',
    model: 'The parameters of a model that learns from the bars.',
  },
});

export const SearchMethodEnum = enumOf<SearchMethod>('SearchMethod', {
  description: 'How a job chooses the combinations that it tries.',
  values: {
    grid: 'Every combination of the grid, in its order.',
    random: 'Valid combinations drawn evenly, none twice.',
    tpe: 'Valid combinations drawn where earlier ones of the same job did well (tree-structured Parzen estimator).',
  },
});

const SectionRef = builder.objectRef<OptimizationSection>('OptimizationSection').implement({
  description: 'The part of a job that searches one strategy type.',
  fields: (t) => ({
    strategyType: t.exposeString('strategyType', { description: 'The name of the type.' }),
    paramGrid: t.field({
      type: 'JSON',
      description: 'Parameter -> list of values, or range `{min, max, step?, log?}`. Others keep their default.',
      resolve: (section) => section.paramGrid,
    }),
    trials: t.exposeInt('trials', { description: 'Combinations that are tried, invalid ones of a grid included.' }),
  }),
});

const SkippedTypeRef = builder.objectRef<SkippedType>('SkippedStrategyType').implement({
  description: 'A strategy type that a sweep leaves out.',
  fields: (t) => ({
    strategyType: t.exposeString('strategyType', { description: 'The name of the type.' }),
    reason: t.exposeString('reason', { description: 'Why it cannot trade these symbols or bars, a sentence.' }),
  }),
});

const ModelStampRef = builder.objectRef<ModelStamp>('FollowedModelStamp').implement({
  description: 'A stored model that combinations follow, as the job was submitted with it.',
  fields: (t) => ({
    id: t.id({ description: 'The id of the model.', resolve: ({ id }) => String(id) }),
    checksum: t.exposeString('checksum', { description: 'SHA-256 of its bytes, hex.' }),
  }),
});

export const ConfigRef = builder.objectRef<OptimizationConfig>('OptimizationConfig').implement({
  description: 'Everything that decides the result, with defaults filled in.',
  fields: (t) => ({
    sections: t.field({
      type: [SectionRef],
      description: 'What is searched, in this order: one section for a strategy, one per type in a sweep.',
      resolve: (config) => [...config.sections],
    }),
    skippedTypes: t.field({
      type: [SkippedTypeRef],
      description: 'Strategy types that a sweep leaves out; empty for other jobs.',
      resolve: (config) => [...config.skippedTypes],
    }),
    symbols: t.field({ type: ['Symbol'], description: 'What is traded.', resolve: (config) => [...config.symbols] }),
    start: t.expose('start', { type: 'Date', description: 'First date asked for, inclusive.' }),
    end: t.expose('end', { type: 'Date', description: 'Last date asked for, inclusive.' }),
    interval: t.expose('interval', { type: IntervalEnum, description: 'The length of a bar.' }),
    method: t.expose('method', { type: SearchMethodEnum, description: 'How the combinations are chosen.' }),
    maxTrials: t.exposeInt('maxTrials', {
      nullable: true,
      description: 'Most combinations that are tried of each strategy type; null for a grid, which is tried whole.',
    }),
    seed: t.exposeInt('seed', {
      nullable: true,
      description: 'Of the random choices: same seed, same choices; null for a grid.',
    }),
    models: t.field({
      type: [ModelStampRef],
      description: 'The stored models that combinations follow; empty for types that follow none.',
      resolve: ({ models = [] }) => [...models],
    }),
    nSplits: t.exposeInt('nSplits', { description: 'Walk-forward windows.' }),
    trainRatio: t.exposeFloat('trainRatio', { description: 'Share of each window that trains, 0.1 to 0.9.' }),
    ...settingsFields(t),
  }),
});
