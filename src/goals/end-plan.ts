/** How a plan ended: by what its orders are when every stage is over. */
import { memberOf } from '../core/index.ts';
import { isTerminal, ORDER_STATUSES } from '../orders/index.ts';
import type { OrderRow, RebalancePlanRow, RebalanceTradeRow } from '../storage/index.ts';
import type { PlanningDeps } from './deps.ts';
import { planEvent } from './events.ts';
import { LeaseLost, type PlanLease } from './plan-lease.ts';
import type { PlanStatus } from './stored-plan.ts';

type OrderFacts = Pick<OrderRow, 'id' | 'status' | 'filledQuantity' | 'reasonCode'>;

/** How it ended, and the first reason why not all of it was done. */
interface PlanEnd {
  readonly status: Extract<PlanStatus, 'executed' | 'partially_executed' | 'blocked'>;
  readonly reason: string | null;
}

/**
 * Stores the end of a plan.
 *
 * @throws {LeaseLost}
 */
export async function endPlan(deps: PlanningDeps, lease: PlanLease): Promise<void> {
  const { plan } = lease;
  await deps.journal.write(async (write) => {
    const { db } = write;
    const trades = await db.rebalanceTrade.findMany({ where: { planId: plan.id }, orderBy: { index: 'asc' } });
    const orders = await db.order.findMany({
      where: { rebalancePlanId: plan.id },
      select: { id: true, status: true, filledQuantity: true, reasonCode: true },
    });
    const end = planEnd(trades, orders);
    const data = { ...end, leaseOwner: null, leaseUntil: null, endedAt: new Date(deps.clock.now()) };
    const { count } = await db.rebalancePlan.updateMany({ where: lease.held, data });
    if (count === 0) throw new LeaseLost(plan.id);
    const type = end.status === 'blocked' ? 'RebalanceFailed' : 'RebalanceExecuted';
    const name = await nameOf(write.db, plan);
    await write.append(planEvent(type, { ...plan, ...end }, { ...causeOf(plan), name, trades: trades.length }));
  });
}

/** What the trades and their orders amount to. A plan of which nothing could be traded is blocked. */
function planEnd(trades: readonly RebalanceTradeRow[], orders: readonly OrderFacts[]): PlanEnd {
  const byId = new Map(orders.map((order) => [order.id, order]));
  const wanted = trades.filter(({ status }) => status !== 'skipped');
  const found = wanted.map(({ orderId }) => byId.get(orderId ?? 0));
  if (wanted.length > 0 && found.every((order) => order?.status === 'filled'))
    return { status: 'executed', reason: null };
  const first = wanted.findIndex((_trade, at) => found[at]?.status !== 'filled');
  const reason = reasonOf(wanted[first], found[first]);
  return { status: found.some(isAlive) ? 'partially_executed' : 'blocked', reason };
}

/** Whether an order was filled in part, or may still be. */
function isAlive(order: OrderFacts | undefined): boolean {
  if (order === undefined) return false;
  return order.filledQuantity !== '0' || !isTerminal(memberOf(ORDER_STATUSES, order.status));
}

function reasonOf(trade: RebalanceTradeRow | undefined, order: OrderFacts | undefined): string {
  if (trade === undefined) return 'Every trade is too small, or there is no cash for it.';
  const what = `${trade.side} ${trade.symbol}: `;
  if (order?.reasonCode != null) return `${what}${order.reasonCode}. ${trade.reason ?? ''}`.trim();
  return `${what}${trade.reason ?? `the order is ${order?.status ?? 'not there'}.`}`;
}

async function nameOf(db: PlanningDeps['database']['read'], { goalId }: RebalancePlanRow): Promise<string> {
  const goal = goalId === null ? null : await db.goal.findUnique({ where: { id: goalId }, select: { name: true } });
  return goal?.name ?? '';
}

function causeOf({ correlationId, startedCursor, mode }: RebalancePlanRow) {
  return { correlationId, causationId: startedCursor, mode: mode === 'live' ? ('live' as const) : ('paper' as const) };
}
