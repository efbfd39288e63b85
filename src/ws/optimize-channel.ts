/** `/ws/optimize`: how far optimization jobs are, and how they ended. */
import { z } from 'zod';
import { invalid, invariant } from '../core/index.ts';
import { OptimizationEventsDocument, type OptimizationEventsSubscription } from '../graphql/index.ts';
import { type Channel, defineChannel } from './channel.ts';

type OptimizationEvent = OptimizationEventsSubscription['optimizationEvents'];

const at = z.iso.datetime().describe('When it happened, UTC.');
const jobId = z.int().positive().describe('The job, as in /api/optimize/{job_id}.');

const progress = z
  .strictObject({
    type: z.literal('progress'),
    at,
    job_id: jobId,
    combo: z.int().min(0).describe('Combinations done.'),
    total: z.int().min(0).describe('Combinations in all.'),
    fold: z
      .int()
      .min(0)
      .describe(
        'The fold that was computed last, from 1; 0 before the first. Combinations of strategies go through all folds in batches, so that it is most often the last one.',
      ),
    n_folds: z.int().min(0),
    current_strategy: z.string().exactOptional().describe('In a sweep: the strategy type that is searched now.'),
    strategy_index: z.int().min(1).exactOptional().describe('In a sweep: its place, from 1.'),
    total_strategies: z.int().min(1).exactOptional().describe('In a sweep: strategy types in all.'),
    status: z.string().describe('`running`.'),
  })
  .describe(
    'How far a running job is. At most four a second; the latest replaces what was not read, and none is replayed.',
  );

const complete = z
  .strictObject({
    type: z.literal('complete'),
    at,
    cursor: z.string(),
    job_id: jobId,
    status: z.string().describe('How it ended: `complete`, `cancelled` or `error`.'),
    best_sharpe: z.number().nullable().describe('Mean test Sharpe of the best combination; null when none was ranked.'),
    total_combos: z.int().min(0).describe('Combinations in all, skipped ones included.'),
    error: z.string().nullable().describe('Why, with the status `error`.'),
  })
  .describe('A job has ended.');

/** The channel. */
export const optimizeChannel: Channel = defineChannel({
  path: '/ws/optimize',
  description: 'Progress and the end of optimization jobs.',
  parameters: { job_id: 'Only this job. Default: all of mine.' },
  messages: { progress, complete },
  document: OptimizationEventsDocument,
  variables: ({ after, query }) => ({ after: String(after), jobId: parseJobId(query.get('job_id')) }),
  message: ({ optimizationEvents }) => optimizationMessage(optimizationEvents),
});

/** A job that has started is told of by its progress, so the start has no message of its own. */
function optimizationMessage(event: OptimizationEvent): z.output<typeof progress> | z.output<typeof complete> | null {
  const about = { at: event.occurredAt, job_id: Number(event.optimizationId), status: event.status.toLowerCase() };
  if ('combo' in event) {
    const { combo, total, fold, nFolds } = event;
    return { type: 'progress', ...about, combo, total, fold, n_folds: nFolds, ...sweepProgress(event) };
  }
  if (!('bestSharpe' in event)) return null;
  const { cursor, bestSharpe, totalCombinations } = event;
  invariant(cursor !== null, 'the end of a job is stored');
  const error = 'error' in event ? event.error : null;
  return { type: 'complete', ...about, cursor, best_sharpe: bestSharpe, total_combos: totalCombinations, error };
}

/** What only a sweep tells: which of its strategy types is searched. */
function sweepProgress(event: Extract<OptimizationEvent, { readonly combo: unknown }>) {
  const { currentStrategy, strategyIndex, totalStrategies } = event;
  if (currentStrategy === null || strategyIndex === null || totalStrategies === null) return {};
  return {
    current_strategy: currentStrategy,
    strategy_index: strategyIndex,
    total_strategies: totalStrategies,
  };
}

/** @throws {DomainError} VALIDATION when it is no job's id */
function parseJobId(raw: string | null): string | null {
  if (raw === null || /^[1-9]\d{0,9}$/.test(raw)) return raw;
  throw invalid('job_id', `job_id is a positive whole number; it is ${JSON.stringify(raw.slice(0, 40))}.`);
}
