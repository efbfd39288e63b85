/** A scheduled job: its settings as a caller gives them and as they are stored. */
import type { Principal } from '../access/index.ts';
import { type Clock, invalid, type JsonObject, parseAll, parseName, readJson, shown } from '../core/index.ts';
import type { ScheduledJobRow } from '../storage/index.ts';
import { type Cron, nextRun, parseCron, parseZone } from './cron/index.ts';
import type { JobType, JobTypeRegistry } from './job-type.ts';
import { OVERLAP_POLICIES } from './overlap.ts';
import { CATCHUP_POLICIES, type Timetable } from './plan.ts';
import { nextRunOf, timetableOf } from './timetable.ts';

/** What becomes of due times at which the job's market is closed. */
export const SESSION_POLICIES = ['skip_closed', 'ignore'] as const;
export type SessionPolicy = (typeof SESSION_POLICIES)[number];

/** The calendars that a job can follow. */
export const JOB_CALENDARS = ['XNYS', '24/7'] as const;

/** Longest catch-up window and timeout, in seconds. */
const MAX_SECONDS = 86_400;

/** What a caller gives; on update only what is given changes. */
export interface JobInput {
  /** 1 to 100 characters; default: the type and the schedule. */
  readonly name?: string | null | undefined;
  readonly jobType?: string | null | undefined;
  /** Cron, see `parseCron`. */
  readonly schedule?: string | null | undefined;
  /** IANA; default `UTC`. */
  readonly timezone?: string | null | undefined;
  /** One of `JOB_CALENDARS`; null: none. */
  readonly calendar?: string | null | undefined;
  readonly sessionPolicy?: string | null | undefined;
  /** Depends on the type; replaced as a whole. */
  readonly config?: unknown;
  readonly enabled?: boolean | null | undefined;
  readonly overlapPolicy?: string | null | undefined;
  readonly catchupPolicy?: string | null | undefined;
  /** 0 to 86,400; default 3,600. */
  readonly catchupWindowSeconds?: number | null | undefined;
  /** 1 to 86,400; default 600. */
  readonly timeoutSeconds?: number | null | undefined;
}

/** The columns that settings decide. */
export type JobColumns = Pick<
  ScheduledJobRow,
  | 'name'
  | 'jobType'
  | 'schedule'
  | 'timezone'
  | 'calendar'
  | 'sessionPolicy'
  | 'config'
  | 'enabled'
  | 'overlapPolicy'
  | 'catchupPolicy'
  | 'catchupWindowSeconds'
  | 'timeoutSeconds'
>;

/**
 * Checks settings from outside and fills in defaults.
 *
 * @throws {DomainError} VALIDATION naming every field that is wrong
 */
export async function parseJob(
  { jobTypes, clock }: { readonly jobTypes: JobTypeRegistry; readonly clock: Clock },
  principal: Principal,
  input: JobInput,
): Promise<JobColumns> {
  const parsed = parseAll({
    type: () => jobTypes.get(input.jobType ?? ''),
    zone: () => parseZone(input.timezone ?? 'UTC'),
    cron: () => parseCron(input.schedule ?? ''),
    calendar: () => oneOf(JOB_CALENDARS, input.calendar ?? null, 'calendar'),
    sessionPolicy: () => oneOf(SESSION_POLICIES, input.sessionPolicy ?? 'skip_closed', 'sessionPolicy'),
    overlapPolicy: () => oneOf(OVERLAP_POLICIES, input.overlapPolicy ?? 'skip', 'overlapPolicy'),
    catchupPolicy: () => oneOf(CATCHUP_POLICIES, input.catchupPolicy ?? null, 'catchupPolicy'),
    catchupWindowSeconds: () => seconds(input.catchupWindowSeconds ?? 3600, 'catchupWindowSeconds', 0),
    timeoutSeconds: () => seconds(input.timeoutSeconds ?? 600, 'timeoutSeconds', 1),
    name: () => (input.name == null ? null : parseName(input.name)),
  });
  const { type, cron, zone, calendar, sessionPolicy, name, ...columns } = parsed;
  const schedule = input.schedule?.trim() ?? '';
  const settings = {
    schedule,
    timezone: zone.name,
    calendar,
    sessionPolicy: sessionPolicy ?? 'skip_closed',
    catchupPolicy: columns.catchupPolicy ?? type.catchupPolicy,
    catchupWindowSeconds: columns.catchupWindowSeconds,
  };
  refuseSchedule(type, cron, { timetable: timetableOf(settings), now: clock.now() });
  return {
    ...settings,
    name: name ?? `${type.name} ${schedule}`.slice(0, 100),
    jobType: type.name,
    overlapPolicy: columns.overlapPolicy ?? 'skip',
    timeoutSeconds: columns.timeoutSeconds,
    enabled: input.enabled ?? true,
    config: JSON.stringify(await type.parseConfig(input.config ?? {}, principal)),
  };
}

/** The settings of a row, in the form in which a caller gives them. */
export function jobInput(row: JobColumns): JobInput {
  return { ...row, config: readConfig(row) };
}

/** The config of a row; an empty one where it cannot be read, because the row was damaged. */
export function readConfig({ config }: Pick<JobColumns, 'config'>): JsonObject {
  try {
    return readJson<JsonObject>(config);
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** @throws {DomainError} VALIDATION for a schedule that never comes, or comes too often for the type */
function refuseSchedule(
  type: JobType,
  cron: Cron,
  { timetable, now }: { readonly timetable: Timetable; readonly now: number },
): void {
  if (nextRun(cron, timetable.zone, now) === null) {
    throw invalid(
      'schedule',
      'This schedule never comes: no month has such a day. Change the day of month or the month.',
    );
  }
  if (type.placesOrders && cron.seconds.length > 1) {
    throw invalid('schedule', `A ${type.name} may place orders, so it runs once a minute at most: give one second.`);
  }
  if (nextRunOf(timetable, now) === null) {
    throw invalid(
      'schedule',
      'This schedule never comes while the market is open: choose a time of its sessions, or the session policy ignore.',
    );
  }
}

function oneOf<const Word extends string>(words: readonly Word[], given: string | null, path: string): Word | null {
  if (given === null) return null;
  const word = words.find((known) => known === given);
  if (word === undefined) throw invalid(path, `${path} must be one of ${words.join(', ')}; found ${shown(given)}.`);
  return word;
}

function seconds(given: number, path: string, least: number): number {
  if (Number.isInteger(given) && given >= least && given <= MAX_SECONDS) return given;
  const message = `${path} must be a whole number from ${least} to ${MAX_SECONDS}; found ${given}.`;
  throw invalid(path, message, { limit: given < least ? least : MAX_SECONDS, observed: given });
}
