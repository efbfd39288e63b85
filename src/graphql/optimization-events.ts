/** The events of optimization jobs as GraphQL types, and the subscription that streams them. */
import { type Json, type JsonObject, memberOf, notFound } from '../core/index.ts';
import type { Delivery } from '../events/index.ts';
import {
  OPTIMIZATION_EVENTS,
  OPTIMIZATION_JOB_TYPES,
  OPTIMIZATION_PROGRESSED,
  OPTIMIZATION_STATUSES,
  OPTIMIZATION_SUBJECT,
} from '../optimize/index.ts';
import { builder } from './builder.ts';
import type { GraphQLContext } from './context.ts';
import { deliveries, Event, type EventShape } from './events.ts';
import { parseId } from './inputs.ts';
import { JobTypeEnum } from './optimization-config.ts';
import { OptimizationRef, OptimizationStatusEnum } from './optimizations.ts';
import { ownRow } from './own-rows.ts';

interface OptimizationEventShape extends EventShape {
  readonly type: string;
  readonly optimizationId: number;
  readonly payload: JsonObject;
}

const OptimizationEvent = builder.interfaceRef<OptimizationEventShape>('OptimizationEvent').implement({
  description: 'Something that happened to an optimization job.',
  interfaces: [Event],
  fields: (t) => ({
    optimizationId: t.exposeID('optimizationId', { description: 'The id of the job.' }),
    optimization: t.prismaField({
      type: OptimizationRef,
      nullable: true,
      description: 'The job as it is now.',
      resolve: (query, { optimizationId }, _args, { caller, services }) =>
        services.database.read.optimization.findUnique({
          ...query,
          where: { id: optimizationId, ownerId: caller.principal.userId },
        }),
    }),
    status: t.field({
      type: OptimizationStatusEnum,
      description: 'The state of the job after it.',
      resolve: (event) => memberOf(OPTIMIZATION_STATUSES, textOrNull(event.payload['status']) ?? ''),
    }),
  }),
  resolveType: (event) => event.type,
});

builder.objectRef<OptimizationEventShape>(OPTIMIZATION_PROGRESSED).implement({
  description: 'How far a running job is: at most four times a second, latest wins, never replayed.',
  interfaces: [Event, OptimizationEvent],
  fields: (t) => ({
    combo: t.int({ description: 'Combinations done.', resolve: (event) => Number(event.payload['combo']) }),
    total: t.int({ description: 'Combinations in all.', resolve: (event) => Number(event.payload['total']) }),
    fold: t.int({ description: 'See `OptimizationProgress.fold`.', resolve: (event) => Number(event.payload['fold']) }),
    nFolds: t.int({
      description: 'Folds of each combination.',
      resolve: (event) => Number(event.payload['nFolds']),
    }),
    currentStrategy: t.string({
      nullable: true,
      description: 'The strategy type that a sweep searches now; null for other jobs.',
      resolve: (event) => textOrNull(event.payload['currentStrategy']),
    }),
    strategyIndex: t.int({
      nullable: true,
      description: 'Its place in the sweep, from 1; null for other jobs.',
      resolve: (event) => numberOrNull(event.payload['strategyIndex']),
    }),
    totalStrategies: t.int({
      nullable: true,
      description: 'Strategy types of the sweep; null for other jobs.',
      resolve: (event) => numberOrNull(event.payload['totalStrategies']),
    }),
  }),
});

const DESCRIPTIONS: Readonly<Record<(typeof OPTIMIZATION_EVENTS)[number], string>> = {
  OptimizationStarted: 'A job was submitted.',
  OptimizationCompleted: 'A job has computed every combination.',
  OptimizationCancelled: 'A job was cancelled; what it had computed is kept.',
  OptimizationFailed: 'A job could not go on; `error` says why.',
};

for (const type of OPTIMIZATION_EVENTS) {
  builder.objectRef<OptimizationEventShape>(type).implement({
    description: DESCRIPTIONS[type],
    interfaces: [Event, OptimizationEvent],
    fields: (t) => ({
      jobType: t.field({
        type: JobTypeEnum,
        description: 'What the job optimizes.',
        resolve: (event) => memberOf(OPTIMIZATION_JOB_TYPES, textOrNull(event.payload['jobType']) ?? ''),
      }),
      totalCombinations: t.int({
        description: 'Combinations of the job, skipped ones included.',
        resolve: (event) => Number(event.payload['totalCombinations']),
      }),
      nFolds: t.int({
        description: 'Folds of each combination.',
        resolve: (event) => Number(event.payload['nFolds']),
      }),
      bestSharpe: t.float({
        nullable: true,
        description: 'Mean test Sharpe of the best, null when nothing was ranked.',
        resolve: (event) => numberOrNull(event.payload['bestSharpe']),
      }),
      error: t.string({
        nullable: true,
        description: 'Why the job failed; null unless it did.',
        resolve: (event) => textOrNull(event.payload['error']),
      }),
    }),
  });
}

builder.subscriptionFields((t) => ({
  optimizationEvents: t.field({
    type: OptimizationEvent,
    description: 'The events of one job, or of all my jobs. Progress is not replayed.',
    args: {
      optimizationId: t.arg.id({ description: 'Only this job.' }),
      after: t.arg({ type: 'Cursor', description: 'Replay what came after this first.' }),
    },
    subscribe: async (_root, { optimizationId, after }, context) => {
      if (optimizationId != null) await requireOptimization(context, optimizationId);
      return deliveries(
        context,
        {
          ownerId: context.caller.principal.userId,
          types: [...OPTIMIZATION_EVENTS, OPTIMIZATION_PROGRESSED],
          ...(optimizationId == null ? {} : { subject: { type: OPTIMIZATION_SUBJECT, id: parseId(optimizationId) } }),
        },
        after,
      );
    },
    resolve: ({ kind, event }: Delivery) => ({
      type: event.type,
      cursor: kind === 'event' ? event.cursor : null,
      occurredAt: event.occurredAt,
      optimizationId: event.subjectId,
      payload: event.payload,
    }),
  }),
}));

/** @throws {DomainError} NOT_FOUND, also for another user's job: its events would never come */
async function requireOptimization({ caller, services }: GraphQLContext, id: string): Promise<void> {
  if ((await services.database.read.optimization.count({ where: ownRow(caller, id) })) === 0)
    throw notFound('optimization', id);
}

function numberOrNull(value: Json | undefined): number | null {
  return typeof value === 'number' ? value : null;
}

function textOrNull(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
