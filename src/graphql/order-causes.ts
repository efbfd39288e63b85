/**
 * Cause and effect: from an order to what made it (a strategy, a kill, a rebalance, an order that it replaces) and to what it led to, and
 * from each of them back, in one query.
 */
import type { JournalEvent } from '../events/index.ts';
import { SafetyEventRef } from './audit.ts';
import { builder } from './builder.ts';
import type { GraphQLContext } from './context.ts';
import { JournalEntry, JournalPage, parseCursor } from './events.ts';
import { FillRef, OrderRef } from './orders.ts';
import { checkSize, pageLimit } from './paging.ts';
import { PlanRef } from './rebalance-plans.ts';
import { StrategyRef } from './strategies.ts';

const OrderCause = builder.unionType('OrderCause', {
  description: 'What an order was placed for, where it was no person.',
  types: [StrategyRef, SafetyEventRef, OrderRef, PlanRef],
});

/** The order whose effects are told. */
interface Causing {
  readonly id: number;
}

const OrderEffects = builder.objectRef<Causing>('OrderEffects').implement({
  description: 'What an order led to.',
  fields: (t) => ({
    fills: t.prismaConnection({
      type: FillRef,
      cursor: 'id',
      maxSize: pageLimit(1),
      description: 'Its executions, oldest first.',
      resolve: (query, { id }, _args, { caller, services }) =>
        services.database.read.fill.findMany({
          ...query,
          where: { orderId: id, ownerId: caller.principal.userId },
          orderBy: { id: 'asc' },
        }),
    }),
    replacedBy: t.prismaField({
      type: [OrderRef],
      description: 'The orders that were placed in its stead: one, or none.',
      resolve: (query, { id }, _args, { caller, services }) =>
        services.database.read.order.findMany({
          ...query,
          where: { replacesId: id, ownerId: caller.principal.userId },
          orderBy: { id: 'asc' },
        }),
    }),
    events: t.field({
      type: JournalPage,
      description: 'What the journal still tells of it, oldest first. The journal may be pruned; the rest here is not.',
      args: {
        after: t.arg({ type: 'Cursor', description: 'Default: the beginning of the journal.' }),
        first: t.arg.int({ defaultValue: 20, required: true, description: '1 to 100.' }),
      },
      resolve: async ({ id }, { after, first }, { caller, services, largestPage }) => {
        checkSize('first', first, largestPage);
        const from = after == null ? await beginning(services.journal) : parseCursor(after);
        const filter = { ownerId: caller.principal.userId, storedOnly: true, subject: { type: 'order', id } };
        return { entries: await services.journal.page(filter, from, first), after: from };
      },
    }),
  }),
});

/** The cursor before the oldest event that is stored. */
async function beginning(journal: GraphQLContext['services']['journal']): Promise<bigint> {
  const oldest = await journal.oldest();
  return oldest === null ? journal.head() : oldest - 1n;
}

builder.prismaObjectFields(OrderRef, (t) => ({
  causedBy: t.field({
    type: OrderCause,
    nullable: true,
    description:
      'The kill that it closes a position for, else the order that it replaces, else the plan whose trade it is, else the strategy that it trades for; null when a person just wanted it.',
    select: { killEventId: true, replacesId: true, rebalancePlanId: true, strategyId: true },
    // A row by its id, and of which type it is: the plugin reads what the query selects of it.
    resolve: ({ killEventId, replacesId, rebalancePlanId, strategyId }) => {
      if (killEventId !== null) return SafetyEventRef.addBrand({ id: killEventId });
      if (replacesId !== null) return OrderRef.addBrand({ id: replacesId });
      if (rebalancePlanId !== null) return PlanRef.addBrand({ id: rebalancePlanId });
      return strategyId === null ? null : StrategyRef.addBrand({ id: strategyId });
    },
  }),
  causationId: t.field({
    type: 'Cursor',
    nullable: true,
    description: 'Cursor of the event that led to it; null when none did.',
    select: { causationId: true },
    resolve: ({ causationId }) => causationId,
  }),
  causationEvent: t.field({
    type: JournalEntry,
    nullable: true,
    description: 'The event that led to it; null when none did, or when the journal has forgotten it.',
    select: { causationId: true },
    resolve: ({ causationId }, _args, context) => entryAt(causationId, context),
  }),
  effects: t.field({
    type: OrderEffects,
    description: 'What it led to.',
    select: { id: true },
    resolve: ({ id }) => ({ id }),
  }),
}));

builder.prismaObjectField(StrategyRef, 'orders', (t) =>
  t.relatedConnection('orders', {
    cursor: 'id',
    maxSize: pageLimit(1),
    description: 'The orders that trade for it, newest first.',
    query: (_args, { caller }) => ({ where: { ownerId: caller.principal.userId }, orderBy: { id: 'desc' } }),
  }),
);

builder.objectFields(JournalEntry, (t) => ({
  order: t.prismaField({
    type: OrderRef,
    nullable: true,
    description: 'The order that it is about; null when it is about something else.',
    resolve: (query, { subjectType, subjectId }, _args, { caller, services }) => {
      // Read in any case: the plugin takes a query that is not read for a mistake.
      const asked = { ...query, where: { id: subjectId, ownerId: caller.principal.userId } };
      return subjectType === 'order' ? services.database.read.order.findUnique(asked) : null;
    },
  }),
  safetyEvent: t.prismaField({
    type: SafetyEventRef,
    nullable: true,
    description: 'The entry of the audit that it tells of; null when it is about something else.',
    resolve: (query, { subjectType, subjectId }, _args, { caller, services }) => {
      // Read in any case: the plugin takes a query that is not read for a mistake.
      const asked = { ...query, where: { id: subjectId, ownerId: caller.principal.userId } };
      return subjectType === 'safety' ? services.database.read.safetyEvent.findUnique(asked) : null;
    },
  }),
  causedBy: t.field({
    type: JournalEntry,
    nullable: true,
    description: 'The event that led to this one; null when none did, or when the journal has forgotten it.',
    resolve: ({ causationId }, _args, context) => entryAt(causationId, context),
  }),
}));

/** An event of the caller by its cursor; null when it is not stored any more. */
async function entryAt(cursor: bigint | null, { caller, services }: GraphQLContext): Promise<JournalEvent | null> {
  if (cursor === null) return null;
  const oldest = await services.journal.oldest();
  if (oldest === null || cursor < oldest) return null;
  const [event] = await services.journal.page({ ownerId: caller.principal.userId, storedOnly: true }, cursor - 1n, 1);
  return event?.cursor === cursor ? event : null;
}
