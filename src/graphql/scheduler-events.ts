/** The events of scheduled jobs as GraphQL types, and the subscription that streams them. */
import type { Json, JsonObject } from '../core/index.ts';
import { memberOf } from '../core/index.ts';
import type { Delivery } from '../events/index.ts';
import { JOB_EVENTS, type JobEventType, RUN_STATUSES, RUN_TRIGGERS } from '../scheduler/index.ts';
import { builder } from './builder.ts';
import { deliveries, Event, type EventShape, JournalEntry, storedEvent } from './events.ts';
import { JobRunRef, ScheduledJobRef } from './scheduled-jobs.ts';
import { JobRunStatusEnum, JobRunTriggerEnum } from './scheduler-words.ts';

interface SchedulerEventShape extends EventShape {
  readonly type: string;
  readonly subjectId: number;
  readonly payload: JsonObject;
  readonly correlationId: string;
}

const SchedulerEvent = builder.interfaceRef<SchedulerEventShape>('SchedulerEvent').implement({
  description: 'Something that happened to the scheduler, to one of its jobs, or to a run.',
  interfaces: [Event],
  fields: (t) => ({
    correlationId: t.exposeString('correlationId', {
      description: 'The same for all that one command or one run led to.',
    }),
  }),
  resolveType: (event) => event.type,
});

const ScheduledJobEvent = builder.interfaceRef<SchedulerEventShape>('ScheduledJobEvent').implement({
  description: 'Something that happened to a job.',
  interfaces: [Event, SchedulerEvent],
  fields: (t) => ({
    jobId: t.id({ description: 'The id of the job.', resolve: (event) => event.subjectId }),
    job: t.prismaField({
      type: ScheduledJobRef,
      nullable: true,
      description: 'The job as it is now; null when nothing is left of it.',
      resolve: (query, { subjectId }, _args, { caller, services }) =>
        services.database.read.scheduledJob.findUnique({
          ...query,
          where: { id: subjectId, ownerId: caller.principal.userId },
        }),
    }),
    jobName: t.string({ description: 'Its name then.', resolve: ({ payload }) => text(payload['name']) ?? '' }),
  }),
  resolveType: (event) => event.type,
});

const SCHEDULER: Readonly<Partial<Record<JobEventType, string>>> = {
  SchedulerStarted: 'The scheduler was started: jobs run when they are due.',
  SchedulerStopped: 'The scheduler was stopped: nothing is due until it is started.',
};

const JOB: Readonly<Partial<Record<JobEventType, string>>> = {
  JobCreated: 'A job was created.',
  JobUpdated: 'Settings of a job were changed, or it was started or stopped.',
  JobDeleted: 'A job was deleted; one whose run led to a plan is still found from there.',
  JobPaused: 'A job was paused: it failed too often, or its settings cannot be read.',
};

const RUN: Readonly<Partial<Record<JobEventType, string>>> = {
  JobRunStarted: 'A run has begun.',
  JobRunFinished: 'A run has ended; `status` says how.',
  JobRunSkipped: 'Due times were not run; `reason` says why.',
};

for (const [type, description] of Object.entries(SCHEDULER)) {
  builder.objectRef<SchedulerEventShape>(type).implement({
    description,
    interfaces: [Event, SchedulerEvent],
    fields: (t) => ({
      reason: t.string({
        nullable: true,
        description: 'What its sender gave as the reason; null where nothing was said.',
        resolve: ({ payload }) => text(payload['reason']),
      }),
    }),
  });
}

for (const [type, description] of Object.entries(JOB)) {
  builder
    .objectRef<SchedulerEventShape>(type)
    .implement({ description, interfaces: [Event, SchedulerEvent, ScheduledJobEvent] });
}

for (const [type, description] of Object.entries(RUN)) {
  builder.objectRef<SchedulerEventShape>(type).implement({
    description,
    interfaces: [Event, SchedulerEvent, ScheduledJobEvent],
    fields: (t) => ({
      runId: t.id({ description: 'The id of the run.', resolve: ({ payload }) => Number(payload['runId']) }),
      run: t.prismaField({
        type: JobRunRef,
        nullable: true,
        description: 'The run as it is now; null when it went with its job.',
        resolve: (query, { payload }, _args, { caller, services }) =>
          services.database.read.jobRun.findUnique({
            ...query,
            where: { id: Number(payload['runId']), ownerId: caller.principal.userId },
          }),
      }),
      status: t.field({
        type: JobRunStatusEnum,
        description: 'Its state after it.',
        resolve: ({ payload }) => memberOf(RUN_STATUSES, text(payload['status']) ?? ''),
      }),
      trigger: t.field({
        type: JobRunTriggerEnum,
        description: 'What set it off.',
        resolve: ({ payload }) => memberOf(RUN_TRIGGERS, text(payload['trigger']) ?? ''),
      }),
      scheduledFor: t.field({
        type: 'DateTime',
        description: 'When it was due.',
        resolve: ({ payload }) => new Date(text(payload['scheduledFor']) ?? ''),
      }),
      count: t.int({
        description: 'Due times that it stands for.',
        resolve: ({ payload }) => Number(payload['count']),
      }),
      reason: t.string({
        nullable: true,
        description: 'Why it was skipped or interrupted; null unless so.',
        resolve: ({ payload }) => text(payload['reason']),
      }),
      summary: t.string({
        nullable: true,
        description: 'A sentence on its result; null without one.',
        resolve: ({ payload }) => text(payload['summary']),
      }),
      error: t.string({
        nullable: true,
        description: 'Why it did not succeed; null unless so.',
        resolve: ({ payload }) => text(payload['error']),
      }),
    }),
  });
}

builder.objectField(JournalEntry, 'scheduledJob', (t) =>
  t.prismaField({
    type: ScheduledJobRef,
    nullable: true,
    description:
      'The scheduled job that it is about; null when it is about something else, or nothing is left of the job.',
    resolve: (query, { subjectType, subjectId }, _args, { caller, services }) => {
      const where = { id: subjectType === 'scheduled_job' ? subjectId : 0, ownerId: caller.principal.userId };
      return services.database.read.scheduledJob.findUnique({ ...query, where });
    },
  }),
);

builder.subscriptionFields((t) => ({
  scheduleEvents: t.field({
    type: SchedulerEvent,
    description: 'The events of my scheduled jobs, of their runs and of the scheduler.',
    args: { after: t.arg({ type: 'Cursor', description: 'Replay what came after this first.' }) },
    subscribe: (_root, { after }, context) =>
      deliveries(context, { ownerId: context.caller.principal.userId, types: [...JOB_EVENTS] }, after),
    resolve: (delivery: Delivery) => storedEvent(delivery),
  }),
}));

function text(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
