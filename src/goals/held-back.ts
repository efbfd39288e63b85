/**
 * Plans that were held back: what they did not trade waits for something that passes by itself. Such a plan has not answered the
 * breach that it was made for.
 */

import { memberOf } from '../core/index.ts';
import { isTerminal, ORDER_STATUSES } from '../orders/index.ts';
import type { Db, GoalRow } from '../storage/index.ts';

/**
 * Why an order was not sent that may be sent at another time without anybody changing it: trading goes on, the market opens, the day or
 * the minute is over. Each is asked about before the next plan is begun, or is over by then: a reason that could come again at every
 * check, such as a price that is too old, would lead to a denied order at each.
 */
const PASSING: ReadonlySet<string> = new Set([
  ...['KILL_SWITCH_ACTIVE', 'REDUCING_ONLY', 'DAILY_LOSS_LIMIT', 'DRAWDOWN_LIMIT', 'MARKET_CLOSED'],
  ...['DAILY_TRADE_LIMIT', 'ORDER_RATE_LIMIT', 'not_sent'],
]);

/**
 * Whether all that the plan lacks was held back that was begun last for the breach of a goal, and nothing of it works any more. Under
 * the lock of the goal, so that no other is begun meanwhile.
 */
export async function wasHeldBack(db: Db, { id: goalId, breachCursor }: GoalRow): Promise<boolean> {
  if (breachCursor === null) return false;
  const plan = await db.rebalancePlan.findFirst({
    where: { goalId, startedCursor: { gt: breachCursor } },
    orderBy: { startedCursor: 'desc' },
    select: { id: true, status: true },
  });
  if (plan?.status !== 'blocked' && plan?.status !== 'partially_executed') return false;
  const where = { planId: plan.id, status: { not: 'skipped' } };
  const trades = await db.rebalanceTrade.findMany({ where, select: { orderId: true } });
  const orders = await db.order.findMany({
    where: { rebalancePlanId: plan.id },
    select: { id: true, status: true, reasonCode: true },
  });
  if (orders.some(({ status }) => !isTerminal(memberOf(ORDER_STATUSES, status)))) return false;
  const ended = new Map(orders.map((order) => [order.id, order]));
  const open = trades.filter(({ orderId }) => ended.get(orderId ?? 0)?.status !== 'filled');
  return open.length > 0 && open.every(({ orderId }) => PASSING.has(ended.get(orderId ?? 0)?.reasonCode ?? ''));
}
