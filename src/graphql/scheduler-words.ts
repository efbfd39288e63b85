/** The words of the scheduler as GraphQL enums. */
import type {
  CatchupPolicy,
  JobTypeName,
  OverlapPolicy,
  RunStatus,
  RunTrigger,
  SessionPolicy,
} from '../scheduler/index.ts';
import { enumOf } from './inputs.ts';

export const ScheduledJobTypeEnum = enumOf<JobTypeName>('ScheduledJobType', {
  description: 'What a job does. Which of these a server can do is told when a job is created.',
  values: {
    market_scan: 'Computes the signals of a strategy.',
    portfolio_check: 'Compares the portfolio with its goals.',
    ai_analysis: 'Has the agent look at everything.',
    alert_check: 'Evaluates alerts.',
  },
});

export const OverlapPolicyEnum = enumOf<OverlapPolicy>('OverlapPolicy', {
  description: 'What becomes of a due time at which an earlier run has not ended.',
  values: { skip: 'It is skipped.', buffer_one: 'It waits, unless one waits already.', allow: 'Both run.' },
});

export const CatchupPolicyEnum = enumOf<CatchupPolicy>('CatchupPolicy', {
  description: 'What becomes of due times that were missed by more than a minute.',
  values: {
    skip: 'They are counted.',
    run_once: 'One run makes up for all of them.',
    run_all: 'Each is made up for, the newest ten at most.',
  },
});

export const SessionPolicyEnum = enumOf<SessionPolicy>('SessionPolicy', {
  description: 'What becomes of due times at which the market of the calendar is closed.',
  values: { skip_closed: 'They are skipped.', ignore: 'They are run.' },
});

export const JobRunStatusEnum = enumOf<RunStatus>('JobRunStatus', {
  description: 'The state of a run.',
  values: {
    queued: 'It waits for its turn.',
    running: 'It is under way.',
    succeeded: 'It has done its work.',
    failed: 'It could not; `error` says why.',
    timed_out: 'It took too long.',
    interrupted: 'Its process ended; `reason` says how.',
    skipped: 'It was not run; `reason` says why.',
  },
});

export const JobRunTriggerEnum = enumOf<RunTrigger>('JobRunTrigger', {
  description: 'What set off a run.',
  values: { cron: 'The schedule.', catch_up: 'The schedule, at a time that was missed.', manual: 'A person.' },
});

/** What a job may be doing. */
export type ScheduledJobStatus = 'scheduled' | 'running' | 'paused' | 'disabled';
export const ScheduledJobStatusEnum = enumOf<ScheduledJobStatus>('ScheduledJobStatus', {
  description: 'What a job is doing.',
  values: {
    scheduled: 'It waits for its next due time.',
    running: 'A run is under way.',
    paused: 'It is enabled and does not run; `pauseReason` says why.',
    disabled: 'It was stopped.',
  },
});

/** Why a job that is enabled does not run. */
export type PauseReason = 'scheduler_stopped' | 'failures' | 'unreadable_settings';
export const PAUSE_REASONS: readonly PauseReason[] = ['scheduler_stopped', 'failures', 'unreadable_settings'];
export const PauseReasonEnum = enumOf<PauseReason>('JobPauseReason', {
  description: 'Why a job that is enabled does not run.',
  values: {
    scheduler_stopped: 'The scheduler is stopped.',
    failures: 'It failed five times in a row; starting it again ends that.',
    unreadable_settings: 'Its stored settings cannot be read; changing them ends that.',
  },
});
