/** `/api/broker`: orders and what became of them, the account, positions, fills. */
import { z } from 'zod';
import type { ErrorCode } from '../../core/index.ts';
import {
  AccountNowDocument,
  CancelOrderDocument,
  DENIAL_CODES,
  FillListDocument,
  OrderByIdDocument,
  OrderListDocument,
  PlaceOrderDocument,
  PositionListDocument,
  ReplaceOrderDocument,
  ResetPaperAccountDocument,
} from '../../graphql/index.ts';
import { ORDER_STATUSES } from '../../orders/index.ts';
import { historyQuery } from '../pagination.ts';
import { noBody, noQuery, type Route, route } from '../route.ts';
import { accountExample, fillExample, orderExample, positionExample } from './order-examples.ts';
import {
  accountAnswer,
  changeBody,
  changeInput,
  fillAnswer,
  orderAnswer,
  orderBody,
  orderInput,
  positionAnswer,
  shownAccount,
  shownFill,
  shownOrder,
  shownPosition,
} from './order-shapes.ts';
import { decimalInput, enumName, nextPage } from './shapes.ts';

const common = { tag: 'broker', resource: 'order', status: 200, query: noQuery, body: noBody, errors: [] } as const;

const ofSymbol = z.string().optional().describe('Only of this symbol.');

const ordersQuery = z.strictObject({
  ...historyQuery.shape,
  status: z.enum(ORDER_STATUSES).optional().describe('Only orders in this state.'),
  symbol: ofSymbol,
});

const SENDING_ERRORS: readonly ErrorCode[] = [...DENIAL_CODES, 'CONFLICT', 'UNAVAILABLE'];

/** Where a page of a history goes on. */
function olderThan({ before }: { readonly before?: number | undefined }): string | null {
  return before === undefined ? null : String(before);
}

/** Rows of `/api/broker`. */
export const brokerRoutes: readonly Route[] = [
  ...(['/api/broker/orders', '/api/broker/order'] as const).map((path) =>
    route({
      ...common,
      method: 'POST',
      path,
      ...(path === '/api/broker/orders'
        ? { operationId: 'placeOrder' }
        : { operationId: 'placeOrderByOldName', aliasOf: '/api/broker/orders' }),
      summary: 'Place an order',
      description:
        'Checks the order, writes it down and sends it once. One that fails a check is a 409 with its code, `limit`, `observed` and `order_id`, and is kept as `denied`. A path of its own, `/api/broker/order`, is another name of this.',
      status: 201,
      body: orderBody,
      bodyExample: { symbol: 'SPY', side: 'buy', quantity: 10, order_type: 'limit', limit_price: 740.5 },
      response: orderAnswer,
      answerExample: orderExample,
      errors: SENDING_ERRORS,
      document: PlaceOrderDocument,
      variables: ({ body }) => ({ input: orderInput(body) }),
      answer: ({ placeOrder: { order } }) => order && shownOrder(order),
      location: (order) => `/api/broker/orders/${order.id}`,
    }),
  ),
  route({
    ...common,
    method: 'GET',
    path: '/api/broker/orders',
    operationId: 'listOrders',
    summary: 'List the orders',
    description: 'Newest first, denied ones too.',
    query: ordersQuery,
    response: z.array(orderAnswer).describe('The orders, newest first.'),
    answerExample: [orderExample],
    document: OrderListDocument,
    variables: ({ query }) => ({
      first: query.limit,
      status: query.status === undefined ? null : enumName(query.status),
      symbol: query.symbol ?? null,
      source: null,
      olderThan: olderThan(query),
    }),
    answer: ({ orders }) => orders.nodes.map(shownOrder),
    next: ({ orders }) => nextPage(orders, 'before', orders.nodes.at(-1)?.id),
  }),
  route({
    ...common,
    method: 'GET',
    path: '/api/broker/orders/{id}',
    operationId: 'getOrder',
    summary: 'Get an order',
    description: 'One order as it is now.',
    response: orderAnswer,
    answerExample: orderExample,
    document: OrderByIdDocument,
    variables: ({ params }) => ({ id: String(params.id) }),
    answer: ({ order }) => order && shownOrder(order),
  }),
  route({
    ...common,
    method: 'PATCH',
    path: '/api/broker/orders/{id}',
    operationId: 'replaceOrder',
    summary: 'Change an order',
    description: 'Changes the fields given of an order that works. It passes every check again.',
    body: changeBody,
    bodyExample: { limit_price: 741 },
    response: orderAnswer,
    answerExample: { ...orderExample, limit_price: 741, status: 'accepted' },
    errors: SENDING_ERRORS,
    document: ReplaceOrderDocument,
    variables: ({ params, body }) => ({ input: { ...changeInput(body), id: String(params.id) } }),
    answer: ({ replaceOrder: { order } }) => order && shownOrder(order),
  }),
  route({
    ...common,
    method: 'DELETE',
    path: '/api/broker/orders/{id}',
    operationId: 'cancelOrder',
    summary: 'Cancel an order',
    description:
      'Answers the order; `canceled` once the broker has confirmed it. Also while trading is halted. One that has ended is a conflict.',
    isUrgent: true,
    response: orderAnswer,
    answerExample: { ...orderExample, status: 'canceled' },
    errors: ['CONFLICT', 'UNAVAILABLE'],
    document: CancelOrderDocument,
    variables: ({ params }) => ({ input: { id: String(params.id) } }),
    answer: ({ cancelOrder: { order } }) => order && shownOrder(order),
  }),
  route({
    ...common,
    method: 'GET',
    path: '/api/broker/fills',
    operationId: 'listFills',
    summary: 'List the fills',
    description: 'The executions of all orders, newest first.',
    query: z.strictObject({ ...historyQuery.shape, symbol: ofSymbol }),
    response: z.array(fillAnswer).describe('The fills, newest first.'),
    answerExample: [fillExample],
    document: FillListDocument,
    variables: ({ query }) => ({ first: query.limit, symbol: query.symbol ?? null, olderThan: olderThan(query) }),
    answer: ({ fills }) => fills.nodes.map(shownFill),
    next: ({ fills }) => nextPage(fills, 'before', fills.nodes.at(-1)?.id),
  }),
  route({
    ...common,
    method: 'GET',
    path: '/api/broker/positions',
    operationId: 'listPositions',
    summary: 'List the positions',
    description: 'What the account holds at the newest prices, by symbol.',
    response: z.array(positionAnswer).describe('The positions, by symbol.'),
    answerExample: [positionExample],
    errors: ['UNAVAILABLE'],
    document: PositionListDocument,
    variables: () => ({}),
    answer: ({ positions }) => positions.map(shownPosition),
  }),
  route({
    ...common,
    method: 'GET',
    path: '/api/broker/account',
    operationId: 'getAccount',
    summary: 'Get the account',
    description: 'The account that orders are placed in now, at the newest prices.',
    response: accountAnswer,
    answerExample: accountExample,
    errors: ['UNAVAILABLE'],
    document: AccountNowDocument,
    variables: () => ({}),
    answer: ({ account }) => shownAccount(account),
  }),
  route({
    ...common,
    method: 'POST',
    path: '/api/broker/account/reset',
    operationId: 'resetPaperAccount',
    summary: 'Start the paper account afresh',
    description: 'With its initial cash and no positions. A conflict while orders are open. Orders and fills stay.',
    body: z.strictObject({
      initial_cash: decimalInput.optional().describe('Above 0; default: what it began with.'),
    }),
    bodyExample: { initial_cash: 50_000 },
    response: accountAnswer,
    answerExample: accountExample,
    errors: ['CONFLICT', 'UNAVAILABLE'],
    document: ResetPaperAccountDocument,
    variables: ({ body }) => ({ input: body.initial_cash === undefined ? {} : { initialCash: body.initial_cash } }),
    answer: ({ resetPaperAccount: { account } }) => account && shownAccount(account),
  }),
];
