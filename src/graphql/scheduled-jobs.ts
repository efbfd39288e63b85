/** Scheduled jobs and their runs, as they are read. */
import { memberOf, readJson } from '../core/index.ts';
import {
  CATCHUP_POLICIES,
  JOB_TYPES,
  nextRuns,
  OVERLAP_POLICIES,
  RUN_STATUSES,
  RUN_TRIGGERS,
  readConfig,
  SESSION_POLICIES,
} from '../scheduler/index.ts';
import { builder } from './builder.ts';
import { type Circumstances, inCircumstances, type JobSwitches, shareCircumstances } from './job-circumstances.ts';
import { ownRow, ownRows, rowsAfter, rowsBefore } from './own-rows.ts';
import { checkSize, LARGEST_PAGE, pageLimit, WHOLE_LIST } from './paging.ts';
import {
  CatchupPolicyEnum,
  JobRunStatusEnum,
  JobRunTriggerEnum,
  OverlapPolicyEnum,
  PAUSE_REASONS,
  type PauseReason,
  PauseReasonEnum,
  type ScheduledJobStatus,
  ScheduledJobStatusEnum,
  ScheduledJobTypeEnum,
  SessionPolicyEnum,
} from './scheduler-words.ts';

export const JobRunRef = builder.prismaObject('JobRun', {
  description: 'What came of one due time of a job, or of one run by hand.',
  // All but the output, which may be large. What is read in any case costs a long list less than fields that select.
  select: {
    ...{ id: true, jobId: true, status: true, trigger: true, scheduledFor: true, attempt: true, count: true },
    ...{ reason: true, latenessMs: true, startedAt: true, finishedAt: true, summary: true, error: true },
    correlationId: true,
  },
  fields: (t) => ({
    id: t.id({ description: 'Counts up.', resolve: ({ id }) => id }),
    jobId: t.id({ description: 'The id of its job.', resolve: ({ jobId }) => jobId }),
    status: t.field({
      type: JobRunStatusEnum,
      description: 'Its state.',
      resolve: ({ status }) => memberOf(RUN_STATUSES, status),
    }),
    trigger: t.field({
      type: JobRunTriggerEnum,
      description: 'What set it off.',
      resolve: ({ trigger }) => memberOf(RUN_TRIGGERS, trigger),
    }),
    scheduledFor: t.field({
      type: 'DateTime',
      description: 'When it was due.',
      resolve: ({ scheduledFor }) => scheduledFor,
    }),
    attempt: t.int({
      description: 'From 1; more when the process of an earlier attempt ended.',
      resolve: ({ attempt }) => attempt,
    }),
    count: t.int({
      description: 'Due times that it stands for: above 1 when several were skipped.',
      resolve: ({ count }) => count,
    }),
    reason: t.string({
      nullable: true,
      description:
        'Why it was skipped (`dst_gap`, `market_closed`, `misfire`, `overlap`) or interrupted (`shutdown`, `process_died`), else null.',
      resolve: ({ reason }) => reason,
    }),
    latenessMs: t.int({
      nullable: true,
      description: 'How much later than due it began, in ms; null before.',
      resolve: ({ latenessMs }) => latenessMs,
    }),
    startedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Null before.',
      resolve: ({ startedAt }) => startedAt,
    }),
    finishedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Null before.',
      resolve: ({ finishedAt }) => finishedAt,
    }),
    summary: t.string({
      nullable: true,
      description: 'A sentence on its result; null without one.',
      resolve: ({ summary }) => summary,
    }),
    error: t.string({
      nullable: true,
      description: 'Why it did not succeed; null unless so.',
      resolve: ({ error }) => error,
    }),
    output: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Everything that it found, keys in snake_case; null unless it succeeded.',
      select: { output: true },
      resolve: ({ output }) => (output === null ? null : readJson<unknown>(output)),
    }),
    correlationId: t.string({
      description: 'Shared by all events of what it led to.',
      resolve: ({ correlationId }) => correlationId,
    }),
    job: t.relation('job', { description: 'Its job.' }),
  }),
});

/** Why a job does not run although it is enabled; null unless so. */
function pauseReasonOf({ enabled, pauseReason }: JobSwitches, { isStopped }: Circumstances): PauseReason | null {
  if (!enabled) return null;
  if (pauseReason !== null) return memberOf(PAUSE_REASONS, pauseReason);
  return isStopped ? 'scheduler_stopped' : null;
}

function statusOf(job: JobSwitches, circumstances: Circumstances): ScheduledJobStatus {
  if (circumstances.running.has(job.id)) return 'running';
  if (!job.enabled) return 'disabled';
  return pauseReasonOf(job, circumstances) === null ? 'scheduled' : 'paused';
}

export const ScheduledJobRef = builder.prismaObject('ScheduledJob', {
  description: 'Something that runs on a schedule.',
  // All its columns are read in any case: that costs a long list less than fields that select.
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Counts up.' }),
    name: t.exposeString('name', { description: '1 to 100 characters.' }),
    jobType: t.field({
      type: ScheduledJobTypeEnum,
      description: 'What it does.',
      resolve: (job) => memberOf(JOB_TYPES, job.jobType),
    }),
    schedule: t.expose('schedule', { type: 'Cron', description: 'When it is due.' }),
    timezone: t.expose('timezone', { type: 'TimeZone', description: 'The schedule is read by the clocks there.' }),
    calendar: t.exposeString('calendar', { nullable: true, description: '`XNYS`, `24/7`, or null for none.' }),
    sessionPolicy: t.field({
      type: SessionPolicyEnum,
      description: 'What becomes of due times at which the market of the calendar is closed.',
      resolve: (job) => memberOf(SESSION_POLICIES, job.sessionPolicy),
    }),
    config: t.field({
      type: 'JSON',
      description: 'What its type is told, keys in snake_case.',
      resolve: (job) => readConfig(job),
    }),
    enabled: t.exposeBoolean('enabled', { description: 'Its own switch.' }),
    overlapPolicy: t.field({
      type: OverlapPolicyEnum,
      description: 'What becomes of a due time at which an earlier run has not ended.',
      resolve: (job) => memberOf(OVERLAP_POLICIES, job.overlapPolicy),
    }),
    catchupPolicy: t.field({
      type: CatchupPolicyEnum,
      description: 'What becomes of due times that were missed.',
      resolve: (job) => memberOf(CATCHUP_POLICIES, job.catchupPolicy),
    }),
    catchupWindowSeconds: t.exposeInt('catchupWindowSeconds', {
      description: 'How old a missed due time may be to be made up for.',
    }),
    timeoutSeconds: t.exposeInt('timeoutSeconds', { description: 'Longest time that a run may take.' }),
    status: t.field({
      type: ScheduledJobStatusEnum,
      description: 'What it is doing.',
      resolve: (job, _args, context) => inCircumstances(job, context, (known) => statusOf(job, known)),
    }),
    pauseReason: t.field({
      type: PauseReasonEnum,
      nullable: true,
      description: 'Why it does not run although it is enabled; null unless so.',
      resolve: (job, _args, context) => inCircumstances(job, context, (known) => pauseReasonOf(job, known)),
    }),
    nextRuns: t.field({
      type: ['DateTime'],
      description: 'When it will run next, soonest first; empty while it is paused or disabled.',
      args: { count: t.arg.int({ required: true, defaultValue: 5, description: '0 to 100.' }) },
      resolve: (job, { count }, context) => {
        checkSize('count', count, LARGEST_PAGE);
        return inCircumstances(job, context, (known) => {
          if (!job.enabled || pauseReasonOf(job, known) !== null) return [];
          return nextRuns(job, context.services.clock.now(), count).map((instant) => new Date(instant));
        });
      },
    }),
    lastRun: t.relation('lastRun', {
      nullable: true,
      description: 'The run that ended last, skipped ones left out; null before the first.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When its settings were changed last.' }),
    deletedAt: t.expose('deletedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was deleted, of a job that a plan still leads to; null while it is there.',
    }),
    runs: t.relatedConnection('runs', {
      cursor: 'id',
      maxSize: pageLimit(1),
      description: 'Its runs and what was skipped, newest first.',
      args: { olderThan: t.arg.id({ description: 'Only those before the run with this id.' }) },
      query: ({ olderThan }) => ({
        where: rowsBefore(olderThan),
        orderBy: { id: 'desc' },
      }),
    }),
  }),
});

builder.queryFields((t) => ({
  scheduledJob: t.prismaField({
    type: 'ScheduledJob',
    nullable: true,
    description: 'One scheduled job; null when there is none with this id.',
    args: { id: t.arg.id({ required: true, description: 'The id of the job.' }) },
    resolve: (query, _root, { id }, { caller, services }) => {
      return services.database.read.scheduledJob.findFirst({
        ...query,
        where: { ...ownRow(caller, id), deletedAt: null },
      });
    },
  }),
  scheduledJobs: t.prismaConnection({
    type: 'ScheduledJob',
    cursor: 'id',
    ...WHOLE_LIST,
    description: 'The scheduled jobs, oldest first.',
    args: { newerThan: t.arg.id({ description: 'Only those created after the job with this id.' }) },
    resolve: async (query, _root, { newerThan }, context) => {
      const { caller, services } = context;
      const jobs = await services.database.read.scheduledJob.findMany({
        ...query,
        where: {
          ...ownRows(caller),
          deletedAt: null,
          ...rowsAfter(newerThan),
        },
        orderBy: { id: 'asc' },
      });
      await shareCircumstances(jobs, context);
      return jobs;
    },
  }),
}));
