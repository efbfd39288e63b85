/** How optimization jobs look in REST. */
import { z } from 'zod';
import { memberOf } from '../../core/index.ts';
import type { OptimizationByIdQuery, OptimizationListingFragment } from '../../graphql/index.ts';
import { OPTIMIZATION_STATUSES } from '../../optimize/index.ts';
import { type InSnakeCase, snakeKeys } from '../naming.ts';
import {
  dataSource,
  id,
  idOf,
  instant,
  interval,
  intervalOf,
  maybeNumber,
  params,
  range,
  simulation,
  symbols,
} from './shapes.ts';

const JOB_TYPES = ['strategy'] as const;
const TRIAL_STATUSES = ['ranked', 'skipped', 'unranked'] as const;

const status = z.enum(OPTIMIZATION_STATUSES).describe('`pending`, `running`, then one of the others, which are final.');

const jobType = z.enum(JOB_TYPES).describe('What is optimized.');

const grid = { type: 'object', additionalProperties: {}, description: 'Parameter → list of values.' } as const;

/** Body of a submission. */
export const startBody = z.strictObject({
  strategy_type: z.string().describe('Name of a type, e.g. `momentum`.'),
  symbols,
  ...range,
  param_grid: z
    .record(z.string(), z.unknown())
    .nullish()
    .meta({
      description:
        'Parameter → list of values, or one value; default: the grid of the type. Parameters left out keep their default.',
      examples: [{ short_window: [10, 20], long_window: [50, 100] }],
    }),
  n_splits: z.int32().default(5).describe('Walk-forward windows.'),
  train_ratio: z.number().default(0.7).describe('Share of each window that trains, 0.1 to 0.9.'),
  ...simulation,
  strategy_id: z.int().nullish().describe('A saved strategy of the same type that the job is about.'),
});

/** A submitted job in an answer. */
export const startedAnswer = z
  .object({
    job_id: id.describe('For `GET /api/optimize/{id}`.'),
    status: z.literal('running').describe('Accepted; how far it is stands in the job.'),
    total_combinations: z.int().describe('Combinations of the grid, skipped ones included.'),
  })
  .meta({ title: 'StartedOptimization', description: 'The job was accepted.' });

const listing = {
  id,
  job_type: jobType,
  strategy_type: z.string().nullable().describe('Name of the type that is optimized.'),
  status,
  created_at: instant,
  best_sharpe: maybeNumber.describe('Mean test Sharpe of the best combination; null until one is ranked.'),
};

/** Jobs in a list. */
export const listAnswer = z.array(z.object(listing)).describe('The jobs, newest first.');

const slice = z
  .object({
    start: z.string().describe('First bar.'),
    end: z.string().describe('Last bar.'),
    sharpe: z.number().describe('Annualised; 0 without variance.'),
    total_return: z.number(),
    max_drawdown: z.number().describe('At most 0.'),
    win_rate: z.number().describe('0 without closed trades.'),
    trades: z.int().describe('Closed trades.'),
  })
  .describe('Figures of one slice of a window.');

const result = z.object({
  rank: z.int().describe('1 is the best.'),
  params,
  mean_sharpe: z.number(),
  sharpe_std: z.number().describe('Sample standard deviation; 0 for one fold.'),
  mean_return: z.number(),
  max_drawdown: z.number().describe('The worst of the test slices, at most 0.'),
  mean_win_rate: z.number(),
  trades: z.int().describe('Closed trades in all test slices.'),
  folds: z
    .array(z.object({ fold: z.int().describe('From 1.'), train: slice, test: slice }))
    .describe('One for each window.'),
});

const unranked = z.array(z.object({ params, reason: z.string().describe('Why it has no rank.') })).nullable();

const config = z
  .object({
    strategy_type: z.string(),
    symbols: z.array(z.string()),
    start: z.string(),
    end: z.string(),
    interval,
    param_grid: z.unknown().meta(grid),
    n_splits: z.int(),
    train_ratio: z.number(),
    initial_capital: z.number(),
    commission_bps: z.number(),
    slippage_bps: z.number(),
    allow_short: z.boolean(),
    periods_per_year: z.number(),
  })
  .describe('Everything that decides the result, with defaults filled in.');

const progress = z
  .object({
    combo: z.int().describe('Combinations done.'),
    total: z.int().describe('Combinations in all.'),
    fold: z.int().describe('The fold that was computed last, from 1; 0 before the first.'),
    n_folds: z.int().describe('Folds of each combination.'),
  })
  .describe('How far the job is.');

/** A job in an answer. */
export const optimizationAnswer = z
  .object({
    ...listing,
    job_id: id.describe('The same as `id`.'),
    model_type: z.null().describe('For jobs about a model.'),
    strategy_id: id.nullable().describe('The saved strategy that the job named.'),
    config,
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
    results: z.array(result).nullable().describe('The best 20, best first; null until the job has ended.'),
    best_params: z
      .unknown()
      .meta({ type: ['object', 'null'], description: 'Parameters of the best; null until one is ranked.' }),
    skipped: unranked.describe('Combinations that are invalid in themselves; null until the job has ended.'),
    unranked: unranked.describe('Combinations without a fill in any test slice; null until the job has ended.'),
    partial: z.boolean().describe('Whether the results are of a part of the combinations.'),
    error: z.string().nullable().describe('Why the job failed.'),
  })
  .meta({
    title: 'Optimization',
    description: 'A walk-forward optimization: what was asked, how far it is, what came of it.',
  });

/** Combinations in short, in an answer. */
export const trialsAnswer = z
  .array(
    z.object({
      index: z.int().describe('Place in the order of the grid, from 0.'),
      status: z
        .enum(TRIAL_STATUSES)
        .describe('`skipped`: invalid in itself; `unranked`: never traded in a test slice.'),
      rank: z.int().nullable().describe('1 is the best; null unless ranked.'),
      params,
      mean_sharpe: maybeNumber,
      sharpe_std: maybeNumber,
      mean_return: maybeNumber,
      max_drawdown: maybeNumber,
      mean_win_rate: maybeNumber,
      trades: z.int().nullable(),
      reason: z.string().nullable().describe('Why it has no rank.'),
    }),
  )
  .describe('A row per combination, in the order of the grid; none before the job has ended.');

type ShownListing = Omit<InSnakeCase<OptimizationListingFragment>, 'id' | 'status' | 'job_type'> & {
  readonly id: number;
  readonly status: (typeof OPTIMIZATION_STATUSES)[number];
  readonly job_type: (typeof JOB_TYPES)[number];
};

/** A job in a list as the facade writes it. */
export function shownListing(job: OptimizationListingFragment): ShownListing {
  return {
    ...snakeKeys(job),
    id: idOf(job.id),
    status: memberOf(OPTIMIZATION_STATUSES, job.status.toLowerCase()),
    job_type: memberOf(JOB_TYPES, job.jobType.toLowerCase()),
  };
}

/** A job as the facade writes it. */
export function shownOptimization({ strategy, ...job }: NonNullable<OptimizationByIdQuery['optimization']>) {
  return {
    ...snakeKeys(job),
    ...shownListing(job),
    job_id: idOf(job.id),
    model_type: null,
    strategy_id: strategy === null ? null : idOf(strategy.id),
    config: { ...snakeKeys(job.config), interval: intervalOf(job.config.interval) },
  };
}

/** The state of a combination. */
export function trialStatus(name: string): (typeof TRIAL_STATUSES)[number] {
  return memberOf(TRIAL_STATUSES, name.toLowerCase());
}
