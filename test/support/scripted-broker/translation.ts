/** The scripted broker's words in ours, and its answers' shapes. */
import { z } from 'zod';
import {
  type BrokerFill,
  type BrokerOrder,
  type BrokerPosition,
  decimalField,
  instantField,
  type OrderChanges,
  type OrderRequest,
} from '../../../src/broker/index.ts';
import { type Decimal, decimalText } from '../../../src/core/index.ts';
import type { ChangeMessage, OrderMessage } from './messages.ts';

const SIDES = { buy: 'B', sell: 'S' } as const;
const TYPES = { market: 'MKT', limit: 'LMT', stop: 'STP', stop_limit: 'STP_LMT' } as const;
const VALIDITIES = { day: 'DAY', gtc: 'GTC', opg: 'OPEN' } as const;
const STATES = {
  NEW: 'pending',
  WORKING: 'accepted',
  PART_FILLED: 'partially_filled',
  DONE: 'filled',
  CANCELLED: 'canceled',
  LAPSED: 'expired',
  REFUSED: 'rejected',
} as const;

/** Words of ours by theirs. */
function invert<Ours extends string, Theirs extends string>(words: Readonly<Record<Ours, Theirs>>) {
  return Object.fromEntries(Object.entries(words).map(([ours, theirs]) => [theirs, ours])) as Record<Theirs, Ours>;
}

const sideOf = invert(SIDES);
const typeOf = invert(TYPES);
const timeInForceOf = invert(VALIDITIES);

const idField = z.string().min(1);
const direction = z.enum(['B', 'S']);
const positive = decimalField.refine((value) => value.gt(0), 'Expected more than 0.');
const notNegative = decimalField.refine((value) => value.gte(0), 'Expected 0 or more.');

const order = z
  .object({
    id: idField,
    client_id: z.string(),
    instrument: idField,
    direction,
    size: positive,
    kind: z.enum(['MKT', 'LMT', 'STP', 'STP_LMT']),
    limit: positive.nullable(),
    trigger: positive.nullable(),
    validity: z.enum(['DAY', 'GTC', 'OPEN']),
    state: z.enum(['NEW', 'WORKING', 'PART_FILLED', 'DONE', 'CANCELLED', 'LAPSED', 'REFUSED']),
    done_size: notNegative,
    remark: z.string().nullable(),
    received_at: instantField,
  })
  .transform(
    (told): BrokerOrder => ({
      brokerOrderId: told.id,
      clientOrderId: told.client_id,
      symbol: told.instrument,
      side: sideOf[told.direction],
      quantity: told.size,
      orderType: typeOf[told.kind],
      limitPrice: told.limit,
      stopPrice: told.trigger,
      timeInForce: timeInForceOf[told.validity],
      status: STATES[told.state],
      filledQuantity: told.done_size,
      reason: told.remark,
      submittedAt: told.received_at,
    }),
  );

const fill = z
  .object({
    execution: idField,
    order_id: idField,
    client_id: z.string(),
    instrument: idField,
    direction,
    size: positive,
    price: positive,
    fee: notNegative,
    time: instantField,
  })
  .transform(
    (told): BrokerFill => ({
      executionId: told.execution,
      brokerOrderId: told.order_id,
      clientOrderId: told.client_id,
      symbol: told.instrument,
      side: sideOf[told.direction],
      quantity: told.size,
      price: told.price,
      commission: told.fee,
      at: told.time,
    }),
  );

const position = z
  .object({ instrument: idField, size: decimalField, cost: decimalField })
  .transform(({ instrument, size, cost }): BrokerPosition => ({ symbol: instrument, quantity: size, costBasis: cost }));

/** The bodies of answers. */
export const ANSWERS = {
  order: z.object({ order }),
  orders: z.object({ orders: z.array(order) }),
  fills: z.object({ fills: z.array(fill), next: idField }),
  positions: z.object({ positions: z.array(position) }),
  account: z.object({ currency: idField, cash: decimalField }),
  refusal: z.object({
    error: z.object({
      code: z.enum(['unknown_order', 'ended', 'refused', 'throttled', 'malformed']),
      message: z.string().min(1),
      order: order.optional(),
    }),
  }),
} as const;

/** An order in the broker's words. */
export function messageOf(request: OrderRequest): OrderMessage {
  return {
    client_id: request.clientOrderId,
    instrument: request.symbol,
    direction: SIDES[request.side],
    size: decimalText(request.quantity),
    kind: TYPES[request.orderType],
    limit: textOf(request.limitPrice),
    trigger: textOf(request.stopPrice),
    validity: VALIDITIES[request.timeInForce],
  };
}

/** A change in the broker's words. */
export function changeOf({ quantity, limitPrice, stopPrice }: OrderChanges): ChangeMessage {
  return {
    ...(quantity !== undefined && { size: decimalText(quantity) }),
    ...(limitPrice !== undefined && { limit: decimalText(limitPrice) }),
    ...(stopPrice !== undefined && { trigger: decimalText(stopPrice) }),
  };
}

function textOf(value: Decimal | null): string | null {
  return value === null ? null : decimalText(value);
}
