/**
 * The deciding transaction: many intents of one account, decided one after the other, committed together with the right to
 * send them. Its first statement takes the lock of the owner's safety settings, so that all processes decide in turn, and
 * whatever halts trading comes before it or after it, never in between.
 *
 * Locks are taken in one order everywhere, so that PostgreSQL meets no deadlock: safety settings, account, orders, daily
 * counts, and the journal last.
 */
import { invariant } from '../core/index.ts';
import type { JournalWrite } from '../events/index.ts';
import { type HaltCause, lockSafety, type SafetySettings } from '../safety/index.ts';
import { type AccountRow, type Db, listOf, type OrderRow } from '../storage/index.ts';
import { accountView, measuresNow, storeMeasures, symbolsOf } from './account.ts';
import { lockAccount, readBooks, valueBooks } from './books.ts';
import type { Verdict } from './decision/view.ts';
import { Deliberation } from './deliberation.ts';
import type { Decision, Intent, SendRight } from './intent.ts';
import { sourceKey } from './order-source.ts';
import { recordDecisions } from './record-decisions.ts';
import { sessionOf } from './session.ts';
import { brokerOf, effectiveMode } from './trading-mode.ts';
import type { Decided, DecidingDeps, Turn } from './turn.ts';

/** What a turn decided; or that it has to be taken again, with prices of these symbols too, or when there is an account. */
export type TurnOutcome =
  | {
      readonly kind: 'decided';
      readonly decisions: readonly Decision[];
      readonly epoch: number;
      /** What had to be priced beside the symbols of the intents. */
      readonly symbols: readonly string[];
      /** A limit on losses that was reached: trading has to be halted. */
      readonly loss: { readonly cause: HaltCause; readonly reason: string } | null;
    }
  | { readonly kind: 'prices_missing'; readonly symbols: readonly string[] }
  | { readonly kind: 'account_missing' };

/**
 * Decides a turn in one transaction: the number of statements does not depend on the number of new orders.
 *
 * @throws whatever the database throws; nothing was committed then
 */
export function decideTurn(deps: DecidingDeps, turn: Turn): Promise<TurnOutcome> {
  return deps.journal.write(async (write) => {
    const settings = await lockSafety(write.db, deps.clock, turn.key.ownerId);
    const state = await readState(deps, write.db, { turn, settings });
    if ('kind' in state) return state;
    return decideAll(deps, write, { turn, state });
  });
}

/** The orders that are there already, by client id, and the turn's state. */
interface Readings {
  readonly existing: ReadonlyMap<string, OrderRow>;
  readonly deliberation: Deliberation;
  readonly now: number;
  readonly right: SendRight;
  /** Held or working. */
  readonly priced: readonly string[];
}

async function readState(
  deps: DecidingDeps,
  db: Db,
  { turn, settings }: { readonly turn: Turn; readonly settings: SafetySettings },
): Promise<Readings | Exclude<TurnOutcome, { readonly kind: 'decided' }>> {
  const { key, board, recents, intents } = turn;
  const account = await lockAccount(db, deps.clock, key);
  if (account === null) return { kind: 'account_missing' };
  const books = await readBooks(db, account);
  const priced = symbolsOf(books);
  const lacking = priced.filter((symbol) => !board.has(symbol));
  if (lacking.length > 0) return { kind: 'prices_missing', symbols: lacking };
  // Read under the lock: what is older cannot come later. The right to send ends no later than the claim that others see.
  const deadline = deps.monotonic() + deps.claimMs;
  const now = deps.clock.now();
  const right: SendRight = { deadline, until: now + deps.claimMs, epoch: settings.epoch };
  const existing = await readExisting(db, key.ownerId, intents);
  await recents.refresh(db, key.ownerId, now);
  const valuation = valueBooks(books, board, now);
  const measures = await storeMeasures(db, account, measuresNow(deps, account, valuation));
  const deliberation = new Deliberation({
    now,
    settings,
    // On the books of paper nothing is decided for live, also when the settings became others meanwhile.
    effectiveMode: key.mode === 'live' ? effectiveMode(deps, settings) : 'paper',
    capabilities: brokerOf(deps, key.mode).capabilities,
    board,
    account: accountView(books, { valuation, board, measures }),
    working: books.working,
    recents,
    trades: await readTrades(db, account, daysOf(turn, now)),
    stopped: await readStops(db, key.ownerId),
  });
  return { existing, deliberation, now, right, priced };
}

async function readExisting(
  db: Db,
  ownerId: number,
  intents: readonly Intent[],
): Promise<ReadonlyMap<string, OrderRow>> {
  const ids = intents.flatMap(({ change, request }) => (change === undefined ? [request.clientOrderId] : []));
  const rows = await db.$queryRaw<OrderRow[]>`
    SELECT * FROM "Order" WHERE "ownerId" = ${ownerId} AND "clientOrderId" IN ${listOf(ids)}`;
  return new Map(rows.map((row) => [row.clientOrderId, row]));
}

/** The trading days on which the turn's orders may take a place. */
function daysOf({ intents, board }: Turn, now: number): readonly string[] {
  const days = intents.map(({ request }) => sessionOf(request, board.get(request.symbol), now)?.tradingDay);
  return [...new Set(days.filter((day) => day !== undefined))];
}

async function readTrades(db: Db, account: AccountRow, days: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const { ownerId, mode } = account;
  const rows = await db.$queryRaw<{ tradingDay: string; count: number }[]>`
    SELECT "tradingDay", "count" FROM "DailyTradeCount"
    WHERE "ownerId" = ${ownerId} AND "mode" = ${mode} AND "tradingDay" IN ${listOf(days)}`;
  return new Map(rows.map(({ tradingDay, count }) => [tradingDay, count]));
}

async function readStops(db: Db, ownerId: number): Promise<ReadonlySet<string>> {
  const rows = await db.$queryRaw<{ source: string; sourceId: number | null; symbol: string }[]>`
    SELECT "source", "sourceId", "symbol" FROM "RunawayStop" WHERE "ownerId" = ${ownerId} AND "releasedAt" IS NULL`;
  return new Set(rows.map(sourceKey));
}

/** Decides the intents in their order, and stores what was decided. */
async function decideAll(
  deps: DecidingDeps,
  write: JournalWrite,
  { turn, state }: { readonly turn: Turn; readonly state: Readings },
): Promise<TurnOutcome> {
  const { existing, deliberation, now, right } = state;
  const decided: Decided[] = [];
  const ids = new Set(existing.keys());
  for (const intent of turn.intents) {
    const { change, request } = intent;
    const old = change === undefined ? null : deliberation.changeable(change);
    if (change === undefined ? ids.has(request.clientOrderId) : old === null) continue;
    if (change === undefined) ids.add(request.clientOrderId);
    const deliberated = deliberation.decide(intent);
    decided.push({ intent, old, ...deliberated });
    logFault(deps, intent, deliberated.verdict);
  }
  const rows = await recordDecisions(deps, write, { key: turn.key, now, right, decided });
  const byIntent = new Map(decided.map((each) => [each.intent, each]));
  const decisions = turn.intents.map((intent): Decision => {
    const row = existing.get(intent.request.clientOrderId) ?? rows.get(intent.request.clientOrderId);
    return decisionOf(intent, { decided: byIntent.get(intent), row, right });
  });
  return { kind: 'decided', decisions, epoch: right.epoch, symbols: state.priced, loss: lossOf(decided) };
}

function logFault({ log }: DecidingDeps, { request }: Intent, verdict: Verdict): void {
  const fault = verdict.kind === 'denied' ? verdict.denial.fault : undefined;
  if (fault === undefined) return;
  log.error({ err: fault, clientOrderId: request.clientOrderId }, 'A check failed; the order was denied');
}

function decisionOf(
  intent: Intent,
  of: { readonly decided: Decided | undefined; readonly row: OrderRow | undefined; readonly right: SendRight },
): Decision {
  const { decided, row, right } = of;
  const denial = decided?.verdict.kind === 'denied' ? decided.verdict.denial : null;
  if (intent.change !== undefined) {
    const { orderId } = intent.change;
    if (decided?.old == null) return { kind: 'change_impossible', orderId };
    if (denial !== null) return { kind: 'change_denied', orderId, denial };
    return { kind: 'change_approved', row: decided.old, right };
  }
  invariant(row !== undefined, 'an intent that was decided has its row');
  if (decided === undefined) return { kind: 'existing', row };
  return denial === null ? { kind: 'placed', row, right } : { kind: 'denied', row, denial };
}

function lossOf(decided: readonly Decided[]): { readonly cause: HaltCause; readonly reason: string } | null {
  for (const { verdict } of decided) {
    if (verdict.kind === 'approved') continue;
    const { consequence, message } = verdict.denial;
    if (consequence === 'halt_daily_loss') return { cause: 'daily_loss', reason: message };
    if (consequence === 'halt_drawdown') return { cause: 'drawdown', reason: message };
  }
  return null;
}
