/** Models that tuning jobs have trained, and what they predict. */
import { memberOf, readJson } from '../core/index.ts';
import type { FeatureConfig } from '../features/index.ts';
import { INTERVALS } from '../market/index.ts';
import { engineInfo, MODEL_TYPES } from '../models/index.ts';
import type { EdgeVerdict } from '../optimize/index.ts';
import { type Prediction, predictModel } from '../predictions/index.ts';
import { builder } from './builder.ts';
import { inputId } from './inputs.ts';
import { IntervalEnum } from './market.ts';
import { EdgeVerdictEnum, EngineRef, FeatureConfigRef } from './model-tuning.ts';
import { ownRow, ownRows, rowsBefore } from './own-rows.ts';
import { pageLimit } from './paging.ts';

const VERDICTS: readonly EdgeVerdict['verdict'][] = ['edge', 'no_edge'];

/** The bytes are read by nobody here: they are many kilobytes. */
const ModelRef = builder.prismaObject('TrainedModel', {
  name: 'Model',
  description:
    'A model that was trained with the best parameters of a tuning job, as it was scored on the hold-out: it has learned from nothing that is later.',
  select: { id: true },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Counts up.' }),
    modelType: t.exposeString('modelType', { description: 'The name of its type.' }),
    engine: t.field({
      type: EngineRef,
      description: 'What trained it.',
      select: { modelType: true },
      resolve: (row) => engineInfo(memberOf(MODEL_TYPES, row.modelType)),
    }),
    params: t.field({
      type: 'JSON',
      description: 'Parameter -> value, complete.',
      select: { params: true },
      resolve: (row) => readJson<unknown>(row.params),
    }),
    featureConfig: t.field({
      type: FeatureConfigRef,
      description: 'What it sees and has learned.',
      select: { featureConfig: true },
      resolve: (row) => readJson<FeatureConfig>(row.featureConfig),
    }),
    symbols: t.field({
      type: ['Symbol'],
      description: 'What it has learned from.',
      select: { symbols: true },
      resolve: (row) => readJson<string[]>(row.symbols),
    }),
    interval: t.field({
      type: IntervalEnum,
      description: 'The length of its bars.',
      select: { interval: true },
      resolve: (row) => memberOf(INTERVALS, row.interval),
    }),
    dataSource: t.exposeString('dataSource', { description: 'Where the prices came from.' }),
    trainedFrom: t.expose('trainedFrom', {
      type: 'DateTime',
      description: 'When the first bar begins that it has learned from.',
    }),
    trainedUntil: t.expose('trainedUntil', {
      type: 'DateTime',
      description: 'When the last bar begins that it knows of: what it says of earlier ones is no prediction.',
    }),
    rows: t.exposeInt('rows', { description: 'Rows that it has learned from, one per bar and symbol.' }),
    longAbove: t.exposeFloat('longAbove', { description: 'A prediction above is a reason to buy.' }),
    shortBelow: t.exposeFloat('shortBelow', { description: 'A prediction below is a reason to sell short.' }),
    verdict: t.field({
      type: EdgeVerdictEnum,
      description: 'Of the job that trained it.',
      select: { verdict: true },
      resolve: (row) => memberOf(VERDICTS, row.verdict),
    }),
    engineVersion: t.exposeString('engineVersion', { description: 'Same job, bars and version: same model.' }),
    checksum: t.exposeString('checksum', { description: 'SHA-256 of its bytes, hex.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was stored.' }),
    optimization: t.relation('optimization', { description: 'The job that trained it.' }),
  }),
});

const PredictionRef = builder.objectRef<Prediction>('ModelPrediction').implement({
  description: 'What a model says after a bar.',
  fields: (t) => ({
    symbol: t.expose('symbol', { type: 'Symbol', description: 'Of what.' }),
    date: t.exposeString('date', { description: 'The bar.' }),
    value: t.exposeFloat('value', { description: 'The probability of a rise, or the return that is expected.' }),
    target: t.exposeInt('target', {
      description: '1 long, -1 short, 0 neither: by the thresholds of the model, of this prediction alone.',
    }),
    isInSample: t.exposeBoolean('isInSample', {
      description: 'Whether the model knows of this bar or of a later one: then this is no prediction.',
    }),
  }),
});

builder.queryFields((t) => ({
  model: t.prismaField({
    type: ModelRef,
    nullable: true,
    description: 'One model; null when there is none with this id.',
    args: { id: t.arg.id({ required: true, description: 'The id of the model.' }) },
    resolve: (query, _root, { id }, { caller, services }) => {
      return services.database.read.trainedModel.findFirst({
        ...query,
        where: ownRow(caller, id),
      });
    },
  }),
  models: t.prismaConnection({
    type: ModelRef,
    cursor: 'id',
    maxSize: pageLimit(1),
    description: 'The models, newest first.',
    args: {
      olderThan: t.arg.id({ description: 'Only those stored before the model with this id.' }),
    },
    resolve: (query, _root, { olderThan }, { caller, services }) => {
      return services.database.read.trainedModel.findMany({
        ...query,
        where: {
          ...ownRows(caller),
          ...rowsBefore(olderThan),
        },
        orderBy: { id: 'desc' },
      });
    },
  }),
  predict: t.field({
    type: [PredictionRef],
    nullable: true,
    description:
      'What a model says of the bars of [start, end], oldest first. Features take bars from `start` on, so that the first bars have none; what is said of a bar depends on no earlier one than its warm-up. At most 100,000. Null, with an error, when the bars cannot be had.',
    args: {
      modelId: t.arg.id({ required: true, description: 'The id of a model.' }),
      symbols: t.arg({
        type: ['Symbol'],
        description:
          'Of what; default: those that it has learned from. A model that compares symbols takes these and no others.',
      }),
      start: t.arg({ type: 'Date', required: true, description: 'First date, inclusive.' }),
      end: t.arg({ type: 'Date', required: true, description: 'Last date, inclusive; in the future: today.' }),
      source: t.arg.string({
        description: '`csv` or the name of a provider; default: where what it has learned from came from.',
      }),
    },
    resolve: async (_root, { modelId, ...request }, { caller, services }) => [
      ...(await predictModel(services, caller.principal, { ...request, modelId: inputId(modelId) })),
    ],
  }),
}));
