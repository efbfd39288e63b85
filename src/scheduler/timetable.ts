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

/** When a job is due. Stored settings were parsed before, so this throws only for rows that were damaged. */
export function timetableOf(row: TimetableColumns): Timetable {
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

/**
 * The next `count` instants at which a job will run after `after`, epoch ms: gaps and closed sessions are left out. None for
 * a row that was damaged.
 */
export function nextRuns(row: TimetableColumns, after: number, count: number): readonly number[] {
  const found: number[] = [];
  if (count < 1 || !isReadable(row)) return found;
  for (const instant of runsAfter(timetableOf(row), after)) {
    found.push(instant);
    if (found.length >= count) break;
  }
  return found;
}

function isReadable(row: TimetableColumns): boolean {
  try {
    timetableOf(row);
    return true;
  } catch (error) {
    if (error instanceof DomainError || error instanceof InvariantViolation) return false;
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
