/** How scheduled jobs, their runs and the scheduler look in REST. */
import { z } from 'zod';
import { memberOf } from '../../core/index.ts';
import type { RunFieldsFragment, ScheduledJobFieldsFragment, SchedulerFieldsFragment } from '../../graphql/index.ts';
import {
  CATCHUP_POLICIES,
  JOB_TYPES,
  OVERLAP_POLICIES,
  RUN_STATUSES,
  RUN_TRIGGERS,
  SESSION_POLICIES,
} from '../../scheduler/index.ts';
import { facadeFindings, facadeReason, snakeKeys } from '../naming.ts';
import { id, idOf, instant, orNull } from './shapes.ts';

const STATUSES = ['scheduled', 'running', 'paused', 'disabled'] as const;
const PAUSE_REASONS = ['scheduler_stopped', 'failures', 'unreadable_settings'] as const;

const settings = {
  name: z.string().describe('1 to 100 characters.'),
  job_type: z.enum(JOB_TYPES).describe('What it does.'),
  schedule: z.string().describe('Cron of 5 fields, or 6 with seconds first; names and lists as in crontab(5).'),
  timezone: z.string().describe('IANA; the schedule is read by the clocks there.'),
  calendar: z.string().nullable().describe('`XNYS` or `24/7`; null for none.'),
  session_policy: z.enum(SESSION_POLICIES).describe('What becomes of due times while the calendar’s market is closed.'),
  enabled: z.boolean().describe('Its own switch.'),
  overlap_policy: z.enum(OVERLAP_POLICIES).describe('What becomes of a due time while an earlier run has not ended.'),
  catchup_policy: z.enum(CATCHUP_POLICIES).describe('What becomes of due times that were missed by over a minute.'),
  catchup_window_seconds: z.int().describe('How old a missed due time may be to be made up for; 0 to 86,400.'),
  timeout_seconds: z.int().describe('Longest time that a run may take; 1 to 86,400.'),
};

const configInput = z.record(z.string(), z.unknown()).meta({
  additionalProperties: true,
  description:
    'What its type is told. `market_scan`: `{strategy_id}`, or `{strategy_type, params?, symbols, interval?}`. Replaced as a whole.',
});

const { job_type: jobType, schedule, calendar, ...defaulted } = settings;
const inputs = { job_type: jobType, schedule, calendar };
const optional = { ...defaulted, config: configInput };

/** Body of a creation. */
export const createBody = z
  .strictObject({ ...inputs, ...orNull(optional) })
  .partial()
  .required({ job_type: true, schedule: true });

/** Body of a change: any of the fields. */
export const updateBody = z.strictObject({ ...inputs, ...optional }).partial();

const result = {
  run_id: id,
  status: z.enum(RUN_STATUSES).describe('Its state.'),
  started_at: instant.nullable(),
  finished_at: instant.nullable(),
  summary: z.string().nullable().describe('A sentence on its result.'),
  error: z.string().nullable().describe('Why it did not succeed.'),
  output: z.unknown().meta({ type: ['object', 'null'], description: 'Everything that it found.' }),
};

/** A job in an answer. */
export const jobAnswer = z
  .object({
    id,
    ...settings,
    config: z.unknown().meta({ type: 'object', description: 'What its type is told.' }),
    status: z.enum(STATUSES).describe('What it is doing.'),
    pause_reason: z.enum(PAUSE_REASONS).nullable().describe('Why it is paused; null unless so.'),
    next_run: instant.nullable().describe('When it will run next; null while it is paused or disabled.'),
    next_runs: z.array(instant).describe('The next five.'),
    last_run: instant.nullable().describe('When the run of `last_result` began; null before the first.'),
    last_result: z.object(result).nullable().describe('The run that ended last, skipped ones left out.'),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ title: 'ScheduledJob', description: 'Something that runs on a schedule.' });

/** A run in an answer. */
export const runAnswer = z
  .object({
    ...result,
    scheduled_for: instant,
    trigger: z.enum(RUN_TRIGGERS).describe('What set it off.'),
    attempt: z.int().describe('From 1; more when the process of an earlier attempt ended.'),
    lateness_ms: z.int().nullable().describe('How much later than due it began.'),
    reason: z
      .string()
      .nullable()
      .describe('Why it was skipped (`dst_gap`, `market_closed`, `misfire`, `overlap`) or interrupted.'),
    count: z.int().describe('Due times that it stands for: above 1 when several were skipped.'),
  })
  .meta({ title: 'JobRun', description: 'What came of a due time of a job, or of a run by hand.' });

/** The scheduler in an answer. */
export const schedulerAnswer = z
  .object({
    running: z.boolean().describe('False while it is stopped: then nothing is due.'),
    jobs: z.int().describe('All jobs.'),
    enabled_jobs: z.int().describe('Jobs whose own switch is on.'),
    running_jobs: z.int().describe('Jobs with a run under way.'),
    next_run: instant.nullable().describe('When the next job runs; null when none will.'),
  })
  .meta({ title: 'Scheduler', description: 'The scheduler at a glance.' });

type ResultFields = NonNullable<ScheduledJobFieldsFragment['lastRun']>;

function shownResult({ id: runId, status, output, ...run }: ResultFields) {
  return {
    run_id: idOf(runId),
    status: memberOf(RUN_STATUSES, status.toLowerCase()),
    started_at: run.startedAt,
    finished_at: run.finishedAt,
    summary: facadeReason(run.summary),
    error: facadeReason(run.error),
    output: facadeFindings(output),
  };
}

/** A job as the facade writes it. */
export function shownJob(job: ScheduledJobFieldsFragment): z.input<typeof jobAnswer> {
  const { lastRun, config, nextRuns, ...fields } = job;
  const pauseReason = job.pauseReason?.toLowerCase();
  return {
    ...snakeKeys(fields),
    id: idOf(job.id),
    job_type: memberOf(JOB_TYPES, job.jobType.toLowerCase()),
    session_policy: memberOf(SESSION_POLICIES, job.sessionPolicy.toLowerCase()),
    overlap_policy: memberOf(OVERLAP_POLICIES, job.overlapPolicy.toLowerCase()),
    catchup_policy: memberOf(CATCHUP_POLICIES, job.catchupPolicy.toLowerCase()),
    status: memberOf(STATUSES, job.status.toLowerCase()),
    pause_reason: pauseReason === undefined ? null : memberOf(PAUSE_REASONS, pauseReason),
    config,
    next_run: nextRuns[0] ?? null,
    next_runs: [...nextRuns],
    last_run: lastRun?.startedAt ?? null,
    last_result: lastRun === null ? null : shownResult(lastRun),
  };
}

/** A run as the facade writes it. */
export function shownRun(run: RunFieldsFragment): z.input<typeof runAnswer> {
  return {
    ...shownResult(run),
    scheduled_for: run.scheduledFor,
    trigger: memberOf(RUN_TRIGGERS, run.trigger.toLowerCase()),
    attempt: run.attempt,
    lateness_ms: run.latenessMs,
    reason: facadeReason(run.reason),
    count: run.count,
  };
}

/** The scheduler as the facade writes it. */
export function shownScheduler(status: SchedulerFieldsFragment): z.input<typeof schedulerAnswer> {
  return snakeKeys(status);
}

/** GraphQL's name of a word. */
export function upper<const Word extends string>(word: Word): Uppercase<Word> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It is what the type says.
  return word.toUpperCase() as Uppercase<Word>;
}
