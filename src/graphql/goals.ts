/** Portfolio goals, as they are read: targets, drift, and the job that checks them. Their plans: `rebalance-plans.ts`. */
import { type Decimal, decimal, memberOf } from '../core/index.ts';
import {
  type DriftRow,
  type Measured,
  measureDrift,
  REBALANCE_MODES,
  type RebalanceMode,
  storedWeights,
} from '../goals/index.ts';
import { builder } from './builder.ts';
import { enumOf } from './inputs.ts';
import { ownRow, ownRows, rowsAfter } from './own-rows.ts';
import { WHOLE_LIST } from './paging.ts';
import { ScheduledJobRef } from './scheduled-jobs.ts';
import { TradingModeEnum } from './trading-mode.ts';

export const RebalanceModeEnum = enumOf<RebalanceMode>('RebalanceMode', {
  description: 'What is done about a breach.',
  values: {
    alert: 'It is told, and a plan is suggested.',
    auto: 'It is told, and a plan is made and carried out, once per breach.',
    off: 'Nothing is checked.',
  },
});

/** What a goal can be. */
const GOAL_STATUSES = ['active', 'breached', 'paused'] as const;
const GoalStatusEnum = enumOf<(typeof GOAL_STATUSES)[number]>('GoalStatus', {
  description: 'What is known of a goal.',
  values: {
    active: 'It is checked; when that was done last, it was on target.',
    breached: 'A symbol was further from its weight than the threshold, when that was checked last.',
    paused: 'No schedule checks it: it is off, or its job does not run or was deleted.',
  },
});

const TargetWeight = builder
  .objectRef<{ readonly symbol: string; readonly weight: Decimal }>('TargetWeight')
  .implement({
    description: 'What share of the account a symbol should have.',
    fields: (t) => ({
      symbol: t.expose('symbol', { type: 'Symbol', description: 'What should be held; `CASH` is cash.' }),
      weight: t.expose('weight', { type: 'Decimal', description: '0 to 1.' }),
    }),
  });

const DriftPosition = builder.objectRef<DriftRow>('DriftPosition').implement({
  description: 'One symbol that is held or wanted, or cash.',
  fields: (t) => ({
    symbol: t.expose('symbol', {
      type: 'Symbol',
      description: '`CASH` in the last row is cash, whose price is 1; in another one it is an instrument of that name.',
    }),
    quantity: t.expose('quantity', { type: 'Decimal', description: 'Units, below 0 when sold short.' }),
    price: t.expose('price', { type: 'Decimal', description: 'The last price.' }),
    value: t.expose('value', { type: 'Decimal', description: 'Quantity times price.' }),
    targetWeight: t.expose('targetWeight', {
      type: 'Decimal',
      description: 'What it should have of the account; 0 of what the goal does not name.',
    }),
    currentWeight: t.expose('currentWeight', { type: 'Decimal', description: 'What it has, 8 places.' }),
    drift: t.expose('drift', { type: 'Decimal', description: 'Current less target weight, as a fraction, 8 places.' }),
    breached: t.exposeBoolean('isBreached', {
      description: 'Whether the drift, either way, is greater than the threshold, exactly; never of cash.',
    }),
  }),
});

const Drift = builder.objectRef<Measured>('PortfolioDrift').implement({
  description: 'How far the account that is traded now is from a goal, at the newest prices.',
  fields: (t) => ({
    asOf: t.field({ type: 'DateTime', description: 'When it was measured.', resolve: ({ at }) => at }),
    mode: t.expose('mode', { type: TradingModeEnum, description: 'Which account it is.' }),
    totalValue: t.field({
      type: 'Decimal',
      description: 'Cash and the value of all positions.',
      resolve: ({ drift }) => drift.totalValue,
    }),
    threshold: t.field({ type: 'Decimal', description: 'Of the goal.', resolve: ({ drift }) => drift.threshold }),
    maxDrift: t.field({
      type: 'Decimal',
      description: 'The greatest drift of a symbol, either way; cash does not count.',
      resolve: ({ drift }) => drift.maxDrift,
    }),
    needsRebalance: t.boolean({
      description: 'Whether a symbol is breached.',
      resolve: ({ drift }) => drift.needsRebalance,
    }),
    positions: t.field({
      type: [DriftPosition],
      description: 'By symbol, cash last.',
      resolve: ({ drift }) => [...drift.rows],
    }),
  }),
});

export const GoalRef = builder.prismaObject('Goal', {
  description: 'What share of the account each symbol should have, and what is done when it drifts from that.',
  select: { id: true },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Counts up.' }),
    name: t.exposeString('name', { description: '1 to 100 characters.' }),
    targetWeights: t.field({
      type: [TargetWeight],
      description: 'As they were given. What they leave of 1 is cash.',
      select: { targetWeights: true },
      resolve: ({ targetWeights }) => [...storedWeights(targetWeights)].map(([symbol, weight]) => ({ symbol, weight })),
    }),
    driftThreshold: t.expose('driftThreshold', {
      type: 'Decimal',
      description: 'By how much a weight may be off, as a fraction of the account.',
    }),
    rebalanceMode: t.field({
      type: RebalanceModeEnum,
      description: 'What is done about a breach.',
      select: { rebalanceMode: true },
      resolve: (goal) => memberOf(REBALANCE_MODES, goal.rebalanceMode),
    }),
    checkSchedule: t.field({
      type: 'Cron',
      nullable: true,
      description: 'The schedule of its job; null when somebody deleted that.',
      select: { scheduledJob: { select: { schedule: true, deletedAt: true } } },
      resolve: ({ scheduledJob }) => (scheduledJob?.deletedAt === null ? scheduledJob.schedule : null),
    }),
    status: t.field({
      type: GoalStatusEnum,
      description: 'What is known of it.',
      select: {
        rebalanceMode: true,
        breachedAt: true,
        scheduledJob: { select: { enabled: true, pauseReason: true } },
      },
      resolve: ({ rebalanceMode, breachedAt, scheduledJob }) => {
        const isChecked = scheduledJob?.enabled === true && scheduledJob.pauseReason === null;
        if (rebalanceMode === 'off' || !isChecked) return 'paused';
        return breachedAt === null ? 'active' : 'breached';
      },
    }),
    lastCheckedAt: t.expose('lastCheckedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was checked last; null before the first time.',
    }),
    lastDrift: t.field({
      type: 'Decimal',
      nullable: true,
      description: 'The greatest drift that was found then.',
      select: { lastDrift: true },
      resolve: ({ lastDrift }) => (lastDrift === null ? null : decimal(lastDrift)),
    }),
    breachedAt: t.expose('breachedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when it is breached, as far as checks have found; null while it is not.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When its settings were changed last.' }),
    deletedAt: t.expose('deletedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was deleted, of a goal that a plan still leads to; null while it is there.',
    }),
    scheduledJob: t.relation('scheduledJob', {
      nullable: true,
      description:
        'The job that checks it. When somebody deleted that: null, or with `deletedAt` where a plan still leads to it. Changing the goal makes a new one.',
    }),
    drift: t.field({
      type: Drift,
      nullable: true,
      description:
        'How far the account is from it now. Null, with an error, when a price is missing or too old, or the goal was deleted.',
      select: { id: true },
      resolve: ({ id }, _args, { caller, services }) => measureDrift(services, caller.principal, id),
    }),
  }),
});

builder.prismaObjectField(ScheduledJobRef, 'goal', (t) =>
  t.relation('goal', {
    nullable: true,
    description: 'The goal that it was made for; null of other jobs, and when that has another job or is gone.',
  }),
);

builder.queryFields((t) => ({
  goal: t.prismaField({
    type: GoalRef,
    nullable: true,
    description: 'One portfolio goal; null when there is none with this id.',
    args: { id: t.arg.id({ required: true, description: 'The id of the goal.' }) },
    resolve: (query, _root, { id }, { caller, services }) => {
      return services.database.read.goal.findFirst({
        ...query,
        where: { ...ownRow(caller, id), deletedAt: null },
      });
    },
  }),
  goals: t.prismaConnection({
    type: GoalRef,
    cursor: 'id',
    ...WHOLE_LIST,
    description: 'The portfolio goals, oldest first.',
    args: { newerThan: t.arg.id({ description: 'Only those created after the goal with this id.' }) },
    resolve: (query, _root, { newerThan }, { caller, services }) => {
      return services.database.read.goal.findMany({
        ...query,
        where: {
          ...ownRows(caller),
          deletedAt: null,
          ...rowsAfter(newerThan),
        },
        orderBy: { id: 'asc' },
      });
    },
  }),
}));
