/** The events of safety as GraphQL types, and the subscription that streams them. */
import { memberOf } from '../core/index.ts';
import { HALT_CAUSES, KILL_POLICIES, SAFETY_EVENTS } from '../safety/index.ts';
import { SafetyEventRef } from './audit.ts';
import { builder } from './builder.ts';
import { deliveries, Event } from './events.ts';
import { HaltCauseEnum, KillPolicyEnum } from './order-words.ts';
import { TradingEvent, type TradingEventShape, textOf, textOrNull, tradingEvent } from './trading-events.ts';

const SafetyNotice = builder.interfaceRef<TradingEventShape>('SafetyNotice').implement({
  description: 'Something that happened to the safety of an account.',
  interfaces: [Event, TradingEvent],
  fields: (t) => ({
    safetyEventId: t.exposeID('subjectId', { description: 'The id of its entry in the audit.' }),
    safetyEvent: t.prismaField({
      type: SafetyEventRef,
      nullable: true,
      description: 'Its entry in the audit: who, why, before and after.',
      resolve: (query, { subjectId }, _args, { caller, services }) =>
        services.database.read.safetyEvent.findUnique({
          ...query,
          where: { id: subjectId, ownerId: caller.principal.userId },
        }),
    }),
    actor: t.string({
      nullable: true,
      description: 'Who did it: `user:1`, `system`; null where nobody did.',
      resolve: ({ payload }) => textOrNull(payload['actor']),
    }),
    reason: t.string({
      nullable: true,
      description: 'Why, in the words of who did it; null where none were given.',
      resolve: ({ payload }) => textOrNull(payload['reason']),
    }),
    facts: t.field({
      type: 'JSON',
      description: 'All that the journal has of it; what depends on the type.',
      resolve: ({ payload }) => payload,
    }),
  }),
  resolveType: ({ type }) => type,
});

const DESCRIPTIONS: Readonly<Record<Exclude<(typeof SAFETY_EVENTS)[number], 'TradingHalted'>, string>> = {
  SafetyLimitsUpdated: 'Limits, the paper mode or the state were changed.',
  KillProgressed: 'The kill switch went on: orders were canceled or positions closed.',
  TradingResumed: 'Trading goes on.',
  SourceStopped: 'A source sent too many orders for one symbol, and is stopped.',
  SourceReleased: 'A person let such a source trade again.',
  BooksDiffered: 'Our books differed from the broker’s.',
};

for (const [type, description] of Object.entries(DESCRIPTIONS)) {
  builder
    .objectRef<TradingEventShape>(type)
    .implement({ description, interfaces: [Event, TradingEvent, SafetyNotice] });
}

builder.objectRef<TradingEventShape>('TradingHalted').implement({
  description: 'Trading is halted, or its halt became stricter: no order is sent until it is resumed.',
  interfaces: [Event, TradingEvent, SafetyNotice],
  fields: (t) => ({
    cause: t.field({
      type: HaltCauseEnum,
      description: 'Why.',
      resolve: ({ payload }) => memberOf(HALT_CAUSES, textOf(payload, 'cause')),
    }),
    policy: t.field({
      type: KillPolicyEnum,
      description: 'What is done beside refusing orders.',
      resolve: ({ payload }) => memberOf(KILL_POLICIES, textOf(payload, 'policy')),
    }),
  }),
});

builder.subscriptionField('safetyEvents', (t) =>
  t.field({
    type: SafetyNotice,
    description:
      'Halts, resumptions, changes of limits, stopped sources and differences of books, as they are committed.',
    args: { after: t.arg({ type: 'Cursor', description: 'Replay what came after this first.' }) },
    subscribe: (_root, { after }, context) =>
      deliveries(context, { ownerId: context.caller.principal.userId, types: SAFETY_EVENTS }, after),
    resolve: tradingEvent,
  }),
);
