/** `/ws/orders`: what happens to orders, fills, positions and money, to their safety and to goals. Decimals are JSON numbers. */
import { z } from 'zod';
import { ORDER_TYPES, SIDES, TRADING_MODES } from '../broker/index.ts';
import { invariant, type Json, type JsonObject, memberOf, snakeName } from '../core/index.ts';
import { TradingEventsDocument, type TradingEventsSubscription } from '../graphql/index.ts';
import { ORDER_EVENTS, ORDER_REASONS, ORDER_SOURCES, ORDER_STATUSES, reasonNamed } from '../orders/index.ts';
import { SAFETY_EVENTS } from '../safety/index.ts';
import { type Channel, defineChannel } from './channel.ts';
import { goalMessage, goalMessages } from './goal-messages.ts';

type TradingEvent = TradingEventsSubscription['tradingEvents'];
type OrderEvent = Extract<TradingEvent, { readonly status: unknown }>;
type FillEvent = Extract<TradingEvent, { readonly executionId: unknown }>;
type PositionEvent = Extract<TradingEvent, { readonly costBasis: unknown }>;
type AccountEvent = Extract<TradingEvent, { readonly cash: unknown }>;
type SafetyEvent = Extract<TradingEvent, { readonly facts: unknown }>;

/** What every message has. */
const stored = {
  at: z.iso.datetime().describe('When it happened, UTC.'),
  cursor: z.string().describe('Its place in the journal.'),
  mode: z.enum(TRADING_MODES).describe('Whether it is about play money.'),
  correlation_id: z.string().describe('The same for all that one command led to.'),
};

const orderId = z.int().positive().describe('The order, as in /api/broker/orders/{id}.');
const clientOrderId = z.string().describe('Our id of the order.');
const symbol = z.string().describe('What is traded.');
const side = z.enum(SIDES);

const order = z
  .strictObject({
    type: z.literal('order'),
    ...stored,
    event: z.enum(ORDER_EVENTS).describe('What happened, as in the journal: `OrderAccepted`.'),
    order_id: orderId,
    client_order_id: clientOrderId,
    symbol,
    side,
    quantity: z.number().describe('Units of the order.'),
    order_type: z.enum(ORDER_TYPES),
    status: z.enum(ORDER_STATUSES).describe('The state of the order after it.'),
    reason_code: z.enum(ORDER_REASONS).nullable().describe('Why it is denied, rejected or canceled, in a word.'),
    filled_quantity: z.number().describe('Units executed so far.'),
    average_fill_price: z.number().nullable().describe('Of the fills so far; null before the first.'),
    source: z.enum(ORDER_SOURCES).describe('Where it comes from.'),
  })
  .describe('An order has begun, or has another state than before.');

const fill = z
  .strictObject({
    type: z.literal('fill'),
    ...stored,
    order_id: orderId,
    client_order_id: clientOrderId,
    execution_id: z.string().describe('The broker’s id of the execution.'),
    symbol,
    side,
    quantity: z.number().describe('Units of this execution.'),
    price: z.number().describe('Of one unit.'),
    commission: z.number().describe('What the broker took.'),
    realized_pnl: z.number().describe('Profit that it closed, after commission.'),
  })
  .describe('An execution was booked.');

const position = z
  .strictObject({
    type: z.literal('position'),
    ...stored,
    symbol: z.string().describe('What is held.'),
    quantity: z.number().describe('Units after it, below 0 when sold short, 0 when nothing is held any more.'),
    cost_basis: z.number().describe('What they cost; below 0: what the short sale brought in.'),
    realized_pnl: z.number().describe('Profit of all trades of the symbol so far.'),
  })
  .describe('What is held of a symbol has changed.');

const account = z
  .strictObject({
    type: z.literal('account'),
    ...stored,
    cash: z.number().describe('Money that is in no position, after it.'),
    realized_pnl: z.number().describe('Profit of all trades so far.'),
  })
  .describe('The money of the account has changed.');

const safety = z
  .strictObject({
    type: z.literal('safety'),
    ...stored,
    event: z.enum(SAFETY_EVENTS).describe('What happened, as in the journal: `TradingHalted`.'),
    safety_event_id: z.int().positive().describe('Its entry in the audit, as in /api/safety/events.'),
    actor: z.string().nullable().describe('Who did it: `user:1`, `system`.'),
    reason: z.string().nullable().describe('Why, where a reason was given.'),
    facts: z.record(z.string(), z.unknown()).describe('What else there is to say; what depends on the event.'),
  })
  .describe('Trading was halted or resumed, limits changed, a source stopped or released, or the books differed.');

/** The channel. */
export const ordersChannel: Channel = defineChannel({
  path: '/ws/orders',
  description: 'Orders, fills, positions, money, safety and portfolio goals, as they change. Decimals are numbers.',
  parameters: {},
  messages: { order, fill, position, account, safety, ...goalMessages(stored) },
  document: TradingEventsDocument,
  variables: ({ after }) => ({ after: String(after) }),
  message: ({ tradingEvents }) => messageOf(tradingEvents),
});

function messageOf(event: TradingEvent): JsonObject {
  if ('status' in event) return orderMessage(event);
  if ('executionId' in event) return fillMessage(event);
  if ('costBasis' in event) return positionMessage(event);
  if ('cash' in event) return accountMessage(event);
  if ('goalId' in event) return goalMessage(event, storedOf(event));
  return safetyMessage(event);
}

function orderMessage(event: OrderEvent): z.output<typeof order> {
  const { __typename: name } = event;
  return {
    type: 'order',
    ...storedOf(event),
    event: name,
    ...orderOf(event),
    quantity: Number(event.quantity),
    order_type: memberOf(ORDER_TYPES, event.orderType.toLowerCase()),
    status: memberOf(ORDER_STATUSES, event.status.toLowerCase()),
    reason_code: event.reasonCode && reasonNamed(event.reasonCode),
    filled_quantity: Number(event.filledQuantity),
    average_fill_price: event.averageFillPrice === null ? null : Number(event.averageFillPrice),
    source: memberOf(ORDER_SOURCES, event.source.toLowerCase()),
  };
}

function fillMessage(event: FillEvent): z.output<typeof fill> {
  return {
    type: 'fill',
    ...storedOf(event),
    ...orderOf(event),
    execution_id: event.executionId,
    quantity: Number(event.quantity),
    price: Number(event.price),
    commission: Number(event.commission),
    realized_pnl: Number(event.realizedPnl),
  };
}

function positionMessage(event: PositionEvent): z.output<typeof position> {
  const { symbol: held, quantity, costBasis, realizedPnl } = event;
  return {
    type: 'position',
    ...storedOf(event),
    symbol: held,
    quantity: Number(quantity),
    cost_basis: Number(costBasis),
    realized_pnl: Number(realizedPnl),
  };
}

function accountMessage(event: AccountEvent): z.output<typeof account> {
  const { cash, realizedPnl } = event;
  return { type: 'account', ...storedOf(event), cash: Number(cash), realized_pnl: Number(realizedPnl) };
}

function safetyMessage(event: SafetyEvent): JsonObject {
  const { __typename: name, safetyEventId, actor, reason, facts } = event;
  return {
    type: 'safety',
    ...storedOf(event),
    event: name,
    safety_event_id: Number(safetyEventId),
    actor,
    reason,
    facts: snakeKeys(facts),
  };
}

function storedOf({ cursor, occurredAt, mode, correlationId }: TradingEvent) {
  invariant(cursor !== null, 'every event of trading is stored');
  return { at: occurredAt, cursor, mode: memberOf(TRADING_MODES, mode.toLowerCase()), correlation_id: correlationId };
}

function orderOf(event: OrderEvent | FillEvent) {
  return {
    order_id: Number(event.orderId),
    client_order_id: event.clientOrderId,
    symbol: event.symbol,
    side: memberOf(SIDES, event.side.toLowerCase()),
  };
}

/** The facts of a payload with the keys of its objects in snake_case. */
function snakeKeys(facts: unknown): JsonObject {
  return JSON.parse(JSON.stringify(facts), (_key, value: Json) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [snakeName(name), member]));
  });
}
