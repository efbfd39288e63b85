/** From a suggestion to a plan that is carried out: it has to be fresh, and no other one may be under way on the account. */
import { conflict, type Decimal, DomainError, decimal, decimalText } from '../core/index.ts';
import type { JournalWrite } from '../events/index.ts';
import { WORKING_STATUSES } from '../orders/index.ts';
import { lockSafety } from '../safety/index.ts';
import type { GoalRow, RebalancePlanRow } from '../storage/index.ts';
import type { PlanningDeps } from './deps.ts';
import type { Holdings } from './drift.ts';
import { planEvent } from './events.ts';
import { lockGoal } from './find-goal.ts';
import { goalOf } from './goal.ts';
import { type Measured, measureGoal } from './holdings.ts';
import { basisOf, type PlanBasis, readBasis } from './stored-plan.ts';

/** By how much prices may have moved since a plan was made. */
const MAX_MOVE = decimal('0.01');

/** How a plan is begun. */
export interface Beginning {
  /** Whether it answers a breach that nothing was done about yet; it is begun only while that is so, and settles it. */
  readonly answersBreach: boolean;
}

/**
 * Begins a plan that is suggested. Null when it was to answer a breach that somebody else has answered.
 *
 * @throws {DomainError} EXPIRED; PLAN_STALE when positions or cash are others, or prices moved by over 1 %; CONFLICT while another
 * plan is carried out, or orders of its symbols still work; what `measureGoal` throws
 */
export async function beginPlan(
  deps: PlanningDeps,
  { plan, goal: row }: { readonly plan: RebalancePlanRow; readonly goal: GoalRow },
  { answersBreach }: Beginning,
): Promise<RebalancePlanRow | null> {
  requireFresh(deps, plan);
  const measured = await measureGoal(deps, goalOf(row));
  requireSame(plan, measured);
  return await deps.journal.write(async (write) => {
    // Every rebalance of the owner begins under this lock, so that there is one at a time.
    await lockSafety(write.db, deps.clock, plan.ownerId);
    const goal = await lockGoal(write.db, row);
    if (goal === null) throw conflict(`The goal ${row.id} was deleted.`);
    if (answersBreach && !goal.isPlanDue) return null;
    await requireFree(write, plan);
    requireSame(plan, { ...measured, goal: goalOf(goal), holdings: await heldNow(write, plan, measured.holdings) });
    return await storeBeginning(deps, write, { plan, goal });
  });
}

/** @throws {DomainError} EXPIRED */
function requireFresh({ clock }: PlanningDeps, { expiresAt }: RebalancePlanRow): void {
  if (clock.now() <= expiresAt.getTime()) return;
  throw new DomainError('EXPIRED', `The plan was valid until ${expiresAt.toISOString()}: ask for a new one.`);
}

/** @throws {DomainError} PLAN_STALE saying what is another */
function requireSame(
  plan: RebalancePlanRow,
  { goal, mode, holdings }: Pick<Measured, 'goal' | 'mode' | 'holdings'>,
): void {
  const before = readBasis(plan);
  const now = basisOf(goal, holdings);
  if (plan.mode !== mode) throw stale(`it is for the ${plan.mode} account, and ${mode} is traded now`);
  if (!sameTexts(before.targets, now.targets) || before.threshold !== now.threshold)
    throw stale('the goal was changed');
  const moved = firstDifference(before.positions, now.positions);
  if (moved !== null) throw stale(`the position of ${moved} is another`);
  if (before.cash !== now.cash) throw stale(`the cash was ${before.cash} and is ${now.cash}`);
  requirePrices(before, holdings);
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
async function requireFree({ db }: JournalWrite, { id, ownerId, mode }: RebalancePlanRow): Promise<void> {
  const other = await db.rebalancePlan.findFirst({ where: { ownerId, status: 'executing' }, select: { id: true } });
  if (other !== null) throw conflict(`The plan ${other.id} is being carried out: one rebalance at a time.`);
  const trades = await db.rebalanceTrade.findMany({
    where: { planId: id, status: 'planned' },
    select: { symbol: true },
  });
  const symbol = { in: trades.map((trade) => trade.symbol) };
  const working = await db.order.findFirst({ where: { ownerId, mode, symbol, status: { in: [...WORKING_STATUSES] } } });
  if (working === null) return;
  const message = `The order ${working.id} of ${working.symbol} still works: wait for it, or cancel it.`;
  throw conflict(message, { orderId: working.id });
}

/** What is held by the rows, under the lock, at the prices that were read before. */
async function heldNow(
  { db }: JournalWrite,
  { ownerId, mode }: RebalancePlanRow,
  { prices }: Holdings,
): Promise<Holdings> {
  const account = await db.account.findUniqueOrThrow({ where: { ownerId_mode: { ownerId, mode } } });
  const rows = await db.position.findMany({ where: { ownerId, mode, quantity: { not: '0' } } });
  const positions = new Map(rows.map(({ symbol, quantity }) => [symbol, decimal(quantity)]));
  return { cash: decimal(account.cash), positions, prices };
}

/** @throws {DomainError} CONFLICT when somebody else has begun it */
async function storeBeginning(
  { clock }: PlanningDeps,
  write: JournalWrite,
  { plan, goal }: { readonly plan: RebalancePlanRow; readonly goal: GoalRow },
): Promise<RebalancePlanRow> {
  const trades = await write.db.rebalanceTrade.count({ where: { planId: plan.id, status: 'planned' } });
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
