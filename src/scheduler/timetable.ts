/** When a stored job is due, and when it will run. */
import { DomainError, InvariantViolation, memberOf } from '../core/index.ts';
import { calendarNamed, sessionAfter, type TradingCalendar } from '../market/index.ts';
import type { ScheduledJobRow } from '../storage/index.ts';
import { occurrencesAfter, parseCron, parseZone } from './cron/index.ts';
import { CATCHUP_POLICIES, type Timetable } from './plan.ts';

/** What deciding on due times needs of a row. */
export type TimetableColumns = Pick<
  ScheduledJobRow,
  'schedule' | 'timezone' | 'calendar' | 'sessionPolicy' | 'catchupPolicy' | 'catchupWindowSeconds'
>;

/** Timetables by the columns that they were made of: thousands of jobs share a few, and none is ever changed. */
const known = new Map<string, Timetable>();
const MOST_KNOWN = 50_000;

/** When a job is due. Stored settings were parsed before, so this throws only for rows that were damaged. */
export function timetableOf(row: TimetableColumns): Timetable {
  const { schedule, timezone, calendar, sessionPolicy, catchupPolicy, catchupWindowSeconds } = row;
  const key = [schedule, timezone, calendar, sessionPolicy, catchupPolicy, catchupWindowSeconds].join('\n');
  const made = known.get(key) ?? makeTimetable(row);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, made);
  return made;
}

function makeTimetable(row: TimetableColumns): Timetable {
  const calendar = row.calendar === null ? undefined : calendarNamed(row.calendar);
  const ignores = row.sessionPolicy === 'ignore' || calendar === undefined;
  return {
    cron: parseCron(row.schedule),
    zone: parseZone(row.timezone),
    catchupPolicy: memberOf(CATCHUP_POLICIES, row.catchupPolicy),
    catchupWindowMs: row.catchupWindowSeconds * 1000,
    ...(ignores ? {} : { openFrom: (instant: number) => openFrom(calendar, instant) }),
  };
}

/** Closed sessions that are looked into for an open one: two years of a daily schedule. */
const MAX_CLOSED = 500;

/** The next instant at which a job will run after `after`, epoch ms; null where none comes within reach. */
export function nextRunOf(timetable: Timetable, after: number): number | null {
  for (const instant of runsAfter(timetable, after)) return instant;
  return null;
}

/** The next runs of a timetable as they were worked out last. They stay the next ones until the first of them has come. */
interface Preview {
  readonly after: number;
  /** How many were asked for; fewer were found when no more come. */
  readonly count: number;
  readonly runs: readonly number[];
}

const previews = new WeakMap<Timetable, Preview>();

/**
 * The next `count` instants at which a job will run after `after`, epoch ms: gaps and closed sessions are left out. None for
 * a row that was damaged.
 */
export function nextRuns(row: TimetableColumns, after: number, count: number): readonly number[] {
  const timetable = count < 1 ? null : readTimetable(row);
  if (timetable === null) return [];
  const seen = previews.get(timetable);
  const [soonest] = seen?.runs ?? [];
  const isCurrent = seen !== undefined && soonest !== undefined && seen.after <= after && after < soonest;
  if (isCurrent && seen.count >= count) return seen.runs.slice(0, count);
  const runs: number[] = [];
  for (const instant of runsAfter(timetable, after)) {
    runs.push(instant);
    if (runs.length >= count) break;
  }
  previews.set(timetable, { after, count, runs });
  return runs;
}

/** The same; null for a row that was damaged. */
export function readTimetable(row: TimetableColumns): Timetable | null {
  try {
    return timetableOf(row);
  } catch (error) {
    if (error instanceof DomainError || error instanceof InvariantViolation) return null;
    throw error;
  }
}

/** From a closed market it goes on at the next opening, and not at the next due time. */
function* runsAfter({ cron, zone, openFrom: opening }: Timetable, after: number): Generator<number, void, undefined> {
  let from = after;
  for (let closed = 0; closed < MAX_CLOSED; closed += 1) {
    const start = from;
    for (const { instant, isGap } of occurrencesAfter(cron, zone, start)) {
      if (isGap) continue;
      const open = opening?.(instant) ?? instant;
      if (open > instant) {
        from = open - 1;
        break;
      }
      yield instant;
    }
    if (from === start) return;
  }
}

function openFrom(calendar: TradingCalendar, instant: number): number {
  const day = calendar.dayOf(instant);
  const isOver = !calendar.isSession(day) || instant >= calendar.close(day);
  return isOver ? calendar.open(sessionAfter(calendar, day)) : Math.max(instant, calendar.open(day));
}
