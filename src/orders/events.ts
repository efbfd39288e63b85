/** What the journal hears of orders, fills, positions and accounts. Decimals are texts. */
import { TRADING_MODES, type TradingMode } from '../broker/index.ts';
import { type JsonObject, memberOf } from '../core/index.ts';
import type { EventDraft } from '../events/index.ts';
import type { AccountRow, FillRow, OrderRow, PositionRow } from '../storage/index.ts';

/** The types of events about an order; their subject is the order. */
export const ORDER_EVENTS = [
  'OrderPlaced',
  'OrderDenied',
  'OrderSubmitted',
  'OrderAccepted',
  'OrderRejected',
  'OrderUnknown',
  'OrderPartiallyFilled',
  'OrderFilled',
  'OrderCanceled',
  'OrderExpired',
  'OrderReplaced',
  'FillRecorded',
] as const;
export type OrderEventType = (typeof ORDER_EVENTS)[number];

/** Events about what the owner holds (subject `position`) and has (subject `account`); the subject's id is the owner's. */
export const ACCOUNT_EVENTS = ['PositionChanged', 'AccountChanged'] as const;

/** An event about an order as it now is. */
export function orderEvent(
  type: OrderEventType,
  row: OrderRow,
  about: { readonly causationId?: bigint | null | undefined; readonly extra?: JsonObject } = {},
): EventDraft {
  const { causationId, extra } = about;
  return {
    ownerId: row.ownerId,
    type,
    subjectType: 'order',
    subjectId: row.id,
    mode: modeOf(row),
    correlationId: row.correlationId,
    ...(causationId != null && { causationId }),
    payload: { ...orderPayload(row), ...extra },
  };
}

/** An execution was booked. */
export function fillEvent(order: OrderRow, fill: Omit<FillRow, 'id'>, causationId: bigint | undefined): EventDraft {
  const { executionId, symbol, side, quantity, price, commission, realizedPnl } = fill;
  const { clientOrderId, source } = order;
  const payload = { executionId, symbol, side, quantity, price, commission, realizedPnl, clientOrderId, source };
  return { ...orderEvent('FillRecorded', order, { causationId }), payload };
}

/** The mode of a stored row. */
export function modeOf({ mode }: { readonly mode: string }): TradingMode {
  return memberOf(TRADING_MODES, mode);
}

function orderPayload(row: OrderRow): JsonObject {
  return {
    clientOrderId: row.clientOrderId,
    symbol: row.symbol,
    side: row.side,
    quantity: row.quantity,
    orderType: row.orderType,
    limitPrice: row.limitPrice,
    stopPrice: row.stopPrice,
    status: row.status,
    reasonCode: row.reasonCode,
    filledQuantity: row.filledQuantity,
    averageFillPrice: row.averageFillPrice,
    source: row.source,
  };
}

/** The account has other money than before. */
export function accountEvent(row: AccountRow, correlationId: string): EventDraft {
  const { ownerId, cash, realizedPnl } = row;
  const payload = { cash, realizedPnl };
  return {
    ownerId,
    type: 'AccountChanged',
    subjectType: 'account',
    subjectId: ownerId,
    mode: modeOf(row),
    correlationId,
    payload,
  };
}

/** The account holds another quantity of a symbol than before. */
export function positionEvent(row: Omit<PositionRow, 'updatedAt'>, correlationId: string): EventDraft {
  const { ownerId, symbol, quantity, costBasis, realizedPnl } = row;
  const payload = { symbol, quantity, costBasis, realizedPnl };
  return {
    ownerId,
    type: 'PositionChanged',
    subjectType: 'position',
    subjectId: ownerId,
    mode: modeOf(row),
    correlationId,
    payload,
  };
}
