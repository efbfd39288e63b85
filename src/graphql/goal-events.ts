/** The events of goals as GraphQL types, and the subscription that streams them. */
import { memberOf } from '../core/index.ts';
import { GOAL_EVENTS, type GoalEventType, PLAN_STATUSES } from '../goals/index.ts';
import { builder } from './builder.ts';
import { deliveries, Event, JournalEntry } from './events.ts';
import { GoalRef } from './goals.ts';
import { PlanRef, PlanStatusEnum } from './rebalance-plans.ts';
import { TradingEvent, type TradingEventShape, textOf, textOrNull, tradingEvent } from './trading-events.ts';

const GoalEvent = builder.interfaceRef<TradingEventShape>('GoalEvent').implement({
  description: 'Something that happened to a portfolio goal.',
  interfaces: [Event, TradingEvent],
  fields: (t) => ({
    goalId: t.exposeID('subjectId', { description: 'The id of the goal.' }),
    goalName: t.string({ description: 'Its name then.', resolve: ({ payload }) => textOf(payload, 'name') }),
    goal: t.prismaField({
      type: GoalRef,
      nullable: true,
      description: 'The goal as it is now; null when nothing is left of it.',
      resolve: (query, { subjectId }, _args, { caller, services }) =>
        services.database.read.goal.findUnique({
          ...query,
          where: { id: subjectId, ownerId: caller.principal.userId },
        }),
    }),
  }),
  resolveType: ({ type }) => type,
});

const SETTINGS: Readonly<Partial<Record<GoalEventType, string>>> = {
  GoalCreated: 'A goal was created: it is checked from now on.',
  GoalUpdated: 'Settings of a goal were changed.',
  GoalDeleted: 'A goal was deleted, with the job that checked it.',
};

const DRIFT: Readonly<Partial<Record<GoalEventType, string>>> = {
  GoalDrifted: 'A symbol is further from its weight than the threshold, and was not when it was checked before.',
  GoalRecovered: 'No symbol is further from its weight than the threshold any more.',
};

const PLAN: Readonly<Partial<Record<GoalEventType, string>>> = {
  RebalancePlanned: 'A plan was made, and may be carried out until it expires.',
  RebalanceStarted: 'A plan is being carried out.',
  RebalanceExecuted: 'A plan was carried out, or a part of it; `status` says which.',
  RebalanceFailed: 'Nothing of a plan could be traded; `reason` says why.',
};

for (const [type, description] of Object.entries(SETTINGS)) {
  builder.objectRef<TradingEventShape>(type).implement({ description, interfaces: [Event, TradingEvent, GoalEvent] });
}

for (const [type, description] of Object.entries(DRIFT)) {
  builder.objectRef<TradingEventShape>(type).implement({
    description,
    interfaces: [Event, TradingEvent, GoalEvent],
    fields: (t) => ({
      maxDrift: t.field({
        type: 'Decimal',
        description: 'The greatest drift of a symbol, either way, as a fraction.',
        resolve: ({ payload }) => textOf(payload, 'maxDrift'),
      }),
      threshold: t.field({
        type: 'Decimal',
        description: 'Of the goal.',
        resolve: ({ payload }) => textOf(payload, 'threshold'),
      }),
      totalValue: t.field({
        type: 'Decimal',
        description: 'Cash and the value of all positions.',
        resolve: ({ payload }) => textOf(payload, 'totalValue'),
      }),
      symbols: t.field({
        type: ['Symbol'],
        description: 'Those that are breached.',
        resolve: ({ payload: { symbols } }) => (Array.isArray(symbols) ? symbols.map(String) : []),
      }),
    }),
  });
}

for (const [type, description] of Object.entries(PLAN)) {
  builder.objectRef<TradingEventShape>(type).implement({
    description,
    interfaces: [Event, TradingEvent, GoalEvent],
    fields: (t) => ({
      planId: t.id({ description: 'The id of the plan.', resolve: ({ payload }) => Number(payload['planId']) }),
      plan: t.prismaField({
        type: PlanRef,
        nullable: true,
        description: 'The plan as it is now.',
        resolve: (query, { payload }, _args, { caller, services }) =>
          services.database.read.rebalancePlan.findUnique({
            ...query,
            where: { id: Number(payload['planId']), ownerId: caller.principal.userId },
          }),
      }),
      planHash: t.string({
        description: 'With which it can be carried out.',
        resolve: ({ payload }) => textOf(payload, 'planHash'),
      }),
      status: t.field({
        type: PlanStatusEnum,
        description: 'What the plan was then.',
        resolve: ({ payload }) => memberOf(PLAN_STATUSES, textOf(payload, 'status')),
      }),
      trades: t.int({ description: 'How many trades it has.', resolve: ({ payload }) => Number(payload['trades']) }),
      reason: t.string({
        nullable: true,
        description: 'Why not all of it was done; null otherwise.',
        resolve: ({ payload }) => textOrNull(payload['reason']),
      }),
    }),
  });
}

builder.objectField(JournalEntry, 'goal', (t) =>
  t.prismaField({
    type: GoalRef,
    nullable: true,
    description: 'The goal that it is about; null when it is about something else, or nothing is left of the goal.',
    resolve: (query, { subjectType, subjectId }, _args, { caller, services }) => {
      const where = { id: subjectType === 'goal' ? subjectId : 0, ownerId: caller.principal.userId };
      return services.database.read.goal.findUnique({ ...query, where });
    },
  }),
);

builder.subscriptionField('goalEvents', (t) =>
  t.field({
    type: GoalEvent,
    description: 'The events of my portfolio goals and their plans, as they are committed.',
    args: { after: t.arg({ type: 'Cursor', description: 'Replay what came after this first.' }) },
    subscribe: (_root, { after }, context) =>
      deliveries(context, { ownerId: context.caller.principal.userId, types: GOAL_EVENTS }, after),
    resolve: tradingEvent,
  }),
);
