/** What the journal tells of scheduled jobs and their runs. */
import type { EventDraft } from '../events/index.ts';
import type { JobRunRow, ScheduledJobRow } from '../storage/index.ts';

/** Stored events of scheduled jobs; `JobPaused` says that it failed too often. */
export const JOB_EVENTS = [
  'JobCreated',
  'JobUpdated',
  'JobDeleted',
  'JobPaused',
  'JobRunStarted',
  'JobRunFinished',
  'JobRunSkipped',
  'SchedulerStarted',
  'SchedulerStopped',
] as const;
export type JobEventType = (typeof JOB_EVENTS)[number];

/** What of a job its events tell. */
type JobFacts = Pick<ScheduledJobRow, 'id' | 'ownerId' | 'name' | 'jobType'>;

/** A change of a job. */
export function jobEvent(type: JobEventType, job: JobFacts, correlationId: string): EventDraft {
  const { id, ownerId, name, jobType } = job;
  return { ownerId, type, subjectType: 'scheduled_job', subjectId: id, payload: { id, name, jobType }, correlationId };
}

/** A run that has started, ended or was skipped. */
export function runEvent(type: JobEventType, job: JobFacts, run: RunFacts): EventDraft {
  const { id, status, reason, count, trigger, attempt, scheduledFor, summary, error, startedCursor } = run;
  const draft = jobEvent(type, job, run.correlationId);
  const told = { runId: id, status, reason, count, trigger, attempt, summary, error };
  return {
    ...draft,
    payload: { ...draft.payload, ...told, scheduledFor: scheduledFor.toISOString() },
    ...(startedCursor === null ? {} : { causationId: startedCursor }),
  };
}

type RunFacts = Pick<
  JobRunRow,
  | 'id'
  | 'status'
  | 'reason'
  | 'count'
  | 'trigger'
  | 'attempt'
  | 'scheduledFor'
  | 'summary'
  | 'error'
  | 'correlationId'
  | 'startedCursor'
>;
