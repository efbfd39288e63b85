/** What people do with scheduled jobs and with the scheduler. */
import {
  createScheduledJob,
  deleteScheduledJob,
  enableScheduledJob,
  runScheduledJob,
  type SchedulerStatus,
  schedulerStatus,
  switchScheduler,
  updateScheduledJob,
} from '../scheduler/index.ts';
import { builder } from './builder.ts';
import type { GraphQLContext } from './context.ts';
import { attempt } from './errors.ts';
import { INPUT, inputId } from './inputs.ts';
import { payloadType } from './payload.ts';
import { JobRunRef, ScheduledJobRef } from './scheduled-jobs.ts';
import { CatchupPolicyEnum, OverlapPolicyEnum, ScheduledJobTypeEnum, SessionPolicyEnum } from './scheduler-words.ts';

const Status = builder.objectRef<SchedulerStatus>('SchedulerStatus').implement({
  description: 'The scheduler at a glance.',
  fields: (t) => ({
    running: t.exposeBoolean('isRunning', { description: 'False while it is stopped: then nothing is due.' }),
    jobs: t.exposeInt('jobs', { description: 'All jobs.' }),
    enabledJobs: t.exposeInt('enabledJobs', { description: 'Jobs whose own switch is on.' }),
    runningJobs: t.exposeInt('runningJobs', { description: 'Jobs with a run under way.' }),
    nextRun: t.expose('nextRun', {
      type: 'DateTime',
      nullable: true,
      description: 'When the next job runs; null when none will.',
    }),
    overdueJobs: t.exposeInt('overdueJobs', {
      description: 'Jobs that should have run and have not, without a reason; 0 unless something is broken.',
    }),
  }),
});

builder.queryFields((t) => ({
  schedulerStatus: t.field({
    type: Status,
    description: 'The scheduler at a glance.',
    resolve: (_root, _args, { caller, services }) => schedulerStatus(services, caller.principal),
  }),
}));

const JOB_ID = 'The id of the job.';

const CreateScheduledJobInput = builder.inputType('CreateScheduledJobInput', {
  description: 'The job to create; what is left out takes its default.',
  fields: (t) => ({
    jobType: t.field({ type: ScheduledJobTypeEnum, required: true, description: 'What it does.' }),
    schedule: t.field({
      type: 'Cron',
      required: true,
      description: 'Cron of 5 fields, or 6 with seconds first; `@daily` and so on.',
    }),
    config: t.field({ type: 'JSON', description: 'What its type is told, keys in snake_case.' }),
    name: t.string({ description: '1 to 100 characters; default: the type and the schedule.' }),
    timezone: t.field({ type: 'TimeZone', description: 'Default `UTC`.' }),
    calendar: t.string({ description: '`XNYS` or `24/7`; default: none.' }),
    sessionPolicy: t.field({ type: SessionPolicyEnum, description: 'Default `SKIP_CLOSED`.' }),
    enabled: t.boolean({ description: 'Default true.' }),
    overlapPolicy: t.field({ type: OverlapPolicyEnum, description: 'Default `SKIP`.' }),
    catchupPolicy: t.field({ type: CatchupPolicyEnum, description: 'The default depends on the type.' }),
    catchupWindowSeconds: t.int({ description: '0 to 86,400; default 3,600.' }),
    timeoutSeconds: t.int({ description: '1 to 86,400; default 600.' }),
  }),
});

const UpdateScheduledJobInput = builder.inputType('UpdateScheduledJobInput', {
  description: 'Only what is given changes. Failures that were counted are forgotten.',
  fields: (t) => ({
    id: t.id({ required: true, description: JOB_ID }),
    jobType: t.field({ type: ScheduledJobTypeEnum, description: 'Another type needs another `config`.' }),
    schedule: t.field({ type: 'Cron', description: 'When it is due.' }),
    config: t.field({ type: 'JSON', description: 'Replaces the whole.' }),
    name: t.string({ description: '1 to 100 characters.' }),
    timezone: t.field({ type: 'TimeZone', description: 'By whose clocks.' }),
    calendar: t.string({ description: '`XNYS` or `24/7`; null: none.' }),
    sessionPolicy: t.field({ type: SessionPolicyEnum, description: 'For due times while the market is closed.' }),
    enabled: t.boolean({ description: 'Its own switch.' }),
    overlapPolicy: t.field({ type: OverlapPolicyEnum, description: 'For due times while it is running.' }),
    catchupPolicy: t.field({ type: CatchupPolicyEnum, description: 'For due times that were missed.' }),
    catchupWindowSeconds: t.int({ description: '0 to 86,400.' }),
    timeoutSeconds: t.int({ description: '1 to 86,400.' }),
  }),
});

const jobPayload = (name: string) =>
  payloadType(name, 'scheduledJob', { type: ScheduledJobRef, description: 'The job as it is now.' });
const CreatePayload = jobPayload('CreateScheduledJobPayload');
const UpdatePayload = jobPayload('UpdateScheduledJobPayload');
const StartPayload = jobPayload('StartScheduledJobPayload');
const StopPayload = jobPayload('StopScheduledJobPayload');
const DeletePayload = payloadType<number>('DeleteScheduledJobPayload', 'deletedId', {
  type: 'ID',
  description: 'The id that the job had.',
});
const RunPayload = payloadType('RunScheduledJobPayload', 'run', {
  type: JobRunRef,
  description: 'The run, which has ended unless it takes longer than 30 s.',
});
const statusPayload = (name: string) =>
  payloadType(name, 'scheduler', { type: Status, description: 'The scheduler as it is now.' });
const StartSchedulerPayload = statusPayload('StartSchedulerPayload');
const StopSchedulerPayload = statusPayload('StopSchedulerPayload');

const onlyId = (name: string) =>
  builder.inputType(name, {
    description: 'Which job.',
    fields: (t) => ({ id: t.id({ required: true, description: JOB_ID }) }),
  });
const StartInput = onlyId('StartScheduledJobInput');
const StopInput = onlyId('StopScheduledJobInput');
const DeleteInput = onlyId('DeleteScheduledJobInput');
const RunInput = onlyId('RunScheduledJobInput');

const reasonOnly = (name: string) =>
  builder.inputType(name, {
    description: 'Nothing has to be said.',
    fields: (t) => ({ reason: t.string({ description: 'Why, at most 500 characters; kept in the event.' }) }),
  });
const StartSchedulerInput = reasonOnly('StartSchedulerInput');
const StopSchedulerInput = reasonOnly('StopSchedulerInput');

/** Starts or stops one job. */
function switchJob({ caller, services }: GraphQLContext, id: string, enabled: boolean) {
  return attempt(() => enableScheduledJob(services, caller.principal, { id: inputId(id), enabled }), 'id');
}

/** Starts or stops all of them. */
function switchAll({ caller, services }: GraphQLContext, isRunning: boolean, reason: string | null | undefined) {
  return attempt(async () => {
    await switchScheduler(services, caller.principal, { isRunning, reason });
    return await schedulerStatus(services, caller.principal);
  });
}

builder.mutationFields((t) => ({
  createScheduledJob: t.field({
    type: CreatePayload,
    description: 'Creates a job; it is due from now on. Scope `trade`.',
    args: { input: t.arg({ type: CreateScheduledJobInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => createScheduledJob(services, caller.principal, input)),
  }),
  updateScheduledJob: t.field({
    type: UpdatePayload,
    description: 'Changes the settings of a job. Scope `trade`.',
    args: { input: t.arg({ type: UpdateScheduledJobInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => updateScheduledJob(services, caller.principal, { ...input, id: inputId(input.id) }), 'id'),
  }),
  deleteScheduledJob: t.field({
    type: DeletePayload,
    description: 'Deletes a job with its runs; plans still lead to those that made them. Scope `trade`.',
    args: { input: t.arg({ type: DeleteInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => deleteScheduledJob(services, caller.principal, inputId(input.id)), 'id'),
  }),
  runScheduledJob: t.field({
    type: RunPayload,
    description: 'Runs a job now, also one that is stopped, and waits for the end up to 30 s. Scope `trade`.',
    args: { input: t.arg({ type: RunInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => runScheduledJob(services, caller.principal, inputId(input.id)), 'id'),
  }),
  startScheduledJob: t.field({
    type: StartPayload,
    description: 'Enables a job and ends its pause; again changes nothing. Scope `trade`.',
    args: { input: t.arg({ type: StartInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, context) => switchJob(context, input.id, true),
  }),
  stopScheduledJob: t.field({
    type: StopPayload,
    description: 'Disables a job; what runs, ends. Again changes nothing. Scope `trade`.',
    args: { input: t.arg({ type: StopInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, context) => switchJob(context, input.id, false),
  }),
  startScheduler: t.field({
    type: StartSchedulerPayload,
    description: 'Lets jobs run when they are due; what was due meanwhile is not made up for. Scope `trade`.',
    args: { input: t.arg({ type: StartSchedulerInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, context) => switchAll(context, true, input.reason),
  }),
  stopScheduler: t.field({
    type: StopSchedulerPayload,
    description: 'From now on nothing is due, also after a restart; what runs, ends. Scope `trade`.',
    args: { input: t.arg({ type: StopSchedulerInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, context) => switchAll(context, false, input.reason),
  }),
}));
