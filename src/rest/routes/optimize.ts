/** `/api/optimize`: submit a walk-forward optimization, watch it, read what came of it, cancel it. */
import { z } from 'zod';
import {
  CancelOptimizationDocument,
  OptimizationByIdDocument,
  OptimizationListDocument,
  OptimizationTrialsDocument,
  StartModelTuningDocument,
  StartStrategyOptimizationDocument,
  StartSweepDocument,
} from '../../graphql/index.ts';
import { snakeKeys } from '../naming.ts';
import { historyQuery, integerParameter } from '../pagination.ts';
import { noBody, noQuery, type Route, route } from '../route.ts';
import { modelInput } from './model-answers.ts';
import { modelBody } from './model-shapes.ts';
import { shownListing, shownOptimization, trialStatus } from './optimization-answers.ts';
import { listingExample, optimizationExample, trialExample } from './optimization-examples.ts';
import { jobInput, startBody, startedAnswer, startedSweepAnswer, sweepBody } from './optimization-requests.ts';
import { listAnswer, optimizationAnswer, trialsAnswer } from './optimization-shapes.ts';
import { idOf, nextPage } from './shapes.ts';

const common = {
  tag: 'optimize',
  resource: 'optimization',
  query: noQuery,
  body: noBody,
  status: 200,
  errors: [],
} as const;

const trialsQuery = z.strictObject({
  limit: historyQuery.shape.limit,
  after: integerParameter(0, 2_147_483_647).optional().describe('Only combinations whose index is larger than this.'),
});

function started(job: { readonly id: string; readonly totalCombinations: number }) {
  return { job_id: idOf(job.id), status: 'running' as const, total_combinations: job.totalCombinations };
}

/** Rows of `/api/optimize`. */
export const optimizeRoutes: readonly Route[] = [
  route({
    ...common,
    method: 'POST',
    path: '/api/optimize/strategy',
    operationId: 'startStrategyOptimization',
    summary: 'Optimize the parameters of a strategy',
    description:
      'Tries every combination of the grid by walk-forward validation: parameters are ranked by what they did on bars that follow those they were chosen on. Answers at once; the job goes on.',
    body: startBody,
    bodyExample: { strategy_type: 'momentum', symbols: ['SPY'], start: '2020-01-01', end: '2024-12-31' },
    response: startedAnswer,
    answerExample: { job_id: 12, status: 'running', total_combinations: 18 },
    errors: ['NOT_FOUND', 'RATE_LIMITED', 'UNAVAILABLE'],
    document: StartStrategyOptimizationDocument,
    variables: ({ body }) => ({ input: jobInput(body) }),
    answer: ({ startStrategyOptimization: { optimization } }) => optimization && started(optimization),
  }),
  route({
    ...common,
    method: 'POST',
    path: '/api/optimize/sweep',
    operationId: 'startSweep',
    summary: 'Optimize every strategy type',
    description:
      'One job that searches the default grid of every strategy type that fits the symbols and bars, and recommends the best of all. Answers at once; the job goes on.',
    body: sweepBody,
    bodyExample: { symbols: ['SPY'], start: '2020-01-01', end: '2024-12-31' },
    response: startedSweepAnswer,
    answerExample: {
      job_id: 13,
      status: 'running',
      strategy_types: ['momentum', 'mean_reversion', 'market_making'],
      total_combinations: 61,
    },
    errors: ['NOT_FOUND', 'RATE_LIMITED', 'UNAVAILABLE'],
    document: StartSweepDocument,
    variables: ({ body }) => ({ input: jobInput(body) }),
    answer: ({ startSweep: { optimization } }) =>
      optimization && {
        ...started(optimization),
        strategy_types: (optimization.config?.sections ?? []).map(({ strategyType }) => strategyType),
      },
  }),
  route({
    ...common,
    method: 'POST',
    path: '/api/optimize/model',
    operationId: 'startModelTuning',
    summary: 'Tune a model',
    description:
      'Tries every combination of parameters of a model on expanding folds in time, judges the best against the majority class, scores it once on the last 15 % of the bars, and keeps it. Answers at once; the job goes on.',
    body: modelBody,
    bodyExample: { model_type: 'xgboost', symbols: ['SPY'], start: '2020-01-01', end: '2024-12-31' },
    response: startedAnswer,
    answerExample: { job_id: 14, status: 'running', total_combinations: 96 },
    errors: ['RATE_LIMITED', 'UNAVAILABLE'],
    document: StartModelTuningDocument,
    variables: ({ body }) => ({ input: modelInput(body) }),
    answer: ({ startModelTuning: { optimization } }) => optimization && started(optimization),
  }),
  route({
    ...common,
    method: 'GET',
    path: '/api/optimize',
    operationId: 'listOptimizations',
    summary: 'List the optimization jobs',
    description: 'Newest first.',
    query: historyQuery,
    response: listAnswer,
    answerExample: [listingExample],
    document: OptimizationListDocument,
    variables: ({ query }) => ({
      first: query.limit,
      olderThan: query.before === undefined ? null : String(query.before),
    }),
    answer: ({ optimizations }) => optimizations.nodes.map(shownListing),
    next: ({ optimizations }) => nextPage(optimizations, 'before', optimizations.nodes.at(-1)?.id),
  }),
  route({
    ...common,
    method: 'GET',
    path: '/api/optimize/{id}',
    operationId: 'getOptimization',
    summary: 'Get an optimization job',
    description: 'While it runs `progress` moves; `results` appears when it has ended, as far as it got.',
    response: optimizationAnswer,
    answerExample: optimizationExample,
    document: OptimizationByIdDocument,
    variables: ({ params }) => ({ id: String(params.id) }),
    answer: ({ optimization }) => optimization && shownOptimization(optimization),
  }),
  route({
    ...common,
    method: 'GET',
    path: '/api/optimize/{id}/trials',
    operationId: 'listTrials',
    summary: 'List the combinations of a job',
    description: 'One compact row per combination, in the order in which they were tried.',
    query: trialsQuery,
    response: trialsAnswer,
    answerExample: [trialExample],
    document: OptimizationTrialsDocument,
    variables: ({ params, query }) => ({ id: String(params.id), first: query.limit, afterIndex: query.after ?? null }),
    answer: ({ optimization }) =>
      optimization &&
      (optimization.jobType === 'MODEL'
        ? optimization.modelTrials.nodes.map((trial) => ({ ...snakeKeys(trial), status: trialStatus(trial.status) }))
        : optimization.trials.nodes.map((trial) => ({ ...snakeKeys(trial), status: trialStatus(trial.status) }))),
    next: ({ optimization }) => {
      if (optimization === null) return null;
      const page = optimization.jobType === 'MODEL' ? optimization.modelTrials : optimization.trials;
      return nextPage(page, 'after', page.nodes.at(-1)?.index);
    },
  }),
  route({
    ...common,
    method: 'DELETE',
    path: '/api/optimize/{id}',
    operationId: 'cancelOptimization',
    summary: 'Cancel an optimization job',
    description: 'It stops within 2 seconds and keeps what it has computed. A job that has ended is a conflict.',
    response: z.object({ status: z.literal('cancelled') }).describe('The job was told to stop.'),
    answerExample: { status: 'cancelled' },
    errors: ['CONFLICT'],
    document: CancelOptimizationDocument,
    variables: ({ params }) => ({ input: { id: String(params.id) } }),
    answer: ({ cancelOptimization: { optimization } }) => optimization && { status: 'cancelled' as const },
  }),
];
