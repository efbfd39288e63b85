/** Stores what a turn decided: orders, places among the daily trades, audit and events, in the transaction of the decisions. */
import { decimalText, invariant, type JsonObject } from '../core/index.ts';
import type { EventDraft, JournalWrite } from '../events/index.ts';
import { type AuditEntry, appendAudit, safetyEvent } from '../safety/index.ts';
import { type Db, insertRows, type OrderRow } from '../storage/index.ts';
import type { Denial } from './decision/view.ts';
import { greaterTerms } from './deliberation.ts';
import { orderEvent } from './events.ts';
import { claimOf, insertOrders, termColumns } from './insert-orders.ts';
import type { Intent } from './intent.ts';
import { RowChanged, unchanged } from './store-orders.ts';
import type { Decided, DecidingDeps, TurnRecord } from './turn.ts';

/**
 * How long a change that nobody answered for is left alone before it is looked up, in ms: longer than its claim and the time
 * a broker has to answer.
 */
const CHANGE_LOOKUP_MS = 15_000;

/** How long a change is kept that counts for a minute, in ms: a process whose clock is ahead then deletes none that still counts. */
const CHANGE_KEPT_MS = 600_000;

/** Stores everything; answers the new orders by client id, denied ones too. */
export async function recordDecisions(
  deps: DecidingDeps,
  { db, appendAll }: JournalWrite,
  record: TurnRecord,
): Promise<ReadonlyMap<string, OrderRow>> {
  if (record.decided.length === 0) return new Map();
  await claimChanges(deps, db, record);
  await countChanges(db, record);
  await reservePlaces(db, record);
  const rows = await insertOrders(deps, db, record);
  const { audit, drafts } = tellings(record, rows);
  const ids = await appendAudit(
    db,
    deps.clock,
    record.key.ownerId,
    audit.map(({ entry }) => entry),
  );
  const stops = audit.flatMap(({ stops: stopped }, index) =>
    stopped === undefined ? [] : [{ stopped, id: ids[index] }],
  );
  await stopSources(
    db,
    record,
    stops.map(({ stopped }) => stopped),
  );
  const stopDrafts = stops.map(({ stopped, id }) => sourceStopped(record, stopped, id));
  await appendAll([...drafts, ...stopDrafts]);
  return rows;
}

/** The row says the greater terms and who asks, until the broker has answered. */
async function claimChanges(deps: DecidingDeps, db: Db, { decided, now, right }: TurnRecord): Promise<void> {
  const approved = decided.filter(({ verdict }) => verdict.kind === 'approved');
  for (const { intent, old, reservedDay } of approved.toSorted((a, b) => (a.old?.id ?? 0) - (b.old?.id ?? 0))) {
    if (intent.change === undefined || old === null) continue;
    const { count } = await db.order.updateMany({
      where: unchanged(old),
      data: {
        ...greaterTerms(old, intent.change.terms),
        ...claimOf(deps, right),
        ...(reservedDay !== null && { reservedDay, isReducing: false }),
        lookups: 0,
        nextLookupAt: new Date(now + CHANGE_LOOKUP_MS),
        updatedAt: new Date(now),
      },
    });
    if (count !== 1) throw new RowChanged(`Order ${old.id} was changed meanwhile.`);
  }
}

/** Every change that was decided counts for a minute, in every process (see recents.ts); what is over makes room. */
async function countChanges(db: Db, { key, decided, now }: TurnRecord): Promise<void> {
  const { ownerId } = key;
  const decidedAt = new Date(now);
  const changes = decided.flatMap(({ intent: { change, origin, request }, verdict }) => {
    if (change === undefined) return [];
    const denialCode = verdict.kind === 'denied' ? verdict.denial.code : null;
    return { ownerId, source: origin.source, sourceId: origin.sourceId, symbol: request.symbol, denialCode, decidedAt };
  });
  if (changes.length === 0) return;
  const over = new Date(now - CHANGE_KEPT_MS);
  await db.$executeRaw`DELETE FROM "OrderChange" WHERE "ownerId" = ${ownerId} AND "decidedAt" <= ${over}`;
  await insertRows(db, 'OrderChange', changes);
}

/**
 * Counts the trades, by one conditional statement a day. Nobody else takes a place while the settings are locked, but a late fill
 * may take one again: then the turn is rolled back, and taken once more.
 *
 * @throws {RowChanged}
 */
async function reservePlaces(db: Db, { key, decided }: TurnRecord): Promise<void> {
  const places = new Map<string, { readonly count: number; readonly limit: number }>();
  for (const { reservedDay, view } of decided) {
    if (reservedDay === null) continue;
    const count = (places.get(reservedDay)?.count ?? 0) + 1;
    places.set(reservedDay, { count, limit: view.settings.maxDailyTrades });
  }
  const { ownerId, mode } = key;
  for (const [day, { count, limit }] of [...places].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const reserved =
      count <= limit &&
      (await db.$executeRaw`
        INSERT INTO "DailyTradeCount" ("ownerId", "mode", "tradingDay", "count") VALUES (${ownerId}, ${mode}, ${day}, ${count})
        ON CONFLICT ("ownerId", "mode", "tradingDay") DO UPDATE SET "count" = "DailyTradeCount"."count" + ${count}
        WHERE "DailyTradeCount"."count" + ${count} <= ${limit}`) === 1;
    if (!reserved) throw new RowChanged(`The trades of ${day} were counted by somebody else meanwhile.`);
  }
}

/** A source that is stopped, by the order that was one too many. */
interface Stopped {
  readonly intent: Intent;
  readonly reason: string;
}

/** What the audit and the journal hear, in the order of the decisions. */
function tellings(
  { decided }: TurnRecord,
  rows: ReadonlyMap<string, OrderRow>,
): { readonly audit: readonly { entry: AuditEntry; stops?: Stopped }[]; readonly drafts: readonly EventDraft[] } {
  const audit: { entry: AuditEntry; stops?: Stopped }[] = [];
  const drafts: EventDraft[] = [];
  for (const each of decided) {
    const { intent, old, verdict } = each;
    const row = old ?? rows.get(intent.request.clientOrderId);
    invariant(row !== undefined, 'an order that was decided has its row');
    audit.push({ entry: decisionEntry(each, row) });
    const denial = verdict.kind === 'denied' ? verdict.denial : null;
    if (old === null) {
      const type = denial === null ? 'OrderPlaced' : 'OrderDenied';
      drafts.push(orderEvent(type, row, { causationId: intent.origin.causationId, extra: boundsOf(denial) }));
    }
    if (denial?.consequence !== 'stop_source') continue;
    const stops = { intent, reason: denial.message };
    audit.push({
      entry: { ...stoppedFacts(intent), kind: 'source_stopped', actor: 'system', reason: denial.message },
      stops,
    });
  }
  return { audit, drafts };
}

function decisionEntry({ intent, old, verdict, view, reservedDay }: Decided, row: OrderRow): AuditEntry {
  const { origin, change } = intent;
  const denial = verdict.kind === 'denied' ? verdict.denial : null;
  const { clientOrderId, mode, symbol, side, orderType, timeInForce } = row;
  const asked = termColumns(change?.terms ?? intent.request);
  const decisionPrice = view.quote === null ? null : decimalText(view.quote.price);
  const order = { clientOrderId, mode, symbol, side, orderType, timeInForce, ...asked, decisionPrice, reservedDay };
  return {
    kind: denial === null ? 'order_approved' : 'order_denied',
    actor: origin.actor,
    orderId: row.id,
    ...(denial !== null && { reason: denial.message }),
    ...(old !== null && { before: { quantity: old.quantity, limitPrice: old.limitPrice, stopPrice: old.stopPrice } }),
    after: { ...order, ...boundsOf(denial) },
  };
}

function boundsOf(denial: Denial | null): JsonObject {
  if (denial === null) return {};
  return { code: denial.code, limit: denial.limit ?? null, observed: denial.observed ?? null };
}

function stoppedFacts({ origin, request }: Intent): { readonly after: JsonObject } {
  return { after: { source: origin.source, sourceId: origin.sourceId, symbol: request.symbol } };
}

async function stopSources(db: Db, { key, now }: TurnRecord, stopped: readonly Stopped[]): Promise<void> {
  if (stopped.length === 0) return;
  await db.runawayStop.createMany({
    data: stopped.map(({ intent: { origin, request } }) => {
      const { source, sourceId } = origin;
      return { ownerId: key.ownerId, source, sourceId, symbol: request.symbol, stoppedAt: new Date(now) };
    }),
  });
}

function sourceStopped({ key }: TurnRecord, { intent, reason }: Stopped, eventId: number | undefined): EventDraft {
  invariant(eventId !== undefined, 'an audit event has an id');
  const { correlationId, causationId } = intent.origin;
  return safetyEvent('SourceStopped', {
    ...key,
    eventId,
    payload: { ...stoppedFacts(intent).after, reason },
    correlationId,
    ...(causationId !== undefined && { causationId }),
  });
}
