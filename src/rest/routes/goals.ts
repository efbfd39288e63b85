/** `/api/portfolio/goals`: target weights, how far the account is from them, and the trades that bring it back. */
import { z } from 'zod';
import { abbreviated, type ErrorCode } from '../../core/index.ts';
import {
  CreatePortfolioGoalDocument,
  DeletePortfolioGoalDocument,
  GoalByIdDocument,
  GoalDriftDocument,
  GoalListDocument,
  RebalancePortfolioDocument,
  UpdatePortfolioGoalDocument,
} from '../../graphql/index.ts';
import { resourceQuery } from '../pagination.ts';
import { noBody, noQuery, type Route, route } from '../route.ts';
import { driftExample, goalExample, planExample } from './goal-examples.ts';
import {
  createGoalBody,
  driftAnswer,
  goalAnswer,
  planAnswer,
  rebalanceBody,
  shownDrift,
  shownGoal,
  shownPlan,
  updateGoalBody,
  weightsOf,
} from './goal-shapes.ts';
import { enumName, id, idOf, nextPage } from './shapes.ts';

const common = { tag: 'portfolio', resource: 'goal', errors: [], status: 200, query: noQuery } as const;
const ofGoal = { ...common, response: goalAnswer, answerExample: goalExample } as const;

/** What keeps an account from being valued. */
const VALUING_ERRORS: readonly ErrorCode[] = ['UNKNOWN_SYMBOL', 'STALE_PRICE', 'UNAVAILABLE', 'CONFLICT'];

/** The fields of a body as GraphQL names them. */
function inputOf(body: z.output<typeof createGoalBody | typeof updateGoalBody>) {
  return {
    name: body.name,
    driftThreshold: body.drift_threshold,
    checkSchedule: body.check_schedule,
    rebalanceMode: body.rebalance_mode && enumName(body.rebalance_mode),
    targetWeights: body.target_weights && weightsOf(body.target_weights),
  };
}

/** Weights are a list in GraphQL and a map here, whose keys are the places: `target_weights.1.weight` is `target_weights.SPY`. */
function placeOfWeight(
  path: readonly string[],
  { body }: { readonly body: z.output<typeof createGoalBody | typeof updateGoalBody> },
): readonly string[] {
  const [field, at] = path;
  if (field !== 'target_weights' || at === undefined) return path;
  return [field, abbreviated(Object.keys(body.target_weights ?? {})[Number(at)] ?? at)];
}

/** Rows of `/api/portfolio/goals`. */
export const goalRoutes: readonly Route[] = [
  route({
    ...ofGoal,
    method: 'POST',
    path: '/api/portfolio/goals',
    operationId: 'createPortfolioGoal',
    summary: 'Create a portfolio goal',
    description: 'It is checked from now on, by a job that /api/scheduler shows, and after fills.',
    status: 201,
    body: createGoalBody,
    bodyExample: {
      name: 'Sixty, thirty, ten',
      target_weights: { SPY: 0.6, QQQ: 0.3, CASH: 0.1 },
      drift_threshold: 0.05,
    },
    document: CreatePortfolioGoalDocument,
    variables: ({ body }) => ({ input: { ...inputOf(body), targetWeights: weightsOf(body.target_weights) } }),
    errorPath: placeOfWeight,
    answer: ({ createPortfolioGoal: { goal } }) => goal && shownGoal(goal),
    location: (goal) => `/api/portfolio/goals/${goal.id}`,
  }),
  route({
    ...common,
    method: 'GET',
    path: '/api/portfolio/goals',
    operationId: 'listPortfolioGoals',
    summary: 'List the portfolio goals',
    description: 'By id.',
    query: resourceQuery,
    body: noBody,
    response: z.array(goalAnswer).describe('The goals, by id.'),
    answerExample: [goalExample],
    document: GoalListDocument,
    variables: ({ query }) => ({
      first: query.limit,
      newerThan: query.after === undefined ? null : String(query.after),
    }),
    answer: ({ goals }) => goals.nodes.map(shownGoal),
    next: ({ goals }) => nextPage(goals, 'after', goals.nodes.at(-1)?.id),
  }),
  route({
    ...ofGoal,
    method: 'GET',
    path: '/api/portfolio/goals/{id}',
    operationId: 'getPortfolioGoal',
    summary: 'Get a portfolio goal',
    description: 'With what the last check found.',
    body: noBody,
    document: GoalByIdDocument,
    variables: ({ params }) => ({ id: String(params.id) }),
    answer: ({ goal }) => goal && shownGoal(goal),
  }),
  ...(['PUT', 'PATCH'] as const).map((method) =>
    route({
      ...ofGoal,
      method,
      path: '/api/portfolio/goals/{id}',
      operationId: method === 'PUT' ? 'putPortfolioGoal' : 'patchPortfolioGoal',
      summary: 'Change a portfolio goal',
      description: 'Changes the fields given; `target_weights` is replaced as a whole.',
      body: updateGoalBody,
      bodyExample: { rebalance_mode: 'auto' },
      document: UpdatePortfolioGoalDocument,
      variables: ({ params, body }) => ({ input: { ...inputOf(body), id: String(params.id) } }),
      errorPath: placeOfWeight,
      answer: ({ updatePortfolioGoal: { goal } }) => goal && shownGoal(goal),
    }),
  ),
  route({
    ...common,
    method: 'DELETE',
    path: '/api/portfolio/goals/{id}',
    operationId: 'deletePortfolioGoal',
    summary: 'Delete a portfolio goal',
    description: 'With the job that checks it. A CONFLICT while a plan of it is carried out.',
    errors: ['CONFLICT'],
    body: noBody,
    response: z.object({ id, status: z.literal('deleted') }).describe('What is gone.'),
    answerExample: { id: 1, status: 'deleted' },
    document: DeletePortfolioGoalDocument,
    variables: ({ params }) => ({ input: { id: String(params.id) } }),
    answer: ({ deletePortfolioGoal: { deletedId } }) =>
      deletedId === null ? null : { id: idOf(deletedId), status: 'deleted' as const },
  }),
  route({
    ...common,
    method: 'GET',
    path: '/api/portfolio/goals/{id}/drift',
    operationId: 'getPortfolioDrift',
    summary: 'How far the account is from a goal',
    description: 'At the newest prices; what has none is an error that names it.',
    errors: VALUING_ERRORS,
    body: noBody,
    response: driftAnswer,
    answerExample: driftExample,
    document: GoalDriftDocument,
    variables: ({ params }) => ({ id: String(params.id) }),
    answer: ({ goal }) => goal && shownDrift(goal),
  }),
  route({
    ...common,
    method: 'POST',
    path: '/api/portfolio/goals/{id}/rebalance',
    operationId: 'rebalancePortfolio',
    summary: 'Suggest a rebalance, or carry one out',
    description:
      'With `plan_hash` that plan is carried out, in every mode. Without it an `auto` goal carries out its own plan unless `dry_run`, and every other goal only suggests one.',
    errors: [...VALUING_ERRORS, 'PLAN_STALE', 'EXPIRED'],
    body: rebalanceBody,
    bodyExample: { dry_run: true },
    response: planAnswer,
    answerExample: planExample,
    document: RebalancePortfolioDocument,
    variables: ({ params, body }) => ({
      input: { goalId: String(params.id), dryRun: body.dry_run, planHash: body.plan_hash },
    }),
    answer: ({ rebalancePortfolio: { plan } }, { params }) => plan && shownPlan(plan, params.id),
  }),
];
