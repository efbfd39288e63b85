/** How orders, fills, positions and accounts look in REST. Decimals are JSON numbers; GraphQL has all their digits. */
import { z } from 'zod';
import { ORDER_TYPES, SIDES, TIMES_IN_FORCE, TRADING_MODES } from '../../broker/index.ts';
import { invalid } from '../../core/index.ts';
import type {
  AccountFieldsFragment,
  FillListQuery,
  OrderFieldsFragment,
  PositionFieldsFragment,
} from '../../graphql/index.ts';
import { ORDER_REASONS, ORDER_SOURCES, ORDER_STATUSES, reasonNamed } from '../../orders/index.ts';
import { facadeReason, snakeKeys } from '../naming.ts';
import {
  decimalInput,
  enumName,
  id,
  idOf,
  instant,
  maybeNumber,
  maybeNumberOf,
  numberOf,
  symbol,
  wordOf,
} from './shapes.ts';

const mode = z.enum(TRADING_MODES).describe('Play money, or money.');
const side = z.enum(SIDES).describe('Whether it buys or sells.');

/** An order in an answer. */
export const orderAnswer = z
  .object({
    id,
    client_order_id: z.string().describe('Ours, unique: the broker knows the order by it.'),
    symbol: z.string().describe('What is traded.'),
    side,
    quantity: z.number().describe('Units.'),
    order_type: z.enum(ORDER_TYPES).describe('At which price it trades.'),
    limit_price: maybeNumber.describe('Of `limit` and `stop_limit`.'),
    stop_price: maybeNumber.describe('Of `stop` and `stop_limit`.'),
    time_in_force: z.enum(TIMES_IN_FORCE).describe('How long it works.'),
    status: z
      .enum(ORDER_STATUSES)
      .describe('Where it is in its life; `filled`, `canceled`, `expired`, `rejected` and `denied` are final.'),
    reason_code: z.enum(ORDER_REASONS).nullable().describe('Why it is denied, rejected or canceled, in a word.'),
    reason: z.string().nullable().describe('The same in a sentence.'),
    filled_quantity: z.number().describe('Units executed; it never falls.'),
    average_fill_price: maybeNumber.describe('Of its fills, weighted; null before the first.'),
    source: z.enum(ORDER_SOURCES).describe('Where it comes from.'),
    mode,
    created_at: instant,
    submitted_at: instant.nullable().describe('When the broker took it.'),
    updated_at: instant,
  })
  .meta({ title: 'Order', description: 'An order, and what became of it.' });

/** An execution in an answer. */
export const fillAnswer = z
  .object({
    id,
    order_id: id.describe('The order that was executed.'),
    client_order_id: z.string().describe('Our id of it.'),
    execution_id: z.string().describe('The broker’s id of the execution.'),
    symbol: z.string().describe('What was traded.'),
    side,
    quantity: z.number().describe('Units.'),
    price: z.number().describe('Of one unit.'),
    commission: z.number().describe('What the broker took.'),
    realized_pnl: z.number().describe('Profit that it closed, after commission.'),
    mode,
    at: instant,
  })
  .meta({ title: 'Fill', description: 'One execution.' });

/** A position in an answer. */
export const positionAnswer = z
  .object({
    symbol: z.string().describe('What is held.'),
    quantity: z.number().describe('Units, below 0 when sold short.'),
    average_price: z.number().describe('What a unit cost on average.'),
    market_price: maybeNumber.describe('The newest price; null when there is none.'),
    market_value: maybeNumber.describe('Quantity times the newest price.'),
    unrealized_pnl: maybeNumber.describe('Market value less cost.'),
    mode,
  })
  .meta({ title: 'Position', description: 'What is held of a symbol.' });

/** An account in an answer. */
export const accountAnswer = z
  .object({
    mode,
    currency: z.string().describe('Of all money here.'),
    cash: z.number().describe('Money that is in no position.'),
    equity: maybeNumber.describe('Cash and the market value of all positions; null when one has no price.'),
    buying_power: maybeNumber.describe('What may still be ordered, 0 or more. There is no margin.'),
    realized_pnl: z.number().describe('Profit of all trades so far, after commissions.'),
    unrealized_pnl: maybeNumber.describe('Profit of what is held at the newest prices.'),
    day_pnl: maybeNumber.describe('Equity less that at the beginning of the trading day.'),
  })
  .meta({ title: 'Account', description: 'The account that orders are placed in now, at the newest prices.' });

/** Body of an order. */
export const orderBody = z.strictObject({
  symbol,
  side,
  quantity: decimalInput.optional().describe('Units, above 0, at most 8 decimals. Required, unless `qty` is given.'),
  qty: decimalInput.optional().describe('Another name of `quantity`.'),
  order_type: z.enum(ORDER_TYPES).describe('At which price.'),
  limit_price: decimalInput.nullish().describe('Above 0; of `limit` and `stop_limit`, and of no other.'),
  stop_price: decimalInput.nullish().describe('Above 0; of `stop` and `stop_limit`, and of no other.'),
  time_in_force: z
    .enum(TIMES_IN_FORCE)
    .nullish()
    .describe('Default `day`. `opg` is also taken while the market is closed.'),
  client_order_id: z
    .string()
    .nullish()
    .describe('1 to 48 of `A-Z a-z 0-9 _ -`; the same id and order again answers the first one. Default: one is made.'),
});

/** Body of a change. */
export const changeBody = z.strictObject({
  quantity: decimalInput.optional().describe('Units in all, above what was filled.'),
  qty: decimalInput.optional().describe('Another name of `quantity`.'),
  limit_price: decimalInput.nullish().describe('Above 0; of `limit` and `stop_limit`, and of no other.'),
  stop_price: decimalInput.nullish().describe('Above 0; of `stop` and `stop_limit`, and of no other.'),
});

/** A body as the input of its mutation. */
export function orderInput(body: z.output<typeof orderBody>) {
  const quantity = quantityOf(body);
  if (quantity === undefined) throw invalid('quantity', '"quantity" is missing; it must be a number.');
  return {
    symbol: body.symbol,
    side: enumName(body.side),
    quantity,
    orderType: enumName(body.order_type),
    limitPrice: body.limit_price ?? null,
    stopPrice: body.stop_price ?? null,
    timeInForce: enumName(body.time_in_force ?? 'day'),
    clientOrderId: body.client_order_id ?? null,
  };
}

/** Only what was given: null would be a value. */
export function changeInput(body: z.output<typeof changeBody>) {
  const quantity = quantityOf(body);
  return {
    ...(quantity === undefined ? {} : { quantity }),
    ...(body.limit_price === undefined ? {} : { limitPrice: body.limit_price }),
    ...(body.stop_price === undefined ? {} : { stopPrice: body.stop_price }),
  };
}

type Quantity = number | string | undefined;

/** @throws {DomainError} VALIDATION when the two names say different things */
function quantityOf({ quantity, qty }: { readonly quantity?: Quantity; readonly qty?: Quantity }): Quantity {
  if (quantity === undefined || qty === undefined || quantity === qty) return quantity ?? qty;
  throw invalid('qty', `qty is another name of quantity: it is ${qty}, and quantity is ${quantity}. Give one of them.`);
}

/** An order as the facade writes it. */
export function shownOrder({ brokerOrderId: _broker, commission: _commission, ...order }: OrderFieldsFragment) {
  return {
    ...snakeKeys(order),
    id: idOf(order.id),
    side: wordOf(SIDES, order.side),
    quantity: numberOf(order.quantity),
    order_type: wordOf(ORDER_TYPES, order.orderType),
    limit_price: maybeNumberOf(order.limitPrice),
    stop_price: maybeNumberOf(order.stopPrice),
    time_in_force: wordOf(TIMES_IN_FORCE, order.timeInForce),
    status: wordOf(ORDER_STATUSES, order.status),
    reason_code: order.reasonCode && reasonNamed(order.reasonCode),
    reason: facadeReason(order.reason),
    filled_quantity: numberOf(order.filledQuantity),
    average_fill_price: maybeNumberOf(order.averageFillPrice),
    source: wordOf(ORDER_SOURCES, order.source),
    mode: wordOf(TRADING_MODES, order.mode),
  };
}

/** An execution as the facade writes it. */
export function shownFill({ order, ...fill }: FillListQuery['fills']['nodes'][number]) {
  return {
    id: idOf(fill.id),
    order_id: idOf(order.id),
    client_order_id: order.clientOrderId,
    execution_id: fill.executionId,
    symbol: fill.symbol,
    side: wordOf(SIDES, fill.side),
    quantity: numberOf(fill.quantity),
    price: numberOf(fill.price),
    commission: numberOf(fill.commission),
    realized_pnl: numberOf(fill.realizedPnl),
    mode: wordOf(TRADING_MODES, fill.mode),
    at: fill.at,
  };
}

/** A position as the facade writes it. */
export function shownPosition(position: PositionFieldsFragment) {
  return {
    symbol: position.symbol,
    quantity: numberOf(position.quantity),
    average_price: numberOf(position.averagePrice),
    market_price: maybeNumberOf(position.marketPrice),
    market_value: maybeNumberOf(position.marketValue),
    unrealized_pnl: maybeNumberOf(position.unrealizedPnl),
    mode: wordOf(TRADING_MODES, position.mode),
  };
}

/** An account as the facade writes it. */
export function shownAccount(account: AccountFieldsFragment) {
  return {
    mode: wordOf(TRADING_MODES, account.mode),
    currency: account.currency,
    cash: numberOf(account.cash),
    equity: maybeNumberOf(account.equity),
    buying_power: maybeNumberOf(account.buyingPower),
    realized_pnl: numberOf(account.realizedPnl),
    unrealized_pnl: maybeNumberOf(account.unrealizedPnl),
    day_pnl: maybeNumberOf(account.dayPnl),
  };
}
