/** The plans of goals and their trades, and how they hang together with orders, runs and goals. */
import { SIDES, TRADING_MODES } from '../broker/index.ts';
import { memberOf } from '../core/index.ts';
import { PLAN_STATUSES, type PlanStatus, TRADE_STATUSES, type TradeStatus } from '../goals/index.ts';
import { ORDER_STATUSES, type OrderStatus } from '../orders/index.ts';
import { builder } from './builder.ts';
import { GoalRef } from './goals.ts';
import { enumOf } from './inputs.ts';
import { OrderSideEnum } from './order-words.ts';
import { ownRow } from './own-rows.ts';
import { pageLimit } from './paging.ts';
import { JobRunRef } from './scheduled-jobs.ts';
import { TradingModeEnum } from './trading-mode.ts';

export const PlanStatusEnum = enumOf<PlanStatus>('RebalancePlanStatus', {
  description: 'What a plan is.',
  values: {
    not_needed: 'No symbol was breached: it has no trades.',
    suggested: 'It may be carried out until it expires.',
    executing: 'Its orders are being placed, or are waited for.',
    executed: 'Every trade was filled.',
    partially_executed: 'Some of it was filled, or may still be.',
    blocked: 'Nothing was traded; `reason` says why.',
  },
});

const TradeStatusEnum = enumOf<TradeStatus | OrderStatus>('RebalanceTradeStatus', {
  description: 'What a trade of a plan is: what its order is, once there is one.',
  values: {
    planned: 'It has no order yet.',
    skipped: 'It is not made; `reason` says why.',
    blocked: 'It could not be ordered; `reason` says why.',
    pending_submit: 'The order is being sent.',
    submitted: 'The broker has the order.',
    accepted: 'The order works in the market.',
    partially_filled: 'A part of it was executed; the rest works.',
    filled: 'All of it was executed.',
    canceled: 'The order was withdrawn.',
    expired: 'The time in force of the order has ended.',
    rejected: 'The broker refused the order.',
    denied: 'A check refused the order.',
    unknown: 'Nobody knows whether the order arrived; it is being looked up.',
  },
});

const TradeRef = builder.prismaObject('RebalanceTrade', {
  description: 'One trade of a plan. Money is in the currency of the account.',
  select: { planId: true, index: true },
  fields: (t) => ({
    symbol: t.expose('symbol', { type: 'Symbol', description: 'What is traded.' }),
    side: t.field({
      type: OrderSideEnum,
      description: 'Whether it buys or sells.',
      select: { side: true },
      resolve: ({ side }) => memberOf(SIDES, side),
    }),
    quantity: t.expose('quantity', {
      type: 'Decimal',
      description: 'Units; of a purchase that the proceeds of the sales did not suffice for, what they sufficed for.',
    }),
    estimatedPrice: t.expose('estimatedPrice', { type: 'Decimal', description: 'The last price when it was planned.' }),
    estimatedValue: t.expose('estimatedValue', { type: 'Decimal', description: 'Quantity times that price.' }),
    estimatedCost: t.expose('estimatedCost', {
      type: 'Decimal',
      description: 'Slippage and commission, by the settings of the paper broker.',
    }),
    maxPositionPct: t.expose('maxPositionPct', {
      type: 'Decimal',
      description: 'What the position may become, as a fraction of the equity: the weight and the threshold.',
    }),
    status: t.field({
      type: TradeStatusEnum,
      description: 'What it is.',
      select: { status: true, order: { select: { status: true } } },
      resolve: ({ status, order }) =>
        order === null ? memberOf(TRADE_STATUSES, status) : memberOf(ORDER_STATUSES, order.status),
    }),
    reason: t.field({
      type: 'String',
      nullable: true,
      description: 'Why it is skipped, blocked, smaller than wanted, or was not filled; null otherwise.',
      select: { reason: true, order: { select: { reason: true } } },
      resolve: ({ reason, order }) => reason ?? order?.reason ?? null,
    }),
    order: t.relation('order', { nullable: true, description: 'Its order; null before and without one.' }),
  }),
});

export const PlanRef = builder.prismaObject('RebalancePlan', {
  description:
    'The trades that bring an account back to a goal: sales, then purchases from what they bring. Money is in the currency of the account.',
  select: { id: true },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Counts up.' }),
    status: t.field({
      type: PlanStatusEnum,
      description: 'What it is.',
      select: { status: true },
      resolve: ({ status }) => memberOf(PLAN_STATUSES, status),
    }),
    planHash: t.exposeString('hash', {
      description: 'Of the goal, what is held and the trades: the same account has the same hash.',
    }),
    mode: t.field({
      type: TradingModeEnum,
      description: 'Which account it is for.',
      select: { mode: true },
      resolve: ({ mode }) => memberOf(TRADING_MODES, mode),
    }),
    actor: t.exposeString('actor', { description: 'Who asked for it: `user:1`, or `goal:7` where a check made it.' }),
    totalValue: t.expose('totalValue', { type: 'Decimal', description: 'Cash and positions when it was made.' }),
    cashBefore: t.expose('cashBefore', { type: 'Decimal', description: 'When it was made.' }),
    cashAfter: t.expose('cashAfter', { type: 'Decimal', description: 'When all is filled as estimated.' }),
    estimatedCost: t.expose('estimatedCost', { type: 'Decimal', description: 'Of all trades.' }),
    residualDrift: t.expose('residualDrift', {
      type: 'Decimal',
      description: 'The greatest drift that is left when all is filled as estimated.',
    }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why not all of it was done; null otherwise.' }),
    correlationId: t.exposeString('correlationId', { description: 'The same for all that one command or run led to.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'Until when it may be carried out.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true, description: 'Null before.' }),
    endedAt: t.expose('endedAt', { type: 'DateTime', nullable: true, description: 'Null before.' }),
    goal: t.relation('goal', { nullable: true, description: 'Its goal; null when that was deleted.' }),
    jobRun: t.relation('jobRun', {
      nullable: true,
      description: 'The run of a schedule that made it; null when a person or a fill led to it.',
    }),
    trades: t.field({
      type: [TradeRef],
      description: 'In the order in which they are made; also those that are skipped.',
      select: (_args, _context, nested) => ({ trades: nested({ orderBy: { index: 'asc' } }) }),
      resolve: ({ trades }) => trades,
    }),
    orders: t.relatedConnection('orders', {
      cursor: 'id',
      maxSize: pageLimit(1),
      description: 'The orders of its trades, oldest first.',
      query: () => ({ orderBy: { id: 'asc' } }),
    }),
  }),
});

const PLANS = { cursor: 'id', maxSize: pageLimit(1), query: { orderBy: { id: 'desc' } } } as const;

builder.prismaObjectField(GoalRef, 'plans', (t) =>
  t.relatedConnection('plans', { ...PLANS, description: 'What was planned for it, newest first.' }),
);

builder.prismaObjectField(JobRunRef, 'rebalancePlans', (t) =>
  t.relatedConnection('rebalancePlans', { ...PLANS, description: 'The plans that it made, newest first.' }),
);

builder.queryField('rebalancePlan', (t) =>
  t.prismaField({
    type: PlanRef,
    nullable: true,
    description: 'One plan of a goal; null when there is none with this id.',
    args: { id: t.arg.id({ required: true, description: 'The id of the plan.' }) },
    resolve: (query, _root, { id }, { caller, services }) => {
      return services.database.read.rebalancePlan.findFirst({
        ...query,
        where: ownRow(caller, id),
      });
    },
  }),
);
