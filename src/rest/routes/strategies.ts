/** `/api/strategies`: saved strategies, the types there are, and what a saved strategy says now. */
import { z } from 'zod';
import { memberOf } from '../../core/index.ts';
import {
  CreateStrategyDocument,
  DeleteStrategyDocument,
  StrategyByIdDocument,
  StrategyListDocument,
  StrategySignalsDocument,
  StrategyTypesDocument,
  UpdateStrategyDocument,
} from '../../graphql/index.ts';
import { camelKeys, snakeKeys } from '../naming.ts';
import { resourceQuery } from '../pagination.ts';
import { noBody, noQuery, type Route, route } from '../route.ts';
import { id, idOf, intervalName, nextPage } from './shapes.ts';
import {
  createBody,
  modeName,
  SIGNALS,
  shownStrategy,
  signalsAnswer,
  strategyAnswer,
  strategyExample,
  typesAnswer,
  updateBody,
} from './strategy-shapes.ts';

const common = { tag: 'strategies', resource: 'strategy', errors: [] } as const;

const update = {
  ...common,
  path: '/api/strategies/{id}',
  summary: 'Change a strategy',
  description: 'Changes the fields given; `params` replaces the whole map.',
  status: 200,
  query: noQuery,
  body: updateBody,
  bodyExample: { params: { short_window: 10, long_window: 50 } },
  response: strategyAnswer,
  answerExample: strategyExample,
  document: UpdateStrategyDocument,
} as const;

/** Rows of `/api/strategies`. */
export const strategyRoutes: readonly Route[] = [
  route({
    ...common,
    method: 'POST',
    path: '/api/strategies',
    operationId: 'createStrategy',
    summary: 'Save a strategy',
    description: 'Saves a type with parameters and the symbols it trades.',
    status: 201,
    query: noQuery,
    body: createBody,
    bodyExample: {
      name: 'SPY trend',
      strategy_type: 'momentum',
      params: { short_window: 20, long_window: 50 },
      symbols: ['SPY'],
    },
    response: strategyAnswer,
    answerExample: strategyExample,
    document: CreateStrategyDocument,
    variables: ({ body }) => ({
      input: {
        ...camelKeys(body),
        interval: body.interval && intervalName(body.interval),
        mode: body.mode && modeName(body.mode),
      },
    }),
    answer: ({ createStrategy: { strategy } }) => strategy && shownStrategy(strategy),
    location: (strategy) => `/api/strategies/${strategy.id}`,
  }),
  route({
    ...common,
    method: 'GET',
    path: '/api/strategies',
    operationId: 'listStrategies',
    summary: 'List the saved strategies',
    description: 'Oldest first.',
    status: 200,
    query: resourceQuery,
    body: noBody,
    response: z.array(strategyAnswer).describe('The strategies, by id.'),
    answerExample: [strategyExample],
    document: StrategyListDocument,
    variables: ({ query }) => ({
      first: query.limit,
      newerThan: query.after === undefined ? null : String(query.after),
    }),
    answer: ({ strategies }) => strategies.nodes.map(shownStrategy),
    next: ({ strategies }) => nextPage(strategies, 'after', strategies.nodes.at(-1)?.id),
  }),
  route({
    ...common,
    method: 'GET',
    path: '/api/strategies/types',
    operationId: 'listStrategyTypes',
    summary: 'List the strategy types',
    description: 'With the JSON Schema of their parameters and the grid that an optimization tries by default.',
    status: 200,
    query: noQuery,
    body: noBody,
    response: typesAnswer,
    answerExample: [
      {
        strategy_type: 'momentum',
        description: 'Long while the short moving average is above the long one.',
        parameters: { type: 'object' },
        default_grid: { short_window: [10, 20], long_window: [50, 100] },
        min_symbols: 1,
        max_symbols: null,
      },
    ],
    document: StrategyTypesDocument,
    variables: () => ({}),
    answer: ({ strategyTypes }) =>
      strategyTypes.map((type) => ({
        strategy_type: type.name,
        description: type.description,
        parameters: type.parametersSchema,
        default_grid: type.defaultGrid,
        min_symbols: type.minSymbols,
        max_symbols: type.maxSymbols,
      })),
  }),
  route({
    ...common,
    method: 'GET',
    path: '/api/strategies/{id}',
    operationId: 'getStrategy',
    summary: 'Get a strategy',
    description: 'One saved strategy.',
    status: 200,
    query: noQuery,
    body: noBody,
    response: strategyAnswer,
    answerExample: strategyExample,
    document: StrategyByIdDocument,
    variables: ({ params: { id: strategyId } }) => ({ id: String(strategyId) }),
    answer: ({ strategy }) => strategy && shownStrategy(strategy),
  }),
  ...(['PUT', 'PATCH'] as const).map((method) =>
    route({
      ...update,
      method,
      operationId: method === 'PUT' ? 'putStrategy' : 'patchStrategy',
      variables: ({ params: { id: strategyId }, body }) => ({
        input: {
          ...camelKeys(body),
          id: String(strategyId),
          interval: body.interval && intervalName(body.interval),
          mode: body.mode && modeName(body.mode),
        },
      }),
      answer: ({ updateStrategy: { strategy } }) => strategy && shownStrategy(strategy),
    }),
  ),
  route({
    ...common,
    method: 'DELETE',
    path: '/api/strategies/{id}',
    operationId: 'deleteStrategy',
    summary: 'Delete a strategy',
    description:
      'Its orders stay, and so do the optimizations that named it, with its id as `strategy_id`, which is a 404 from then on. Over GraphQL both lead to it.',
    status: 200,
    query: noQuery,
    body: noBody,
    response: z.object({ id, status: z.literal('deleted') }).describe('What is gone.'),
    answerExample: { id: 1, status: 'deleted' },
    document: DeleteStrategyDocument,
    variables: ({ params: { id: strategyId } }) => ({ input: { id: String(strategyId) } }),
    answer: ({ deleteStrategy: { deletedId } }) =>
      deletedId === null ? null : { id: idOf(deletedId), status: 'deleted' as const },
  }),
  route({
    ...common,
    method: 'POST',
    path: '/api/strategies/{id}/signals',
    operationId: 'computeSignals',
    summary: 'Compute the signals of a strategy now',
    description:
      'It begins flat 504 bars ago, the bars of its longest window, or of the warm-up of the model that it follows, on top: a position that is older is told to be sold. Nothing is stored.',
    status: 200,
    query: noQuery,
    body: noBody,
    response: signalsAnswer,
    answerExample: [{ symbol: 'SPY', date: '2024-12-31', target: 1, previous_target: 0, signal: 'buy' }],
    errors: ['VALIDATION', 'CONFLICT', 'UNAVAILABLE'],
    document: StrategySignalsDocument,
    variables: ({ params: { id: strategyId } }) => ({ strategyId: String(strategyId) }),
    answer: ({ strategySignals }) =>
      strategySignals?.map((entry) => ({
        ...snakeKeys(entry),
        signal: memberOf(SIGNALS, entry.signal.toLowerCase()),
      })) ?? null,
  }),
];
