/** The events of orders as GraphQL types, and the subscription that streams them. */
import { ORDER_TYPES, SIDES } from '../broker/index.ts';
import { memberOf, notFound } from '../core/index.ts';
import { GOAL_EVENTS } from '../goals/index.ts';
import {
  ACCOUNT_EVENTS,
  ORDER_EVENTS,
  ORDER_SOURCES,
  ORDER_STATUSES,
  type OrderEventType,
  orderReason,
} from '../orders/index.ts';
import { SAFETY_EVENTS } from '../safety/index.ts';
import { builder } from './builder.ts';
import type { GraphQLContext } from './context.ts';
import { deliveries, Event } from './events.ts';
import { parseId } from './inputs.ts';
import { OrderReasonEnum, OrderSideEnum, OrderSourceEnum, OrderStatusEnum, OrderTypeEnum } from './order-words.ts';
import { OrderRef } from './orders.ts';
import { ownRow } from './own-rows.ts';
import { TradingEvent, type TradingEventShape, textOf, textOrNull, tradingEvent } from './trading-events.ts';

const OrderEvent = builder.interfaceRef<TradingEventShape>('OrderEvent').implement({
  description: 'Something that happened to an order. What it says of the order is how it was then.',
  interfaces: [Event, TradingEvent],
  fields: (t) => ({
    orderId: t.exposeID('subjectId', { description: 'The id of the order.' }),
    order: t.prismaField({
      type: OrderRef,
      nullable: true,
      description: 'The order as it is now; null when its rows are gone.',
      resolve: (query, { subjectId }, _args, { caller, services }) =>
        services.database.read.order.findUnique({
          ...query,
          where: { id: subjectId, ownerId: caller.principal.userId },
        }),
    }),
    clientOrderId: t.string({
      description: 'Our id of the order.',
      resolve: ({ payload }) => textOf(payload, 'clientOrderId'),
    }),
    symbol: t.field({
      type: 'Symbol',
      description: 'What is traded.',
      resolve: ({ payload }) => textOf(payload, 'symbol'),
    }),
    side: t.field({
      type: OrderSideEnum,
      description: 'Whether it buys or sells.',
      resolve: ({ payload }) => memberOf(SIDES, textOf(payload, 'side')),
    }),
  }),
  resolveType: ({ type }) => type,
});

const OrderStatusEvent = builder.interfaceRef<TradingEventShape>('OrderStatusEvent').implement({
  description: 'An order has another state than before, or has begun.',
  interfaces: [Event, TradingEvent, OrderEvent],
  fields: (t) => ({
    quantity: t.field({
      type: 'Decimal',
      description: 'Units of the order.',
      resolve: ({ payload }) => textOf(payload, 'quantity'),
    }),
    orderType: t.field({
      type: OrderTypeEnum,
      description: 'At which price it trades.',
      resolve: ({ payload }) => memberOf(ORDER_TYPES, textOf(payload, 'orderType')),
    }),
    status: t.field({
      type: OrderStatusEnum,
      description: 'The state of the order after it.',
      resolve: ({ payload }) => memberOf(ORDER_STATUSES, textOf(payload, 'status')),
    }),
    reasonCode: t.field({
      type: OrderReasonEnum,
      nullable: true,
      description: 'Why, in a word; see `Order.reasonCode`.',
      resolve: ({ payload }) => orderReason(textOrNull(payload['reasonCode'])),
    }),
    filledQuantity: t.field({
      type: 'Decimal',
      description: 'Units executed so far.',
      resolve: ({ payload }) => textOf(payload, 'filledQuantity'),
    }),
    averageFillPrice: t.field({
      type: 'Decimal',
      nullable: true,
      description: 'Of the fills so far; null before the first.',
      resolve: ({ payload }) => textOrNull(payload['averageFillPrice']),
    }),
    source: t.field({
      type: OrderSourceEnum,
      description: 'Where it comes from.',
      resolve: ({ payload }) => memberOf(ORDER_SOURCES, textOf(payload, 'source')),
    }),
  }),
  resolveType: ({ type }) => type,
});

const DESCRIPTIONS: Readonly<Record<Exclude<OrderEventType, 'FillRecorded'>, string>> = {
  OrderPlaced: 'An order passed every check, and is being sent.',
  OrderDenied: 'An order failed a check, and no broker heard of it.',
  OrderSubmitted: 'The broker has the order, the market has not acknowledged it.',
  OrderAccepted: 'The order works in the market.',
  OrderRejected: 'The broker refused the order.',
  OrderUnknown: 'Nobody knows whether the order arrived; it is being looked up.',
  OrderPartiallyFilled: 'A part of the order was executed.',
  OrderFilled: 'All of the order was executed.',
  OrderCanceled: 'The order was withdrawn.',
  OrderExpired: 'The time in force of the order has ended.',
  OrderReplaced: 'The order was changed, or another one stands in its stead.',
};

for (const [type, description] of Object.entries(DESCRIPTIONS)) {
  builder
    .objectRef<TradingEventShape>(type)
    .implement({ description, interfaces: [Event, TradingEvent, OrderEvent, OrderStatusEvent] });
}

builder.objectRef<TradingEventShape>('FillRecorded').implement({
  description: 'An execution was booked: cash, position and order changed with it.',
  interfaces: [Event, TradingEvent, OrderEvent],
  fields: (t) => ({
    executionId: t.string({
      description: 'The broker’s id of it.',
      resolve: ({ payload }) => textOf(payload, 'executionId'),
    }),
    quantity: t.field({
      type: 'Decimal',
      description: 'Units of this execution.',
      resolve: ({ payload }) => textOf(payload, 'quantity'),
    }),
    price: t.field({
      type: 'Decimal',
      description: 'Of one unit.',
      resolve: ({ payload }) => textOf(payload, 'price'),
    }),
    commission: t.field({
      type: 'Decimal',
      description: 'What the broker took.',
      resolve: ({ payload }) => textOf(payload, 'commission'),
    }),
    realizedPnl: t.field({
      type: 'Decimal',
      description: 'Profit that it closed, after commission.',
      resolve: ({ payload }) => textOf(payload, 'realizedPnl'),
    }),
  }),
});

builder.subscriptionFields((t) => ({
  orderEvents: t.field({
    type: OrderEvent,
    description: 'The events of one order, or of all my orders: states and executions.',
    args: {
      orderId: t.arg.id({ description: 'Only this order.' }),
      after: t.arg({ type: 'Cursor', description: 'Replay what came after this first.' }),
    },
    subscribe: async (_root, { orderId, after }, context) => {
      if (orderId != null) await requireOrder(context, orderId);
      return deliveries(
        context,
        {
          ownerId: context.caller.principal.userId,
          types: ORDER_EVENTS,
          ...(orderId == null ? {} : { subject: { type: 'order', id: parseId(orderId) } }),
        },
        after,
      );
    },
    resolve: tradingEvent,
  }),
  tradingEvents: t.field({
    type: TradingEvent,
    description: 'Everything that happens to my orders, positions and money, to their safety and to my goals.',
    args: { after: t.arg({ type: 'Cursor', description: 'Replay what came after this first.' }) },
    subscribe: (_root, { after }, context) =>
      deliveries(
        context,
        {
          ownerId: context.caller.principal.userId,
          types: [...ORDER_EVENTS, ...ACCOUNT_EVENTS, ...SAFETY_EVENTS, ...GOAL_EVENTS],
        },
        after,
      ),
    resolve: tradingEvent,
  }),
}));

/** @throws {DomainError} NOT_FOUND, also for another user's order: its events would never come */
async function requireOrder({ caller, services }: GraphQLContext, id: string): Promise<void> {
  if ((await services.database.read.order.count({ where: ownRow(caller, id) })) === 0) throw notFound('order', id);
}
