/**
 * The scheduler: jobs, when they are due, and one run for each due time, whatever dies when and however many processes share
 * the database. It knows no domain: what jobs do is supplied as job types.
 */

export { storeChange } from './change-job.ts';
export { configEntries } from './config-entries.ts';
export { type Cron, nextRun, parseCron, parseZone } from './cron/index.ts';
export type { SchedulerBasis } from './deps.ts';
export { JOB_EVENTS, type JobEventType } from './events.ts';
export { lockJob, lockJobOfRun, RUN_STATUSES, RUN_TRIGGERS, type RunStatus, type RunTrigger } from './job-run.ts';
export {
  JOB_TYPES,
  type JobType,
  type JobTypeName,
  JobTypeRegistry,
  type RunContext,
  type RunOutput,
} from './job-type.ts';
export { insertJob, removeJob } from './kept-jobs.ts';
export {
  createScheduledJob,
  deleteScheduledJob,
  enableScheduledJob,
  runScheduledJob,
  type SchedulerDeps,
  switchScheduler,
  updateScheduledJob,
} from './manage-jobs.ts';
export { OVERLAP_POLICIES, type OverlapPolicy } from './overlap.ts';
export { CATCHUP_POLICIES, type CatchupPolicy, GRACE_MS, SKIP_REASONS, type SkipReason } from './plan.ts';
export {
  JOB_CALENDARS,
  type JobColumns,
  type JobInput,
  jobInput,
  parseJob,
  readConfig,
  SESSION_POLICIES,
  type SessionPolicy,
} from './scheduled-job.ts';
export { Scheduler } from './scheduler.ts';
export { countOverdue } from './self-check.ts';
export { type SchedulerStatus, schedulerStatus } from './status.ts';
export { nextRuns } from './timetable.ts';
