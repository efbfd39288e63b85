/** The journal in GraphQL: the interface of every event, the raw entries for those who poll or want everything. */
import { requireScope } from '../access/index.ts';
import { ALERT_EVENTS } from '../alerts/index.ts';
import { STRATEGY_SIGNALED } from '../backtest/index.ts';
import { invalid, invariant } from '../core/index.ts';
import type { Delivery, EventFilter, JournalEvent } from '../events/index.ts';
import { GOAL_EVENTS } from '../goals/index.ts';
import { BARS_IMPORTED } from '../market/index.ts';
import { OPTIMIZATION_EVENTS } from '../optimize/index.ts';
import { ACCOUNT_EVENTS, ORDER_EVENTS } from '../orders/index.ts';
import { SAFETY_EVENTS } from '../safety/index.ts';
import { JOB_EVENTS } from '../scheduler/index.ts';
import { STRATEGY_EVENTS } from '../strategies/index.ts';
import { WEBHOOK_JOURNAL_EVENTS } from '../webhooks/index.ts';
import { builder } from './builder.ts';
import type { GraphQLContext } from './context.ts';
import { checkSize } from './paging.ts';
import { TradingModeEnum } from './trading-mode.ts';

/** What every event of a subscription has. */
export interface EventShape {
  /** Null for ticks of progress, which are not stored. */
  readonly cursor: bigint | null;
  readonly occurredAt: Date;
}

export const Event = builder.interfaceRef<EventShape>('Event').implement({
  description: 'Something that happened.',
  fields: (t) => ({
    cursor: t.expose('cursor', {
      type: 'Cursor',
      nullable: true,
      description: 'Its place in the journal, to come back with; null for ticks of progress, which are not stored.',
    }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When it happened.' }),
  }),
});

export const JournalEntry = builder.objectRef<JournalEvent>('JournalEntry').implement({
  description: 'A stored event as it stands in the journal.',
  interfaces: [Event],
  fields: (t) => ({
    type: t.exposeString('type', { description: 'In the past tense: `OptimizationCompleted`.' }),
    subjectType: t.exposeString('subjectType', { description: 'What it is about: `optimization`.' }),
    subjectId: t.exposeID('subjectId', { description: 'The id of what it is about.' }),
    mode: t.expose('mode', { type: TradingModeEnum, description: 'What it is part of.' }),
    payload: t.field({
      type: 'JSON',
      description: 'The facts; which ones depends on the type.',
      resolve: (event) => event.payload,
    }),
    correlationId: t.exposeString('correlationId', { description: 'The same for all that one command led to.' }),
    causationId: t.field({
      type: 'Cursor',
      nullable: true,
      description: 'The event that led to this one.',
      resolve: (event) => event.causationId,
    }),
  }),
});

export const JournalPage = builder.objectRef<{ readonly entries: readonly JournalEvent[]; readonly after: bigint }>(
  'JournalPage',
);

JournalPage.implement({
  description: 'A page of the journal, oldest first.',
  fields: (t) => ({
    entries: t.field({ type: [JournalEntry], description: 'Oldest first.', resolve: (page) => [...page.entries] }),
    endCursor: t.field({
      type: 'Cursor',
      description: 'Ask with `after` this for the next page.',
      resolve: (page) => page.entries.at(-1)?.cursor ?? page.after,
    }),
  }),
});

builder.queryFields((t) => ({
  journal: t.field({
    type: JournalPage,
    description: 'Stored events after a cursor, oldest first, for those who poll.',
    args: {
      after: t.arg({ type: 'Cursor', description: 'Default: the beginning of the journal.' }),
      types: t.arg.stringList({ description: `Only events of these types: ${STORED_EVENTS.join(', ')}.` }),
      first: t.arg.int({ defaultValue: 20, required: true, description: '1 to 100.' }),
    },
    resolve: async (_root, { after, types, first }, { caller, services, largestPage }) => {
      requireScope(caller.principal, 'read');
      if (first < 1) throw invalid('first', `first must be from 1 to ${largestPage}; it is ${first}.`);
      checkSize('first', first, largestPage);
      const from = after == null ? 0n : parseCursor(after);
      return {
        entries: await services.journal.page(filterOf(caller.principal.userId, types), from, first),
        after: from,
      };
    },
  }),
}));

builder.subscriptionFields((t) => ({
  events: t.field({
    type: JournalEntry,
    description: 'Every stored event of mine, as it is committed.',
    args: {
      after: t.arg({ type: 'Cursor', description: 'Replay what came after this first.' }),
      types: t.arg.stringList({ description: `Only events of these types: ${STORED_EVENTS.join(', ')}.` }),
    },
    subscribe: (_root, { after, types }, context) =>
      deliveries(context, filterOf(context.caller.principal.userId, types), after),
    resolve: (delivery: Delivery) => storedEvent(delivery),
  }),
}));

/** Every type of event that the journal can hold. */
const STORED_EVENTS: readonly string[] = [
  ...OPTIMIZATION_EVENTS,
  ...STRATEGY_EVENTS,
  ...ORDER_EVENTS,
  ...ACCOUNT_EVENTS,
  ...SAFETY_EVENTS,
  ...JOB_EVENTS,
  ...GOAL_EVENTS,
  ...ALERT_EVENTS,
  STRATEGY_SIGNALED,
  ...WEBHOOK_JOURNAL_EVENTS,
  BARS_IMPORTED,
].toSorted();

/** @throws {DomainError} VALIDATION naming a type that no event can have: to wait for it would be in vain */
function filterOf(ownerId: number, types: readonly string[] | null | undefined): EventFilter {
  const unknown = types?.find((type) => !STORED_EVENTS.includes(type));
  if (unknown !== undefined) {
    const shown = JSON.stringify(unknown.slice(0, 40));
    throw invalid('types', `types must be names of events: ${STORED_EVENTS.join(', ')}; ${shown} is none.`);
  }
  return { ownerId, storedOnly: true, ...(types == null ? {} : { types }) };
}

/** Of a subscription that gets no ticks of progress. */
export function storedEvent(delivery: Delivery): JournalEvent {
  invariant(delivery.kind === 'event', 'a subscription to the journal gets stored events only');
  return delivery.event;
}

/** @throws {DomainError} VALIDATION when it is no cursor of this journal's form */
export function parseCursor(raw: string): bigint {
  if (/^\d{1,18}$/.test(raw)) return BigInt(raw);
  throw invalid('after', `after must be a cursor of this journal (digits); it is ${JSON.stringify(raw.slice(0, 40))}.`);
}

/** What a subscriber gets from the journal; scope `read`. */
export function deliveries(
  { caller, services }: GraphQLContext,
  filter: EventFilter,
  after: string | null | undefined,
): AsyncIterableIterator<Delivery> {
  requireScope(caller.principal, 'read');
  return services.journal.subscribe(filter, after == null ? {} : { after: parseCursor(after) });
}
