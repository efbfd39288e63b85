/** New orders as rows: those that are to be sent with the claim of this process, and those that were denied. */
import { decimalText, invariant } from '../core/index.ts';
import { type Columns, type Db, insertKeyedRows, insertRows, type OrderRow } from '../storage/index.ts';
import type { NewTerms, SendRight } from './intent.ts';
import type { Decided, DecidingDeps, TurnRecord } from './turn.ts';

/** Inserts the new orders of a turn with the beginning of their histories; answers them by client id. */
export async function insertOrders(
  deps: DecidingDeps,
  db: Db,
  record: TurnRecord,
): Promise<ReadonlyMap<string, OrderRow>> {
  const placed = record.decided.filter(({ intent }) => intent.change === undefined);
  if (placed.length === 0) return new Map();
  const data = placed.map((each) => rowOf(deps, record, each));
  const ids = await insertRows(db, 'Order', withoutEmptyColumns(data));
  const rows = data.map((row, index): OrderRow => {
    const id = ids[index];
    invariant(id !== undefined, 'an order that was stored has an id');
    return { id, ...row };
  });
  await insertKeyedRows(
    db,
    'OrderTransition',
    rows.map(({ id, status, reason, createdAt }) => {
      return { orderId: id, sequence: 1, fromStatus: null, toStatus: status, reason, at: createdAt };
    }),
  );
  return new Map(rows.map((row) => [row.clientOrderId, row]));
}

/** The rows without the columns that are null in all of them: every value costs time, and null is the default. */
function withoutEmptyColumns(rows: readonly Omit<OrderRow, 'id'>[]): Columns[] {
  const entries = rows.map((row): Columns => row);
  const used = Object.keys({ ...entries[0] }).filter((name) => entries.some((row) => row[name] !== null));
  return entries.map((row) => Object.fromEntries(used.map((name) => [name, row[name] ?? null])));
}

/** The whole row as it is stored, beside its id. */
function rowOf(
  deps: DecidingDeps,
  { key, now, right }: TurnRecord,
  { intent, verdict, view, reservedDay }: Decided,
): Omit<OrderRow, 'id'> {
  const { request, origin } = intent;
  const at = new Date(now);
  const denial = verdict.kind === 'denied' ? verdict.denial : null;
  const { quantity, limitPrice, stopPrice } = termColumns(request);
  const claim = denial === null ? claimOf(deps, right) : NO_CLAIM;
  // Every column by its name, because a spread of so many takes longer than their insertion.
  return {
    ownerId: key.ownerId,
    clientOrderId: request.clientOrderId,
    brokerOrderId: null,
    mode: request.mode,
    source: origin.source,
    sourceId: origin.sourceId,
    actor: origin.actor,
    symbol: request.symbol,
    side: request.side,
    quantity,
    orderType: request.orderType,
    limitPrice,
    stopPrice,
    timeInForce: request.timeInForce,
    status: denial === null ? 'pending_submit' : 'denied',
    reasonCode: denial?.code ?? null,
    reason: denial?.message ?? null,
    filledQuantity: '0',
    averageFillPrice: null,
    filledValue: '0',
    commission: '0',
    isReducing: verdict.isReducing,
    decisionPrice: view.quote === null ? null : decimalText(view.quote.price),
    reservedDay,
    epoch: right.epoch,
    claimedBy: claim.claimedBy,
    claimUntil: claim.claimUntil,
    unknownSince: null,
    missingSince: null,
    lookups: 0,
    nextLookupAt: null,
    cancelRequestedAt: null,
    replacesId: null,
    strategyId: origin.strategyId ?? null,
    killEventId: origin.killEventId ?? null,
    rebalancePlanId: origin.rebalancePlanId ?? null,
    correlationId: origin.correlationId,
    causationId: origin.causationId ?? null,
    createdAt: at,
    submittedAt: null,
    updatedAt: at,
    endedAt: denial === null ? null : at,
  };
}

const NO_CLAIM = { claimedBy: null, claimUntil: null } as const;

/** Quantity and prices as columns. */
export function termColumns({
  quantity,
  limitPrice,
  stopPrice,
}: NewTerms): Pick<OrderRow, 'quantity' | 'limitPrice' | 'stopPrice'> {
  return {
    quantity: decimalText(quantity),
    limitPrice: limitPrice === null ? null : decimalText(limitPrice),
    stopPrice: stopPrice === null ? null : decimalText(stopPrice),
  };
}

/** The columns of the right to send, as other processes see it. */
export function claimOf({ processId }: DecidingDeps, right: SendRight) {
  return { epoch: right.epoch, claimedBy: processId, claimUntil: new Date(right.until) };
}
