/** What callers ask for, and how it becomes an order: complete, exact, or refused with everything that is wrong in it. */
import {
  ORDER_TYPES,
  type OrderRequest,
  type OrderType,
  SIDES,
  TIMES_IN_FORCE,
  TRADING_MODES,
  type TradingMode,
} from '../broker/index.ts';
import {
  DECIMAL_PLACES,
  type Decimal,
  decimalText,
  invalid,
  MAX_DECIMAL,
  parseAll,
  readDecimal,
  shown,
} from '../core/index.ts';
import { parseSymbol } from '../market/index.ts';
import type { OrderRow } from '../storage/index.ts';
import type { OrderSource } from './order-source.ts';

/** An order as a caller gives it. Decimals are texts such as `"12.50"`, numbers, or decimals; null is as if left out. */
export interface OrderInput {
  readonly symbol?: string | null | undefined;
  /** `buy` or `sell`. */
  readonly side?: string | null | undefined;
  /** Above 0, at most 8 decimals; a sale's, too. */
  readonly quantity?: unknown;
  /** One of `ORDER_TYPES`. */
  readonly orderType?: string | null | undefined;
  /** Required of limit and stop_limit orders, and only they may have it. */
  readonly limitPrice?: unknown;
  /** Required of stop and stop_limit orders, and only they may have it. */
  readonly stopPrice?: unknown;
  /** One of `TIMES_IN_FORCE`; default `day`. */
  readonly timeInForce?: string | null | undefined;
  /** Repeats of an order with the same id are the same order; by default a new one is made. */
  readonly clientOrderId?: string | null | undefined;
  /** By default the mode in which the account trades now. */
  readonly mode?: string | null | undefined;
}

/** What an order takes that its caller did not say. */
export interface OrderDefaults {
  readonly clientOrderId: string;
  readonly mode: TradingMode;
  /** Who places it: client ids that the server makes itself are for itself. Left out of an order that has its id already. */
  readonly source?: OrderSource;
}

/** Nobody else may take the names that these make for their orders: a known name would keep a position from being closed. */
const RESERVED_PREFIXES: Readonly<Partial<Record<OrderSource, string>>> = {
  kill: 'kill-',
  rebalance: 'rebalance-',
  external: 'external-',
};

const CLIENT_ORDER_ID = /^[A-Za-z0-9_-]{1,48}$/;

/**
 * The order that an input asks for.
 *
 * @throws {DomainError} VALIDATION naming every field that is wrong or missing
 */
export function parseOrderInput(input: OrderInput, defaults: OrderDefaults): OrderRequest {
  const { prices, ...rest } = parseAll({
    clientOrderId: () => parseClientOrderId(input.clientOrderId ?? defaults.clientOrderId, defaults.source),
    mode: () => parseWord(input.mode ?? defaults.mode, TRADING_MODES, 'mode'),
    symbol: () => parseSymbol(input.symbol ?? '', 'symbol'),
    side: () => parseWord(input.side, SIDES, 'side'),
    quantity: () => parseAmount(input.quantity, 'quantity'),
    prices: () => parsePrices(input),
    timeInForce: () => parseWord(input.timeInForce ?? 'day', TIMES_IN_FORCE, 'timeInForce'),
  });
  return { ...rest, ...prices };
}

/** Whether the order that was stored under a client id is the one that is asked for again. */
export function sameRequest(row: OrderRow, request: OrderRequest): boolean {
  return (
    row.mode === request.mode &&
    row.symbol === request.symbol &&
    row.side === request.side &&
    row.quantity === decimalText(request.quantity) &&
    row.orderType === request.orderType &&
    row.limitPrice === optionalText(request.limitPrice) &&
    row.stopPrice === optionalText(request.stopPrice) &&
    row.timeInForce === request.timeInForce
  );
}

function optionalText(value: Decimal | null): string | null {
  return value === null ? null : decimalText(value);
}

/** The type and the prices that it needs. */
function parsePrices({ orderType: raw, limitPrice, stopPrice }: OrderInput) {
  const orderType = parseWord(raw, ORDER_TYPES, 'orderType');
  return parseAll({
    orderType: () => orderType,
    limitPrice: () => parsePrice(limitPrice, 'limitPrice', orderType),
    stopPrice: () => parsePrice(stopPrice, 'stopPrice', orderType),
  });
}

const PRICED: Readonly<Record<'limitPrice' | 'stopPrice', readonly OrderType[]>> = {
  limitPrice: ['limit', 'stop_limit'],
  stopPrice: ['stop', 'stop_limit'],
};

function parsePrice(raw: unknown, field: keyof typeof PRICED, orderType: OrderType): Decimal | null {
  if (PRICED[field].includes(orderType)) return parseAmount(raw, field);
  if (raw == null) return null;
  throw invalid(
    field,
    `A ${orderType} order has no ${field}, found ${shown(raw)}: leave it out, or choose another orderType.`,
  );
}

function parseAmount(raw: unknown, field: string): Decimal {
  const amount = readDecimal(raw);
  if (amount?.gt(0)) return amount;
  throw invalid(
    field,
    `${field} must be a decimal above 0, at most ${MAX_DECIMAL}, with at most ${DECIMAL_PLACES} decimals and no exponent, found ${shown(raw)}.`,
  );
}

function parseClientOrderId(raw: string, source: OrderSource | undefined): string {
  if (CLIENT_ORDER_ID.test(raw)) {
    const reserved = Object.values(RESERVED_PREFIXES).find((prefix) => raw.startsWith(prefix));
    if (reserved === undefined || source === undefined || RESERVED_PREFIXES[source] === reserved) return raw;
    throw invalid('clientOrderId', `clientOrderId must not begin with ${reserved}, found ${shown(raw)}.`);
  }
  throw invalid(
    'clientOrderId',
    `clientOrderId must be 1 to 48 characters of A-Z, a-z, 0-9, _ and -, found ${shown(raw)}.`,
  );
}

function parseWord<const Word extends string>(raw: unknown, words: readonly Word[], field: string): Word {
  const word = words.find((known) => known === raw);
  if (word !== undefined) return word;
  throw invalid(field, `${field} must be one of ${words.join(', ')}, found ${shown(raw)}.`);
}
