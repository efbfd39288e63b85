/** How the tuning of models looks in REST: what is asked, what was asked, and what came of it. */
import { z } from 'zod';
import { MODEL_TYPES } from '../../models/index.ts';
import { TRIAL_STATUSES, TUNING_METHODS } from '../../optimize/index.ts';
import { interval, maybeNumber, params, range, simulation, symbols } from './shapes.ts';

/** Words of the answers whose GraphQL names are in upper case. */
export const LABELS = ['direction', 'return'] as const;
export const EDGE_VERDICTS = ['edge', 'no_edge'] as const;

/** Body of a submission. */
export const modelBody = z.strictObject({
  model_type: z.string().describe(`One of ${MODEL_TYPES.map((type) => `\`${type}\``).join(', ')}.`),
  symbols: symbols.describe('Tickers such as `SPY`; with several, one model learns from all of them.'),
  ...range,
  feature_config: z
    .record(z.string(), z.unknown())
    .nullish()
    .meta({
      description:
        '`{features?, horizon?, label?}`: `features` is a list of names, or an object by name of parameters, each a value or a list of values; default: all. `horizon` is how many bars the label looks ahead, 1 to 250, default 1. `label` is `direction` (the default) or `return`.',
      examples: [{ features: { log_return: { window: [1, 5, 20] }, rsi: {} }, horizon: 1 }],
    }),
  param_grid: z
    .record(z.string(), z.unknown())
    .nullish()
    .meta({
      description:
        'Parameter → list of values, one value, or range `{min, max, step?, log?}`, ends inclusive; default: the grid of the type. `grid` needs a `step` where numbers are not whole. Parameters left out keep their default.',
      examples: [{ max_depth: [2, 4], n_estimators: [50, 100, 200], learning_rate: 0.05 }],
    }),
  n_splits: z.int32().default(5).describe('Test slices, 2 to 100.'),
  embargo_bars: z
    .int32()
    .nullish()
    .describe('Bars between training and testing that neither uses, beside the horizon; default: 1 % of the bars.'),
  ...simulation,
  method: z
    .enum(TUNING_METHODS)
    .nullish()
    .describe(
      '`grid`: every combination; `random`: drawn evenly; `halving`: drawn, and the worse half dropped after each test slice. Default `grid`.',
    ),
  max_trials: z
    .int32()
    .nullish()
    .describe('Most combinations that `random` and `halving` try; default 60. An error with `grid`.'),
  seed: z.int32().nullish().describe('Of the draws and of the training, at least 0; default 1.'),
});

const grid = {
  type: 'object',
  additionalProperties: {},
  description: 'Parameter → list of values, or range.',
} as const;

/** What was asked of a model. */
export const modelConfig = z
  .object({
    model_type: z.string(),
    feature_config: z.object({
      features: z
        .array(z.object({ name: z.string().describe('Of the column.'), family: z.string(), params }))
        .describe('By column.'),
      horizon: z.int().describe('Bars that the label looks ahead.'),
      label: z.enum(LABELS).describe('What is learned.'),
    }),
    param_grid: z.unknown().meta(grid),
    symbols: z.array(z.string()),
    start: z.string(),
    end: z.string(),
    interval,
    method: z.enum(TUNING_METHODS).describe('How the combinations are chosen.'),
    max_trials: z.int().nullable().describe('Most that are tried; null for a grid.'),
    seed: z.int().describe('Of the draws and of the training.'),
    n_splits: z.int().describe('Test slices.'),
    embargo_bars: z.int().describe('Bars between training and testing, beside the horizon.'),
    long_above: z.number().describe('A prediction above is held.'),
    short_below: z.number().describe('A prediction below is sold short, where that is allowed.'),
    initial_capital: z.number(),
    commission_bps: z.number(),
    slippage_bps: z.number(),
    allow_short: z.boolean(),
    periods_per_year: z.number(),
  })
  .describe('Everything that decides the result of a job about a model, with defaults filled in.');

const scores = {
  loss: z.number().describe('Mean log loss, or mean squared error of returns.'),
  baseline_loss: z.number().describe('The same of always saying what was true on average in training.'),
  auc: maybeNumber.describe('Area under the ROC curve; null when the slice has rises only, or none.'),
  accuracy: z.number().describe('Share of directions that were right.'),
  baseline_accuracy: z.number().describe('The same of always saying the majority class of training.'),
  sharpe: z.number().describe('Of trading on the predictions, annualised, after costs.'),
  total_return: z.number(),
  max_drawdown: z.number().describe('At most 0.'),
  trades: z.int().describe('Closed trades.'),
};

/** A ranked combination of a model. */
export const modelResult = z.object({
  rank: z.int().describe('1 has the least mean loss.'),
  params,
  mean_loss: z.number(),
  loss_std: z.number().describe('Sample standard deviation over the test slices.'),
  mean_auc: maybeNumber,
  mean_accuracy: z.number(),
  sharpe: z.number().describe('Of the chained test slices, annualised, after costs.'),
  max_drawdown: z.number().describe('The worst of the test slices, at most 0.'),
  trades: z.int().describe('Closed trades in all test slices.'),
  folds: z.array(z.object({ fold: z.int().describe('From 1.'), ...scores })).describe('One for each test slice.'),
});

/** What trains models, and what it is not. */
export const engine = z
  .object({
    name: z.string(),
    style: z.string().describe('How its trees grow.'),
    original_library: z.boolean().describe('Whether the library that the type is named after was used: never.'),
    parity: z.string().describe('What was compared with the library, and how close it came.'),
    not_implemented: z.array(z.string()).describe('What the library does, and this engine does not.'),
  })
  .describe('What trains the models.');

const slice = z.object({ start: z.string(), end: z.string(), bars: z.int() });
const cut = z.object({ train: slice, test: slice });

/** Whether the best of a job about a model is more than luck. */
export const judgement = z
  .object({
    verdict: z.enum(EDGE_VERDICTS).describe('`edge`: better than the majority class wherever that was measured.'),
    reasons: z
      .array(z.string())
      .describe('A sentence per figure: all of an edge, else those that fall short of their limit.'),
    thresholds: z.object({
      standard_errors: z.number().describe('Gains over the baseline, at least.'),
      holdout_gain: z.number().describe('Gain on the hold-out, above.'),
      sharpe: z.number().describe('Of trading on the test slices, above.'),
    }),
    cuts: z.object({
      folds: z.array(cut),
      holdout: cut,
      gap_bars: z.int().describe('Left out before each test slice: horizon and embargo.'),
    }),
    holdout: z.object(scores).describe('The best on the last bars, which nothing was chosen by; scored once.'),
    trading: z
      .object({
        sharpe: z.number(),
        total_return: z.number(),
        max_drawdown: z.number(),
        trades: z.int(),
        deflated_sharpe: maybeNumber.describe(
          'Probability that the Sharpe is more than the best of many without skill.',
        ),
        n_trials: z
          .int()
          .describe('Different combinations tried on these bars with this type, by this job and earlier ones.'),
      })
      .describe('On the out-of-sample predictions of the best, chained, after costs.'),
    importance: z
      .array(z.object({ feature: z.string(), gain: z.number().describe('Its share of the gain of all splits.') }))
      .describe('Of the model that was scored on the hold-out, largest first.'),
  })
  .describe('Whether the best is more than luck.');

/** A combination of a model in short. */
export const modelTrial = z.object({
  index: z.int().describe('Place in the order in which they were tried, from 0.'),
  status: z.enum(TRIAL_STATUSES).describe('`skipped`: invalid in itself; `unranked`: dropped on the way.'),
  rank: z.int().nullable().describe('1 is the best; null unless ranked.'),
  params,
  mean_loss: maybeNumber,
  loss_std: maybeNumber,
  mean_auc: maybeNumber,
  mean_accuracy: maybeNumber,
  sharpe: maybeNumber,
  max_drawdown: maybeNumber,
  trades: z.int().nullable(),
  folds: z.unknown().meta({ type: 'array', items: {}, description: 'The scores of each test slice.' }),
  fit_seconds: maybeNumber.describe('Seconds that its trainings took; the only figure that differs from run to run.'),
  reason: z.string().nullable().describe('Why it has no rank.'),
});
