/** How optimization jobs are submitted in REST, and the answers to that. */
import { z } from 'zod';
import { SEARCH_METHODS } from '../../optimize/index.ts';
import { camelKeys } from '../naming.ts';
import { id, intervalName, range, simulation, symbols } from './shapes.ts';

/** What every kind of job is asked. */
const job = {
  symbols,
  ...range,
  n_splits: z.int32().default(5).describe('Walk-forward windows.'),
  train_ratio: z.number().default(0.7).describe('Share of each window that trains, 0.1 to 0.9.'),
  ...simulation,
  method: z
    .enum(SEARCH_METHODS)
    .nullish()
    .describe(
      '`grid`: every combination; `random`: drawn evenly; `tpe`: drawn where earlier ones did well. Default `grid`.',
    ),
  max_trials: z
    .int32()
    .nullish()
    .describe(
      'Most combinations that `random` and `tpe` try of each strategy type; default 100. An error with `grid`.',
    ),
  seed: z
    .int32()
    .nullish()
    .describe(
      'Of the choices of `random` and `tpe`, at least 0; default 1. Same seed, same choices. An error with `grid`.',
    ),
};

/** Body of a submission. */
export const startBody = z.strictObject({
  strategy_type: z.string().describe('Name of a type, e.g. `momentum`.'),
  param_grid: z
    .record(z.string(), z.unknown())
    .nullish()
    .meta({
      description:
        'Parameter → list of values, one value, or range `{min, max, step?, log?}`, ends inclusive; default: the grid of the type. `grid` needs a `step` where numbers are not whole; `log: true` (`random`, `tpe`) draws by order of magnitude. Parameters left out keep their default.',
      examples: [{ short_window: [10, 20], long_window: { min: 50, max: 200, step: 50 } }],
    }),
  ...job,
  strategy_id: z.int().nullish().describe('A saved strategy of the same type that the job is about.'),
});

/** Body of the submission of a sweep. */
export const sweepBody = z.strictObject({
  ...job,
  strategy_id: z.int().nullish().describe('A saved strategy that the job is about.'),
});

const started = {
  job_id: id.describe('For `GET /api/optimize/{id}`.'),
  status: z.literal('running').describe('Accepted; how far it is stands in the job.'),
  total_combinations: z.int().describe('Combinations that will be tried, skipped ones included.'),
};

/** A submitted job in an answer. */
export const startedAnswer = z
  .object(started)
  .meta({ title: 'StartedOptimization', description: 'The job was accepted.' });

/** A submitted sweep in an answer. */
export const startedSweepAnswer = z
  .object({ ...started, strategy_types: z.array(z.string()).describe('What is searched, in this order.') })
  .meta({ title: 'StartedSweep', description: 'The job was accepted.' });

/** A body as the input of its mutation. */
export function jobInput<Body extends z.output<typeof sweepBody>>(body: Body) {
  return {
    ...camelKeys(body),
    interval: intervalName(body.interval),
    method: body.method == null ? null : METHOD_NAMES[body.method],
    strategyId: body.strategy_id == null ? null : String(body.strategy_id),
  };
}

const METHOD_NAMES = { grid: 'GRID', random: 'RANDOM', tpe: 'TPE' } as const;
