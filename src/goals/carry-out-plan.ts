/**
 * Carrying out a plan: stage after stage, each placed through the gateway and waited for, before the next begins. Where it
 * stands is stored before anything is placed, and an order's client id is made from the plan and the trade: whoever goes on with
 * it after a crash places what is missing and nothing twice.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Principal } from '../access/index.ts';
import { SIDES, TRADING_MODES } from '../broker/index.ts';
import { DomainError, decimal, decimalText, memberOf } from '../core/index.ts';
import { isTerminal, ORDER_STATUSES, type OrderOrigin, placeOrder } from '../orders/index.ts';
import type { Db, RebalancePlanRow, RebalanceTradeRow } from '../storage/index.ts';
import type { PlanningDeps } from './deps.ts';
import { endPlan } from './end-plan.ts';
import { cashBuffer, fitBuys, leastTrade, type PlannedTrade, STAGES } from './plan.ts';
import { LeaseLost, type PlanLease } from './plan-lease.ts';
import { PLAN_VALID_MS, tradeOrderId } from './stored-plan.ts';

/** How long a stage is waited for, in ms, and how often is looked. */
export interface Waits {
  /** Before the purchases: what is not filled by then is not spent. */
  readonly sellMs: number;
  /** Before the plan ends: orders that still work then go on working. */
  readonly buyMs: number;
  readonly lookMs: number;
  /** Before a trade is placed again that the gateway could not decide on for now. */
  readonly againMs: number;
}

export const WAITS: Waits = { sellMs: 15_000, buyMs: 10_000, lookMs: 50, againMs: 1_000 };

/**
 * Carries out what is left of a plan. Answers whether it has ended; when `signal` aborts, it is given back instead.
 *
 * @throws {LeaseLost} when somebody else goes on with it
 */
export async function carryOutPlan(
  deps: PlanningDeps,
  lease: PlanLease,
  { waits, signal }: { readonly waits: Waits; readonly signal: AbortSignal },
): Promise<boolean> {
  for (let stage = lease.plan.stage; stage < STAGES.length; stage += 1) {
    if (signal.aborted) return await giveBack(lease);
    const trades = await enterStage(deps, lease, stage);
    const placed = await placeAll(deps, lease, { trades, againMs: waits.againMs, signal });
    if (placed === null) return await giveBack(lease);
    await storePlaced(deps, lease, placed);
    const ids = placed.flatMap(({ orderId }) => (orderId === null ? [] : [orderId]));
    const limitMs = STAGES[stage] === 'buy' ? waits.buyMs : waits.sellMs;
    const isOver = await waitFor(deps, lease, { ids, limitMs, lookMs: waits.lookMs, signal });
    if (!isOver) return await giveBack(lease);
  }
  await endPlan(deps, lease);
  return true;
}

async function giveBack(lease: PlanLease): Promise<boolean> {
  await lease.release();
  return false;
}

/** The trades of a stage with the quantities that are to be ordered, which are stored first. */
async function enterStage(deps: PlanningDeps, lease: PlanLease, stage: number): Promise<readonly RebalanceTradeRow[]> {
  const { plan } = lease;
  return await deps.database.transaction(async (db) => {
    const entered = await db.rebalancePlan.updateMany({ where: lease.held, data: { stage } });
    if (entered.count === 0) throw new LeaseLost(plan.id);
    const where = { planId: plan.id, stage, status: 'planned' };
    const trades = await db.rebalanceTrade.findMany({ where, orderBy: { index: 'asc' } });
    // Those of a stage that was entered before may have orders already.
    if (STAGES[stage] !== 'buy' || plan.stage === stage) return trades;
    const fitted = await fitToCash(deps, db, { plan, trades });
    for (const { planId, index, quantity, estimatedValue, estimatedCost, status, reason } of fitted) {
      const data = { quantity, estimatedValue, estimatedCost, status, reason };
      await db.rebalanceTrade.update({ where: { planId_index: { planId, index } }, data });
    }
    return fitted.filter(({ status }) => status === 'planned');
  });
}

/** The purchases cut to the cash that there is, now that the sales brought what they did. */
async function fitToCash(
  { costs, brokers }: PlanningDeps,
  db: Db,
  { plan, trades }: { readonly plan: RebalancePlanRow; readonly trades: readonly RebalanceTradeRow[] },
): Promise<readonly RebalanceTradeRow[]> {
  const { ownerId } = plan;
  const mode = memberOf(TRADING_MODES, plan.mode);
  const { cash } = await db.account.findUniqueOrThrow({ where: { ownerId_mode: { ownerId, mode } } });
  const totalValue = decimal(plan.totalValue);
  const fitted = fitBuys(trades.map(plannedTrade), {
    costs,
    isFractional: brokers.get(mode)?.capabilities.fractional ?? false,
    budget: decimal(cash).minus(cashBuffer(totalValue)),
    least: leastTrade(totalValue),
  });
  return trades.map((row, at) => {
    const trade = fitted[at] ?? plannedTrade(row);
    return {
      ...row,
      quantity: decimalText(trade.quantity),
      estimatedValue: decimalText(trade.value),
      estimatedCost: decimalText(trade.cost),
      status: trade.isSkipped ? 'skipped' : 'planned',
      reason: trade.reason,
    };
  });
}

function plannedTrade(row: RebalanceTradeRow): PlannedTrade {
  return {
    stage: STAGES[row.stage] ?? 'buy',
    symbol: row.symbol,
    side: memberOf(SIDES, row.side),
    quantity: decimal(row.quantity),
    price: decimal(row.estimatedPrice),
    value: decimal(row.estimatedValue),
    cost: decimal(row.estimatedCost),
    isSkipped: row.status !== 'planned',
    reason: row.reason,
  };
}

/** What became of placing a trade. */
interface Placed {
  readonly index: number;
  /** Null when there is no order of it, not even a denied one. */
  readonly orderId: number | null;
  readonly status: 'planned' | 'blocked';
  readonly reason: string | null;
}

interface Placing {
  readonly trades: readonly RebalanceTradeRow[];
  readonly againMs: number;
  readonly signal: AbortSignal;
}

/**
 * Places the orders of a stage; the gateway decides them in their order. What it cannot decide on for now is placed again, until
 * the plan is too old. Null when `signal` aborts first.
 */
async function placeAll(
  deps: PlanningDeps,
  lease: PlanLease,
  { trades, againMs, signal }: Placing,
): Promise<readonly Placed[] | null> {
  const { plan } = lease;
  const placed: Placed[] = [];
  for (let left = trades; ; ) {
    const isLate = deps.clock.now() > (plan.startedAt?.getTime() ?? 0) + PLAN_VALID_MS;
    const tried = await Promise.all(
      left.map((trade) => (isLate ? findPlaced(deps, plan, trade) : placeOne(deps, plan, trade))),
    );
    placed.push(...tried.filter((each) => each !== null));
    left = left.filter((_trade, at) => tried[at] === null);
    if (left.length === 0) return placed;
    if (signal.aborted) return null;
    await lease.renew();
    await sleep(againMs);
  }
}

/** Null when nothing was placed, and may be in a moment. */
async function placeOne(deps: PlanningDeps, plan: RebalancePlanRow, trade: RebalanceTradeRow): Promise<Placed | null> {
  const { index, symbol, side, quantity, reason } = trade;
  const clientOrderId = tradeOrderId(plan.id, index);
  const input = { symbol, side, quantity, orderType: 'market', clientOrderId, mode: plan.mode };
  const principal: Principal = { userId: plan.ownerId, scopes: new Set(['trade']) };
  try {
    const order = await placeOrder(deps, principal, input, originOf(plan, trade));
    return { index, orderId: order.id, status: 'planned', reason };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const { orderId } = error.facts;
    if (typeof orderId === 'number') return { index, orderId, status: 'planned', reason: error.message };
    return error.code === 'UNAVAILABLE' ? null : { index, orderId: null, status: 'blocked', reason: error.message };
  }
}

/** What was placed before the plan became too old to place more. */
async function findPlaced(
  deps: PlanningDeps,
  plan: RebalancePlanRow,
  { index, reason }: RebalanceTradeRow,
): Promise<Placed> {
  const where = { ownerId: plan.ownerId, clientOrderId: tradeOrderId(plan.id, index) };
  const order = await deps.database.read.order.findFirst({ where, select: { id: true } });
  if (order !== null) return { index, orderId: order.id, status: 'planned', reason };
  return { index, orderId: null, status: 'blocked', reason: TOO_LATE };
}

const TOO_LATE = 'It could not be placed within five minutes, and the plan is too old to go on with.';

function originOf(plan: RebalancePlanRow, { maxPositionPct }: RebalanceTradeRow): OrderOrigin {
  const { id, actor, correlationId, startedCursor } = plan;
  return {
    ...{ source: 'rebalance', sourceId: id, rebalancePlanId: id, actor, correlationId, maxPositionPct },
    ...(startedCursor !== null && { causationId: startedCursor }),
  };
}

async function storePlaced(deps: PlanningDeps, { plan }: PlanLease, placed: readonly Placed[]): Promise<void> {
  if (placed.length === 0) return;
  await deps.database.transaction(async (db) => {
    for (const { index, ...data } of placed) {
      await db.rebalanceTrade.update({ where: { planId_index: { planId: plan.id, index } }, data });
    }
  });
}

interface Waiting {
  readonly ids: readonly number[];
  readonly limitMs: number;
  readonly lookMs: number;
  readonly signal: AbortSignal;
}

/** Waits until the orders have ended or the time is over; false when `signal` aborts first. */
async function waitFor(
  deps: PlanningDeps,
  lease: PlanLease,
  { ids, limitMs, lookMs, signal }: Waiting,
): Promise<boolean> {
  const until = performance.now() + limitMs;
  for (;;) {
    if (signal.aborted) return false;
    const rows = await deps.database.read.order.findMany({ where: { id: { in: [...ids] } }, select: { status: true } });
    const isEnded = rows.every(({ status }) => isTerminal(memberOf(ORDER_STATUSES, status)));
    if (isEnded || performance.now() > until) return true;
    await lease.renew();
    await sleep(lookMs);
  }
}
