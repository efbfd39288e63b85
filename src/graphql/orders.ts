/** Orders, fills and what became of them, as they are read. Why there are orders, and what they led to: `order-causes.ts`. */
import { ORDER_TYPES, SIDES, TIMES_IN_FORCE, TRADING_MODES } from '../broker/index.ts';
import { decimal, memberOf, toMoney } from '../core/index.ts';
import { parseSymbol } from '../market/index.ts';
import { ORDER_SOURCES, ORDER_STATUSES, orderReason } from '../orders/index.ts';
import { builder } from './builder.ts';
import {
  OrderReasonEnum,
  OrderSideEnum,
  OrderSourceEnum,
  OrderStatusEnum,
  OrderTypeEnum,
  TimeInForceEnum,
} from './order-words.ts';
import { ownRow, ownRows, rowsBefore } from './own-rows.ts';
import { pageLimit } from './paging.ts';
import { TradingModeEnum } from './trading-mode.ts';

const TransitionRef = builder.prismaObject('OrderTransition', {
  description: 'One step of an order through its states.',
  select: { orderId: true, sequence: true },
  fields: (t) => ({
    sequence: t.exposeInt('sequence', { description: 'From 1.' }),
    from: t.field({
      type: OrderStatusEnum,
      nullable: true,
      description: 'The state before; null for the first.',
      select: { fromStatus: true },
      resolve: ({ fromStatus }) => (fromStatus === null ? null : memberOf(ORDER_STATUSES, fromStatus)),
    }),
    to: t.field({
      type: OrderStatusEnum,
      description: 'The state after.',
      select: { toStatus: true },
      resolve: ({ toStatus }) => memberOf(ORDER_STATUSES, toStatus),
    }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why, where there is more to say.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
  }),
});

export const FillRef = builder.prismaObject('Fill', {
  description: 'One execution. Money is in the currency of the account.',
  select: { id: true },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Counts up.' }),
    order: t.relation('order', { description: 'What was executed.' }),
    executionId: t.exposeString('executionId', { description: 'The broker’s id of it, which tells repeats apart.' }),
    mode: t.field({
      type: TradingModeEnum,
      description: 'Whether it was play money.',
      select: { mode: true },
      resolve: ({ mode }) => memberOf(TRADING_MODES, mode),
    }),
    symbol: t.expose('symbol', { type: 'Symbol', description: 'What was traded.' }),
    side: t.field({
      type: OrderSideEnum,
      description: 'Whether it bought or sold.',
      select: { side: true },
      resolve: ({ side }) => memberOf(SIDES, side),
    }),
    quantity: t.expose('quantity', { type: 'Decimal', description: 'Units, above 0.' }),
    price: t.expose('price', { type: 'Decimal', description: 'Of one unit.' }),
    value: t.field({
      type: 'Decimal',
      description: 'Quantity times price, without the commission.',
      select: { quantity: true, price: true },
      resolve: ({ quantity, price }) => toMoney(decimal(quantity).times(price)),
    }),
    commission: t.expose('commission', { type: 'Decimal', description: 'What the broker took, 0 or more.' }),
    realizedPnl: t.expose('realizedPnl', { type: 'Decimal', description: 'Profit that it closed, after commission.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When, by the broker’s clock.' }),
  }),
});

export const OrderRef = builder.prismaObject('Order', {
  description: 'An order: the intent, written down before anything is sent, and what became of it.',
  select: { id: true },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Counts up.' }),
    clientOrderId: t.exposeString('clientOrderId', { description: 'Ours, unique: the broker knows the order by it.' }),
    brokerOrderId: t.exposeString('brokerOrderId', {
      nullable: true,
      description: 'The broker’s; null before it answers.',
    }),
    mode: t.field({
      type: TradingModeEnum,
      description: 'Whether it is play money.',
      select: { mode: true },
      resolve: ({ mode }) => memberOf(TRADING_MODES, mode),
    }),
    source: t.field({
      type: OrderSourceEnum,
      description: 'Where it comes from.',
      select: { source: true },
      resolve: ({ source }) => memberOf(ORDER_SOURCES, source),
    }),
    actor: t.exposeString('actor', { description: 'Who wanted it: `user:1`, `strategy:7`, `system`.' }),
    symbol: t.expose('symbol', { type: 'Symbol', description: 'What is traded.' }),
    side: t.field({
      type: OrderSideEnum,
      description: 'Whether it buys or sells.',
      select: { side: true },
      resolve: ({ side }) => memberOf(SIDES, side),
    }),
    quantity: t.expose('quantity', { type: 'Decimal', description: 'Units, above 0.' }),
    orderType: t.field({
      type: OrderTypeEnum,
      description: 'At which price it trades.',
      select: { orderType: true },
      resolve: ({ orderType }) => memberOf(ORDER_TYPES, orderType),
    }),
    limitPrice: t.expose('limitPrice', { type: 'Decimal', nullable: true, description: 'Of LIMIT and STOP_LIMIT.' }),
    stopPrice: t.expose('stopPrice', { type: 'Decimal', nullable: true, description: 'Of STOP and STOP_LIMIT.' }),
    timeInForce: t.field({
      type: TimeInForceEnum,
      description: 'How long it works.',
      select: { timeInForce: true },
      resolve: ({ timeInForce }) => memberOf(TIMES_IN_FORCE, timeInForce),
    }),
    status: t.field({
      type: OrderStatusEnum,
      description: 'Where it is in its life.',
      select: { status: true },
      resolve: ({ status }) => memberOf(ORDER_STATUSES, status),
    }),
    reasonCode: t.field({
      type: OrderReasonEnum,
      nullable: true,
      description: 'Why it is DENIED, REJECTED, CANCELED or UNKNOWN, in a word; null where there is nothing to say.',
      select: { reasonCode: true },
      resolve: (order) => orderReason(order.reasonCode),
    }),
    reason: t.exposeString('reason', { nullable: true, description: 'The same in a sentence.' }),
    filledQuantity: t.expose('filledQuantity', { type: 'Decimal', description: 'Units executed; it never falls.' }),
    averageFillPrice: t.expose('averageFillPrice', {
      type: 'Decimal',
      nullable: true,
      description: 'Of its fills, weighted, 8 places, halves to even; null before the first.',
    }),
    filledValue: t.expose('filledValue', { type: 'Decimal', description: 'Σ quantity times price of its fills.' }),
    commission: t.expose('commission', { type: 'Decimal', description: 'Σ commission of its fills.' }),
    isReducing: t.exposeBoolean('isReducing', {
      description: 'Whether it could only bring a position nearer to 0 when it was decided.',
    }),
    decisionPrice: t.expose('decisionPrice', {
      type: 'Decimal',
      nullable: true,
      description: 'The price that it was decided on; null where there was none.',
    }),
    correlationId: t.exposeString('correlationId', { description: 'The same for all that one command led to.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was written down.' }),
    submittedAt: t.expose('submittedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the broker took it; null before.',
    }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it changed last.' }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it became final; null before.',
    }),
    strategy: t.relation('strategy', { nullable: true, description: 'The saved strategy that it trades for.' }),
    transitions: t.field({
      type: [TransitionRef],
      description: 'Its way through the states, oldest first.',
      select: (_args, _context, nested) => ({ transitions: nested({ orderBy: { sequence: 'asc' } }) }),
      resolve: ({ transitions }) => transitions,
    }),
    fills: t.relatedConnection('fills', {
      cursor: 'id',
      maxSize: pageLimit(1),
      description: 'Its executions, oldest first.',
      query: () => ({ orderBy: { id: 'asc' } }),
    }),
  }),
});

builder.queryFields((t) => ({
  order: t.prismaField({
    type: OrderRef,
    nullable: true,
    description: 'One order; null when there is none with this id.',
    args: { id: t.arg.id({ required: true, description: 'The id of the order.' }) },
    resolve: (query, _root, { id }, { caller, services }) => {
      return services.database.read.order.findFirst({
        ...query,
        where: ownRow(caller, id),
      });
    },
  }),
  orders: t.prismaConnection({
    type: OrderRef,
    cursor: 'id',
    maxSize: pageLimit(1),
    description: 'The orders, newest first.',
    args: {
      status: t.arg({ type: OrderStatusEnum, description: 'Only those in this state.' }),
      symbol: t.arg({ type: 'Symbol', description: 'Only those of this symbol.' }),
      source: t.arg({ type: OrderSourceEnum, description: 'Only those from there.' }),
      olderThan: t.arg.id({ description: 'Only those written down before the order with this id.' }),
    },
    resolve: (query, _root, { status, symbol, source, olderThan }, { caller, services }) => {
      return services.database.read.order.findMany({
        ...query,
        where: {
          ...ownRows(caller),
          ...(status == null ? {} : { status }),
          ...(symbol == null ? {} : { symbol: parseSymbol(symbol, 'symbol') }),
          ...(source == null ? {} : { source }),
          ...rowsBefore(olderThan),
        },
        orderBy: { id: 'desc' },
      });
    },
  }),
  fills: t.prismaConnection({
    type: FillRef,
    cursor: 'id',
    maxSize: pageLimit(1),
    description: 'The executions of all orders, newest first.',
    args: {
      symbol: t.arg({ type: 'Symbol', description: 'Only those of this symbol.' }),
      olderThan: t.arg.id({ description: 'Only those booked before the fill with this id.' }),
    },
    resolve: (query, _root, { symbol, olderThan }, { caller, services }) => {
      return services.database.read.fill.findMany({
        ...query,
        where: {
          ...ownRows(caller),
          ...(symbol == null ? {} : { symbol: parseSymbol(symbol, 'symbol') }),
          ...rowsBefore(olderThan),
        },
        orderBy: { id: 'desc' },
      });
    },
  }),
}));
