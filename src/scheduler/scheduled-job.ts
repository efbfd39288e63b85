/** A scheduled job: its settings as a caller gives them and as they are stored, and when it is due. */
import type { Principal } from '../access/index.ts';
import {
  DomainError,
  invalid,
  type JsonObject,
  memberOf,
  parseAll,
  parseName,
  readJson,
  shown,
} from '../core/index.ts';
import { calendarNamed, type TradingCalendar } from '../market/index.ts';
import type { ScheduledJobRow } from '../storage/index.ts';
import { type Cron, nextRun, occurrencesAfter, parseCron, parseZone, type Zone } from './cron/index.ts';
import type { JobType, JobTypeRegistry } from './job-type.ts';
import { CATCHUP_POLICIES, type Timetable } from './plan.ts';

/** What becomes of due times at which the job's market is closed. */
export const SESSION_POLICIES = ['skip_closed', 'ignore'] as const;
export type SessionPolicy = (typeof SESSION_POLICIES)[number];

/** What becomes of a due time at which an earlier run is still under way: nothing, it waits (one at most), both run. */
export const OVERLAP_POLICIES = ['skip', 'buffer_one', 'allow'] as const;
export type OverlapPolicy = (typeof OVERLAP_POLICIES)[number];

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

/** What deciding on due times needs of a row. */
export type TimetableColumns = Pick<
  ScheduledJobRow,
  'schedule' | 'timezone' | 'calendar' | 'sessionPolicy' | 'catchupPolicy' | 'catchupWindowSeconds'
>;

/**
 * Checks settings from outside and fills in defaults.
 *
 * @throws {DomainError} VALIDATION naming every field that is wrong
 */
export async function parseJob(registry: JobTypeRegistry, principal: Principal, input: JobInput): Promise<JobColumns> {
  const parsed = parseAll({
    type: () => registry.get(input.jobType ?? ''),
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
  refuseSchedule(type, cron, zone);
  const schedule = input.schedule?.trim() ?? '';
  return {
    ...columns,
    name: name ?? `${type.name} ${schedule}`.slice(0, 100),
    jobType: type.name,
    schedule,
    timezone: zone.name,
    calendar,
    sessionPolicy: sessionPolicy ?? 'skip_closed',
    overlapPolicy: columns.overlapPolicy ?? 'skip',
    catchupPolicy: columns.catchupPolicy ?? type.catchupPolicy,
    enabled: input.enabled ?? true,
    config: JSON.stringify(await type.parseConfig(input.config ?? {}, principal)),
  };
}

/** The settings of a row, in the form in which a caller gives them. */
export function jobInput(row: JobColumns): JobInput {
  return { ...row, config: readJson<JsonObject>(row.config) };
}

/** When a job is due. Stored settings were parsed before, so this throws only for rows that were damaged. */
export function timetableOf(row: TimetableColumns): Timetable {
  const calendar = row.calendar === null ? undefined : calendarNamed(row.calendar);
  const ignores = row.sessionPolicy === 'ignore' || calendar === undefined;
  return {
    cron: parseCron(row.schedule),
    zone: parseZone(row.timezone),
    catchupPolicy: memberOf(CATCHUP_POLICIES, row.catchupPolicy),
    catchupWindowMs: row.catchupWindowSeconds * 1000,
    ...(ignores ? {} : { isOpen: (instant: number) => isOpen(calendar, instant) }),
  };
}

/** The next `count` instants at which a job will run after `after`, epoch ms: gaps and closed sessions are left out. */
export function nextRuns(row: TimetableColumns, after: number, count: number): readonly number[] {
  const { cron, zone, isOpen: opens = () => true } = timetableOf(row);
  const found: number[] = [];
  let looked = 0;
  for (const { instant, isGap } of occurrencesAfter(cron, zone, after)) {
    looked += 1;
    if (found.length >= count || looked > 20_000) break;
    if (!isGap && opens(instant)) found.push(instant);
  }
  return found;
}

function isOpen(calendar: TradingCalendar, instant: number): boolean {
  const day = calendar.dayOf(instant);
  return calendar.isSession(day) && instant >= calendar.open(day) && instant < calendar.close(day);
}

/** @throws {DomainError} VALIDATION for a schedule that never comes, or comes too often for the type */
function refuseSchedule(type: JobType, cron: Cron, zone: Zone): void {
  if (nextRun(cron, zone, 0) === null) {
    throw invalid(
      'schedule',
      'This schedule never comes: no month has such a day. Change the day of month or the month.',
    );
  }
  if (type.placesOrders && cron.seconds.length > 1) {
    throw invalid('schedule', `A ${type.name} may place orders, so it runs once a minute at most: give one second.`);
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
  throw new DomainError(
    'VALIDATION',
    `${path} must be a whole number from ${least} to ${MAX_SECONDS}; found ${given}.`,
    {
      fields: [
        { path: [path], message: `${path} must be a whole number from ${least} to ${MAX_SECONDS}; found ${given}.` },
      ],
      facts: { limit: MAX_SECONDS, observed: given },
    },
  );
}
