/** How optimization jobs look in REST. */
import { z } from 'zod';
import { OPTIMIZATION_JOB_TYPES, OPTIMIZATION_STATUSES, SEARCH_METHODS, TRIAL_STATUSES } from '../../optimize/index.ts';
import { engine, judgement, modelConfig, modelResult, modelTrial } from './model-shapes.ts';
import { overfitting, result, sweepResults } from './optimization-results.ts';
import { dataSource, id, instant, interval, maybeNumber, params } from './shapes.ts';

const grid = {
  type: 'object',
  additionalProperties: {},
  description: 'Parameter → list of values, or range.',
} as const;

const status = z.enum(OPTIMIZATION_STATUSES).describe('`pending`, `running`, then one of the others, which are final.');

const jobType = z
  .enum(OPTIMIZATION_JOB_TYPES)
  .describe('`strategy`: one strategy type; `sweep`: every one that fits the symbols and bars; `model`: a model.');

const listing = {
  id,
  job_type: jobType,
  strategy_type: z
    .string()
    .nullable()
    .describe('Name of the type that is optimized; null for a sweep and for a model.'),
  model_type: z.string().nullable().describe('Name of the model type that is tuned; null for other jobs.'),
  status,
  created_at: instant,
  best_sharpe: maybeNumber.describe('Mean test Sharpe of the best combination; null until one is ranked.'),
};

/** Jobs in a list. */
export const listAnswer = z.array(z.object(listing)).describe('The jobs, newest first.');

const unranked = z.object({
  strategy_type: z.string().optional().describe('Whose parameters these are, in a sweep.'),
  params: z.unknown().meta({
    type: ['object', 'null'],
    description: 'Parameter → value; null in `skipped` of a sweep where the whole type is left out.',
  }),
  reason: z.string().describe('Why it has no rank.'),
});

const section = z.object({
  strategy_type: z.string(),
  param_grid: z.unknown().meta(grid),
  trials: z.int().describe('Combinations that are tried, invalid ones of a grid included.'),
});

const strategyConfig = z
  .object({
    strategy_type: z.string().nullable().describe('Null for a sweep.'),
    param_grid: z.unknown().meta({ ...grid, type: ['object', 'null'] }),
    sections: z.array(section).describe('What is searched, in this order: one per strategy type.'),
    skipped_types: z
      .array(z.object({ strategy_type: z.string(), reason: z.string() }))
      .describe('Strategy types that a sweep leaves out.'),
    symbols: z.array(z.string()),
    start: z.string(),
    end: z.string(),
    interval,
    method: z.enum(SEARCH_METHODS).describe('How the combinations are chosen.'),
    max_trials: z.int().nullable().describe('Most that are tried of each type; null for a grid.'),
    seed: z.int().nullable().describe('Of the random choices; null for a grid.'),
    n_splits: z.int(),
    train_ratio: z.number(),
    initial_capital: z.number(),
    commission_bps: z.number(),
    slippage_bps: z.number(),
    allow_short: z.boolean(),
    periods_per_year: z.number(),
    models: z
      .array(z.object({ id, checksum: z.string() }))
      .describe('The stored models that combinations follow, as the job was submitted with them.'),
  })
  .describe('Everything that decides the result of a job about strategies, with defaults filled in.');

/** In a sweep only. */
const strategyProgress = {
  current_strategy: z.string().nullable().optional().describe('Sweep: the type that is searched now.'),
  strategy_index: z.int().nullable().optional().describe('Sweep: its place, from 1.'),
  total_strategies: z.int().nullable().optional().describe('Sweep: types in all.'),
};

const progress = z
  .object({
    combo: z.int().describe('Combinations done.'),
    total: z.int().describe('Combinations in all.'),
    fold: z
      .int()
      .describe(
        'The fold that was computed last, from 1; 0 before the first. Combinations of strategies go through all folds in batches, so that it is most often the last one.',
      ),
    n_folds: z.int().describe('Folds of each combination.'),
    ...strategyProgress,
  })
  .describe('How far the job is.');

/** A job in an answer. */
export const optimizationAnswer = z
  .object({
    ...listing,
    job_id: id.describe('The same as `id`.'),
    strategy_id: id.nullable().describe('The saved strategy that the job named.'),
    model_id: id.nullable().describe('The model that a complete job about a model has trained; null for other jobs.'),
    config: z.union([strategyConfig, modelConfig]).describe('What was asked.'),
    data_source: dataSource,
    data_hash: z.string().describe('SHA-256 of the bars, hex.'),
    first_bar: instant,
    last_bar: instant,
    bars: z.int().describe('Bars of each symbol.'),
    engine_version: z.string().describe('Same job, bars and version: same figures.'),
    total_combinations: z.int().describe('Skipped ones included.'),
    progress,
    started_at: instant.nullable(),
    finished_at: instant.nullable(),
    results: z
      .union([z.array(result), z.array(modelResult), sweepResults])
      .nullable()
      .describe('The best 20, best first, or what a sweep found; null until the job has ended.'),
    engine: engine.nullable().describe('What trains the models; null for other jobs.'),
    judgement: judgement
      .nullable()
      .describe(
        'Whether the best model is more than luck; null unless a job about a model is complete and ranked something.',
      ),
    overfitting: overfitting
      .nullable()
      .describe('Whether the best is more than luck; null unless the job is complete and something was ranked.'),
    best_params: z
      .unknown()
      .meta({ type: ['object', 'null'], description: 'Parameters of the best; null until one is ranked.' }),
    skipped: z
      .array(unranked)
      .nullable()
      .describe('Combinations that are invalid in themselves; null until the job has ended.'),
    unranked: z
      .array(unranked)
      .nullable()
      .describe('Combinations without a fill in any test slice, or dropped on the way; null until the job has ended.'),
    partial: z.boolean().describe('Whether the results are of a part of the combinations.'),
    error: z.string().nullable().describe('Why the job failed.'),
  })
  .meta({
    title: 'Optimization',
    description: 'A walk-forward optimization: what was asked, how far it is, what came of it.',
  });

/** A combination of a job about strategies in short. */
const strategyTrial = z.object({
  index: z.int().describe('Place in the order in which they were tried, from 0.'),
  strategy_type: z.string().describe('Whose parameters these are.'),
  status: z.enum(TRIAL_STATUSES).describe('`skipped`: invalid in itself; `unranked`: never traded in a test slice.'),
  rank: z.int().nullable().describe('1 is the best; null unless ranked.'),
  params,
  mean_sharpe: maybeNumber,
  sharpe_std: maybeNumber,
  mean_return: maybeNumber,
  max_drawdown: maybeNumber,
  mean_win_rate: maybeNumber,
  trades: z.int().nullable(),
  reason: z.string().nullable().describe('Why it has no rank.'),
});

/** Combinations in short, in an answer. */
export const trialsAnswer = z
  .array(z.union([strategyTrial, modelTrial]))
  .describe('A row per combination, in the order in which they were tried; none before the job has ended.');
