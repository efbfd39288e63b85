/** The combinations of a tuning job, page by page. */
import { memberOf, readJson } from '../core/index.ts';
import { TRIAL_STATUSES, type TrialStatus } from '../optimize/index.ts';
import { builder } from './builder.ts';
import { enumOf } from './inputs.ts';

export const TrialStatusEnum = enumOf<TrialStatus>('OptimizationTrialStatus', {
  description: 'Whether a combination has a rank.',
  values: {
    ranked: 'It has: it traded in a test slice, or a model was scored on all of them.',
    skipped: 'It is invalid in itself and was not computed.',
    unranked: 'It was dropped on the way, or a figure of it is no number.',
  },
});

export const ModelTrialRef = builder.prismaObject('ModelTrial', {
  description:
    'One combination of a model’s parameters in short. Means are over the test slices that it was scored on: all of them, or those before it was dropped; null without any.',
  select: { optimizationId: true, index: true },
  fields: (t) => ({
    index: t.exposeInt('index', { description: 'Place in the order in which they were tried, from 0.' }),
    status: t.field({
      type: TrialStatusEnum,
      description: 'Whether it has a rank.',
      select: { status: true },
      resolve: (row) => memberOf(TRIAL_STATUSES, row.status),
    }),
    rank: t.exposeInt('rank', { nullable: true, description: '1 has the least mean loss.' }),
    params: t.field({
      type: 'JSON',
      description: 'Parameter -> value, complete.',
      select: { params: true },
      resolve: (row) => readJson<unknown>(row.params),
    }),
    meanLoss: t.exposeFloat('meanLoss', { nullable: true, description: 'Log loss, or squared error of returns.' }),
    lossStd: t.exposeFloat('lossStd', { nullable: true, description: 'Sample standard deviation.' }),
    meanAuc: t.exposeFloat('meanAuc', { nullable: true, description: 'Null also when no slice has one.' }),
    meanAccuracy: t.exposeFloat('meanAccuracy', { nullable: true, description: 'Share of right directions.' }),
    sharpe: t.exposeFloat('sharpe', { nullable: true, description: 'Of trading, annualised, after costs.' }),
    maxDrawdown: t.exposeFloat('maxDrawdown', { nullable: true, description: 'The worst test slice, at most 0.' }),
    trades: t.exposeInt('trades', { nullable: true, description: 'Closed trades in all test slices.' }),
    folds: t.field({
      type: 'JSON',
      description: 'The scores of each test slice: a list of objects with the fields of `ModelFold`.',
      select: { folds: true },
      resolve: (row) => readJson<unknown>(row.folds),
    }),
    fitSeconds: t.exposeFloat('fitSeconds', {
      nullable: true,
      description:
        'Seconds that its trainings took, its share of those that it had in common with others; null unless trained.',
    }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why it has no rank.' }),
  }),
});
