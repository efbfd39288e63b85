/** From a suggestion to a plan that is carried out: it has to be fresh, and no other one may be under way on the account. */
import type { TradingMode } from '../broker/index.ts';
import { conflict, type Decimal, DomainError, decimal, decimalText } from '../core/index.ts';
import type { JournalWrite } from '../events/index.ts';
import { tradingDayOf, WORKING_STATUSES } from '../orders/index.ts';
import { lockSafety, readSafety } from '../safety/index.ts';
import type { GoalRow, RebalancePlanRow } from '../storage/index.ts';
import type { PlanningDeps } from './deps.ts';
import type { Holdings } from './drift.ts';
import { planEvent } from './events.ts';
import { lockGoal } from './find-goal.ts';
import { type Goal, goalOf } from './goal.ts';
import { type Measured, measureGoal } from './holdings.ts';
import { made, type PlannedTrade } from './plan.ts';
import { lockCause, type PlanCause, planFor, storePlan } from './propose-plan.ts';
import { basisOf, type PlanBasis, readBasis } from './stored-plan.ts';

/** By how much prices may have moved since a plan was made. */
const MAX_MOVE = decimal('0.01');

/**
 * Begins a plan that is suggested, whatever its goal is due.
 *
 * @throws {DomainError} EXPIRED; PLAN_STALE when positions or cash are others, or prices moved by over 1 %; CONFLICT while another
 * plan is carried out, orders of its symbols still work, or somebody else has begun it; what `measureGoal` throws
 */
export async function beginPlan(
  deps: PlanningDeps,
  { plan, goal: row }: { readonly plan: RebalancePlanRow; readonly goal: GoalRow },
): Promise<void> {
  requireFresh(deps, plan);
  const before = { mode: plan.mode, basis: readBasis(plan) };
  const measured = await measureGoal(deps, goalOf(row));
  requireSame(before, measured);
  await deps.journal.write(async (write) => {
    const { goal } = await lockAll(deps, write, { row, jobRunId: plan.jobRunId });
    const trades = await write.db.rebalanceTrade.findMany({
      where: { planId: plan.id, status: 'planned' },
      select: { symbol: true },
    });
    await requireFree(write, plan, trades);
    await requireSameNow(write, before, { goal, measured });
    await storeBeginning(deps, write, { plan, goal, trades: trades.length });
  });
}

/**
 * Plans what answers a breach, stores that and begins it, all or nothing: what cannot be begun leaves no suggestion behind,
 * however often it is tried. Null when the breach was answered meanwhile.
 *
 * @throws {DomainError} PLAN_STALE when positions or cash are not those that were measured; CONFLICT as `beginPlan`; DAILY_TRADE_LIMIT
 */
export async function beginAnswer(
  deps: PlanningDeps,
  row: GoalRow,
  { measured, cause }: { readonly measured: Measured; readonly cause: PlanCause },
): Promise<RebalancePlanRow | null> {
  const plan = planFor(deps, measured);
  const trades = made(plan.trades);
  const { mode } = measured;
  const before = { mode, basis: basisOf(measured.goal, measured.holdings) };
  return await deps.journal.write(async (write) => {
    const { goal, jobRunId } = await lockAll(deps, write, { row, jobRunId: cause.jobRunId });
    if (!goal.isPlanDue) return null;
    await requireFree(write, { ownerId: row.ownerId, mode }, trades);
    await requireSameNow(write, before, { goal, measured });
    await requireTradesLeft(deps, write, { goal, mode, trades });
    const stored = await storePlan(deps, write, { measured, plan, cause: { ...cause, jobRunId } });
    return await storeBeginning(deps, write, { plan: stored, goal, trades: trades.length });
  });
}

/**
 * Locks what a beginning depends on. Every rebalance of an owner begins under the lock of the owner's safety, so that there is
 * one at a time.
 *
 * @throws {DomainError} CONFLICT when the goal was deleted
 */
async function lockAll(
  { clock }: PlanningDeps,
  { db }: JournalWrite,
  { row, jobRunId }: { readonly row: GoalRow; readonly jobRunId: number | null | undefined },
): Promise<{ readonly goal: GoalRow; readonly jobRunId: number | null }> {
  const run = await lockCause(db, jobRunId);
  await lockSafety(db, clock, row.ownerId);
  const goal = await lockGoal(db, row);
  if (goal === null) throw conflict(`The goal ${row.id} was deleted.`);
  return { goal, jobRunId: run };
}

/** @throws {DomainError} EXPIRED */
function requireFresh({ clock }: PlanningDeps, { expiresAt }: RebalancePlanRow): void {
  if (clock.now() <= expiresAt.getTime()) return;
  throw new DomainError('EXPIRED', `The plan was valid until ${expiresAt.toISOString()}: ask for a new one.`);
}

/** What a plan was made for. */
interface Before {
  readonly mode: string;
  readonly basis: PlanBasis;
}

/** @throws {DomainError} PLAN_STALE saying what is another */
function requireSame(
  { mode: before, basis }: Before,
  { goal, mode, holdings }: Pick<Measured, 'goal' | 'mode' | 'holdings'>,
): void {
  const now = basisOf(goal, holdings);
  if (before !== mode) throw stale(`it is for the ${before} account, and ${mode} is traded now`);
  if (!sameTexts(basis.targets, now.targets) || basis.threshold !== now.threshold) throw stale('the goal was changed');
  const moved = firstDifference(basis.positions, now.positions);
  if (moved !== null) throw stale(`the position of ${moved} is another`);
  if (basis.cash !== now.cash) throw stale(`the cash was ${basis.cash} and is ${now.cash}`);
  requirePrices(basis, holdings);
}

/** The same of the rows under their locks, at the prices that were read before. */
async function requireSameNow(
  { db }: JournalWrite,
  before: Before,
  { goal, measured }: { readonly goal: GoalRow; readonly measured: Measured },
): Promise<void> {
  const current: Goal = goalOf(goal);
  const { mode } = measured;
  const account = await db.account.findUniqueOrThrow({ where: { ownerId_mode: { ownerId: goal.ownerId, mode } } });
  const rows = await db.position.findMany({ where: { ownerId: goal.ownerId, mode, quantity: { not: '0' } } });
  const positions = new Map(rows.map(({ symbol, quantity }) => [symbol, decimal(quantity)]));
  const holdings = { ...measured.holdings, cash: decimal(account.cash), positions };
  requireSame(before, { goal: current, mode, holdings });
}

function requirePrices(basis: PlanBasis, { prices }: Holdings): void {
  for (const [symbol, text] of Object.entries(basis.prices)) {
    const [planned, now] = [decimal(text), prices.get(symbol)];
    if (now === undefined) continue;
    const move = now.div(planned).minus(1).abs();
    if (move.gt(MAX_MOVE)) throw stalePrice(symbol, { planned, now, move });
  }
}

function stalePrice(
  symbol: string,
  { planned, now, move }: { readonly planned: Decimal; readonly now: Decimal; readonly move: Decimal },
): DomainError {
  const sentence = `the price of ${symbol} was ${decimalText(planned)} and is ${decimalText(now)}, more than 1 % away`;
  return stale(sentence, { limit: MAX_MOVE.toNumber(), observed: move.toDecimalPlaces(6).toNumber() });
}

function stale(sentence: string, facts: Readonly<Record<string, unknown>> = {}): DomainError {
  return new DomainError('PLAN_STALE', `The plan does not fit any more: ${sentence}. Ask for a new one.`, { facts });
}

/** @throws {DomainError} CONFLICT */
async function requireFree(
  { db }: JournalWrite,
  { ownerId, mode }: Pick<RebalancePlanRow, 'ownerId' | 'mode'>,
  trades: readonly { readonly symbol: string }[],
): Promise<void> {
  const other = await db.rebalancePlan.findFirst({ where: { ownerId, status: 'executing' }, select: { id: true } });
  if (other !== null) throw conflict(`The plan ${other.id} is being carried out: one rebalance at a time.`);
  const symbol = { in: trades.map((trade) => trade.symbol) };
  const working = await db.order.findFirst({ where: { ownerId, mode, symbol, status: { in: [...WORKING_STATUSES] } } });
  if (working === null) return;
  const message = `The order ${working.id} of ${working.symbol} still works: wait for it, or cancel it.`;
  throw conflict(message, { orderId: working.id });
}

/**
 * A plan that only buys is not begun when no day that its orders would count on has a trade left: they would be denied, check after
 * check. What only reduces positions is not counted, so that sales may begin.
 *
 * @throws {DomainError} DAILY_TRADE_LIMIT
 */
async function requireTradesLeft(
  { clock }: PlanningDeps,
  { db }: JournalWrite,
  {
    goal,
    mode,
    trades,
  }: { readonly goal: GoalRow; readonly mode: TradingMode; readonly trades: readonly PlannedTrade[] },
): Promise<void> {
  if (trades.length === 0 || trades.some(({ stage }) => stage !== 'buy')) return;
  const { maxDailyTrades: limit } = await readSafety(db, goal.ownerId);
  const days = new Set(trades.map(({ symbol }) => tradingDayOf(symbol, clock.now())));
  const counts = await db.dailyTradeCount.findMany({
    where: { ownerId: goal.ownerId, mode, tradingDay: { in: [...days] }, count: { gte: limit } },
    select: { count: true },
  });
  if (counts.length < days.size) return;
  const observed = Math.min(...counts.map(({ count }) => count));
  const message = `No trade of today is left: maxDailyTrades allows ${limit}.`;
  throw new DomainError('DAILY_TRADE_LIMIT', message, { facts: { limit, observed } });
}

/** @throws {DomainError} CONFLICT when somebody else has begun it */
async function storeBeginning(
  { clock }: PlanningDeps,
  write: JournalWrite,
  { plan, goal, trades }: { readonly plan: RebalancePlanRow; readonly goal: GoalRow; readonly trades: number },
): Promise<RebalancePlanRow> {
  const now = new Date(clock.now());
  const begun = await write.db.rebalancePlan.updateMany({
    where: { id: plan.id, status: 'suggested' },
    // Nobody has a lease yet: whoever is first goes on with it, should this process die before it does.
    data: { status: 'executing', startedAt: now, leaseUntil: now },
  });
  if (begun.count !== 1) throw conflict(`The plan ${plan.id} was begun already.`);
  await write.db.goal.update({ where: { id: goal.id }, data: { isPlanDue: false } });
  const { correlationId, causationId, mode } = plan;
  const started = planEvent(
    'RebalanceStarted',
    { ...plan, status: 'executing' },
    {
      ...{ correlationId, causationId, name: goal.name, trades },
      mode: mode === 'live' ? 'live' : 'paper',
    },
  );
  const startedCursor = await write.append(started);
  return await write.db.rebalancePlan.update({ where: { id: plan.id }, data: { startedCursor } });
}

function sameTexts(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  return firstDifference(a, b) === null;
}

/** The first key whose texts differ; null when there is none. */
function firstDifference(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): string | null {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].find((key) => a[key] !== b[key]) ?? null;
}
