/**
 * Plans that were held back: what they did not trade waits for something that passes by itself. Such a plan has not answered the
 * breach that it was made for.
 */

import { memberOf } from '../core/index.ts';
import { isTerminal, ORDER_STATUSES } from '../orders/index.ts';
import type { Db, GoalRow } from '../storage/index.ts';
import { TOO_LATE } from './stored-plan.ts';

/**
 * Why an order of which no broker knows may be sent at another time without anybody changing it: trading goes on, the market
 * opens, a price comes, the day or the minute is over, the broker never got it.
 */
const PASSING: ReadonlySet<string> = new Set([
  ...['KILL_SWITCH_ACTIVE', 'REDUCING_ONLY', 'DAILY_LOSS_LIMIT', 'DRAWDOWN_LIMIT', 'MARKET_CLOSED', 'STALE_PRICE'],
  ...['DAILY_TRADE_LIMIT', 'ORDER_RATE_LIMIT', 'UNAVAILABLE', 'not_sent', 'not_accepted'],
]);

/**
 * Whether the newest plan that was begun for the breach of a goal was held back, in part at least, and nothing of it works any
 * more. Under the lock of the goal, so that no other is begun meanwhile.
 */
export async function wasHeldBack(db: Db, { id: goalId, breachedAt }: GoalRow): Promise<boolean> {
  if (breachedAt === null) return false;
  const plan = await db.rebalancePlan.findFirst({
    where: { goalId, startedAt: { gte: breachedAt } },
    orderBy: { id: 'desc' },
    select: { id: true, status: true },
  });
  if (plan?.status !== 'blocked' && plan?.status !== 'partially_executed') return false;
  const where = { planId: plan.id, status: { not: 'skipped' } };
  const trades = await db.rebalanceTrade.findMany({ where, select: { orderId: true, reason: true } });
  const orders = await db.order.findMany({
    where: { rebalancePlanId: plan.id },
    select: { id: true, status: true, reasonCode: true },
  });
  if (orders.some(({ status }) => !isTerminal(memberOf(ORDER_STATUSES, status)))) return false;
  const ended = new Map(orders.map((order) => [order.id, order]));
  const open = trades.filter(({ orderId }) => ended.get(orderId ?? 0)?.status !== 'filled');
  return (
    open.length > 0 &&
    open.every(({ orderId, reason }) =>
      orderId === null ? reason === TOO_LATE : PASSING.has(ended.get(orderId)?.reasonCode ?? ''),
    )
  );
}
