/** The audit of safety: who decided what, when and why, and the sources that were stopped for sending without end. */
import { TRADING_MODES } from '../broker/index.ts';
import { memberOf, readJson } from '../core/index.ts';
import { type Difference, ORDER_SOURCES, type ReconciliationOutcome } from '../orders/index.ts';
import { AUDIT_KINDS, type AuditKind } from '../safety/index.ts';
import { builder } from './builder.ts';
import { enumOf } from './inputs.ts';
import { OrderSourceEnum } from './order-words.ts';
import { OrderRef } from './orders.ts';
import { ownRows, rowsBefore } from './own-rows.ts';
import { pageLimit } from './paging.ts';
import { TradingModeEnum } from './trading-mode.ts';

const SafetyEventKindEnum = enumOf<AuditKind>('SafetyEventKind', {
  description: 'What was decided.',
  values: {
    limits_updated: 'Limits, the paper mode or the state were changed.',
    halted: 'Trading was halted: by the kill switch, a limit on losses, or books that could not be compared.',
    policy_strengthened: 'The kill switch was used again, with a stronger policy.',
    kill_progressed: 'Orders were canceled or positions closed by the kill switch.',
    resumed: 'Trading was resumed.',
    order_approved: 'An order passed every check.',
    order_denied: 'An order failed a check.',
    source_stopped: 'A source sent too many orders for one symbol.',
    source_released: 'A person let such a source trade again.',
    reconciled: 'Our books differed from the broker’s, or could not be compared.',
    account_reset: 'The paper account was started afresh.',
  },
});

export const SafetyEventRef = builder.prismaObject('SafetyEvent', {
  description:
    'An entry of the audit: who decided what, when and why. Entries are chained by hashes; `verifyAudit` checks them.',
  select: { id: true },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Counts up.' }),
    sequence: t.exposeInt('sequence', { description: 'Its place in the chain, from 1.' }),
    kind: t.field({
      type: SafetyEventKindEnum,
      description: 'What was decided.',
      select: { kind: true },
      resolve: ({ kind }) => memberOf(AUDIT_KINDS, kind),
    }),
    actor: t.exposeString('actor', { description: 'Who: `user:1`, `strategy:7`, `system`.' }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why, in the words of who did it; null where none were given.',
    }),
    before: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What it was; null where nothing was changed.',
      select: { before: true },
      resolve: ({ before }) => (before === null ? null : readJson<unknown>(before)),
    }),
    after: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What it became, and what it was decided on; null where there is nothing to say.',
      select: { after: true },
      resolve: ({ after }) => (after === null ? null : readJson<unknown>(after)),
    }),
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
    previousHash: t.exposeString('previousHash', { description: 'The hash of the entry before it.' }),
    hash: t.exposeString('hash', { description: 'SHA-256 over the entry and `previousHash`, hex.' }),
    order: t.prismaField({
      type: OrderRef,
      nullable: true,
      description: 'The order that was decided on; null for everything else.',
      select: { orderId: true, ownerId: true },
      resolve: (query, { orderId, ownerId }, _args, { services }) => {
        // Read in any case: the plugin takes a query that is not read for a mistake.
        const asked = { ...query, where: { id: orderId ?? 0, ownerId } };
        return orderId === null ? null : services.database.read.order.findUnique(asked);
      },
    }),
    orders: t.relatedConnection('orders', {
      cursor: 'id',
      maxSize: pageLimit(1),
      description: 'The orders that it caused: those by which a kill switch closes positions. Oldest first.',
      query: () => ({ orderBy: { id: 'asc' } }),
    }),
  }),
});

export const StoppedSourceRef = builder.prismaObject('RunawayStop', {
  name: 'StoppedSource',
  description: 'A source that sent too many orders for one symbol. It stays stopped until a person releases it.',
  select: { id: true },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Counts up.' }),
    source: t.field({
      type: OrderSourceEnum,
      description: 'Where the orders came from.',
      select: { source: true },
      resolve: ({ source }) => memberOf(ORDER_SOURCES, source),
    }),
    sourceId: t.field({
      type: 'ID',
      nullable: true,
      description: 'The strategy, agent run or plan; null for a person.',
      select: { sourceId: true },
      resolve: ({ sourceId }) => sourceId,
    }),
    symbol: t.expose('symbol', { type: 'Symbol', description: 'What it may not order.' }),
    stoppedAt: t.expose('stoppedAt', { type: 'DateTime', description: 'When it was stopped.' }),
    releasedAt: t.expose('releasedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When a person released it; null while it is stopped.',
    }),
    releasedBy: t.exposeString('releasedBy', { nullable: true, description: 'Who released it.' }),
  }),
});

const OUTCOMES = ['agreed', 'differed', 'failed'] as const satisfies readonly ReconciliationOutcome['kind'][];
const OutcomeEnum = enumOf<ReconciliationOutcome['kind']>('ReconciliationOutcome', {
  description: 'What a comparison with the broker came to.',
  values: {
    agreed: 'The books agree again.',
    differed: 'They differ.',
    failed: 'They could not be compared.',
  },
});

const DifferenceKindEnum = enumOf<Difference['kind']>('BookDifferenceKind', {
  description: 'What two books do not agree on.',
  values: {
    position: 'The quantity of a symbol.',
    cash: 'The cash.',
    missing_order: 'An order works for us that the broker does not have.',
    foreign_order: 'An order that was placed elsewhere; it has a row now, with the source EXTERNAL.',
  },
});

const DifferenceRef = builder.objectRef<Difference>('BookDifference').implement({
  description: 'One thing that our books and the broker’s do not agree on.',
  fields: (t) => ({
    kind: t.field({ type: DifferenceKindEnum, description: 'What it is about.', resolve: ({ kind }) => kind }),
    symbol: t.field({
      type: 'Symbol',
      nullable: true,
      description: 'Of a position or an order; null for cash.',
      resolve: (each) => ('symbol' in each ? each.symbol : null),
    }),
    clientOrderId: t.string({
      nullable: true,
      description: 'Of an order; null for everything else.',
      resolve: (each) => ('clientOrderId' in each ? each.clientOrderId : null),
    }),
    ours: t.field({
      type: 'Decimal',
      nullable: true,
      description: 'What we had; null for orders.',
      resolve: (each) => ('ours' in each ? each.ours : null),
    }),
    theirs: t.field({
      type: 'Decimal',
      nullable: true,
      description: 'What the broker has; null for orders.',
      resolve: (each) => ('theirs' in each ? each.theirs : null),
    }),
  }),
});

const ReconciliationRef = builder.prismaObject('Reconciliation', {
  description:
    'A comparison of our books with the broker’s that found something else than the one before it: a difference, that there is none any more, or that it failed.',
  select: { id: true },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Counts up.' }),
    mode: t.field({
      type: TradingModeEnum,
      description: 'Whose books.',
      select: { mode: true },
      resolve: ({ mode }) => memberOf(TRADING_MODES, mode),
    }),
    outcome: t.field({
      type: OutcomeEnum,
      description: 'What it came to.',
      select: { outcome: true },
      resolve: ({ outcome }) => memberOf(OUTCOMES, outcome),
    }),
    differences: t.field({
      type: [DifferenceRef],
      description: 'What differed.',
      select: { differences: true },
      resolve: ({ differences }) => readJson<Difference[]>(differences),
    }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why it failed; null unless it did.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
  }),
});

builder.queryFields((t) => ({
  safetyEvents: t.prismaConnection({
    type: SafetyEventRef,
    cursor: 'id',
    maxSize: pageLimit(1),
    description: 'The audit, newest first.',
    args: {
      kind: t.arg({ type: SafetyEventKindEnum, description: 'Only decisions of this kind.' }),
      olderThan: t.arg.id({ description: 'Only those made before the entry with this id.' }),
    },
    resolve: (query, _root, { kind, olderThan }, { caller, services }) => {
      return services.database.read.safetyEvent.findMany({
        ...query,
        where: {
          ...ownRows(caller),
          ...(kind == null ? {} : { kind }),
          ...rowsBefore(olderThan),
        },
        orderBy: { id: 'desc' },
      });
    },
  }),
  stoppedSources: t.prismaConnection({
    type: StoppedSourceRef,
    cursor: 'id',
    maxSize: pageLimit(1),
    description: 'The sources that are stopped, newest first.',
    args: {
      includeReleased: t.arg.boolean({ defaultValue: false, description: 'Also those that trade again.' }),
      olderThan: t.arg.id({ description: 'Only those stopped before the one with this id.' }),
    },
    resolve: (query, _root, { includeReleased, olderThan }, { caller, services }) => {
      return services.database.read.runawayStop.findMany({
        ...query,
        where: {
          ...ownRows(caller),
          ...(includeReleased === true ? {} : { releasedAt: null }),
          ...rowsBefore(olderThan),
        },
        orderBy: { id: 'desc' },
      });
    },
  }),
  reconciliations: t.prismaConnection({
    type: ReconciliationRef,
    cursor: 'id',
    maxSize: pageLimit(1),
    description: 'The comparisons with the broker that found something new, newest first.',
    resolve: (query, _root, _args, { caller, services }) => {
      return services.database.read.reconciliation.findMany({
        ...query,
        where: ownRows(caller),
        orderBy: { id: 'desc' },
      });
    },
  }),
}));
