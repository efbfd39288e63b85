/**
 * When a cron expression is due in a time zone. Days are walked one by one and only matching ones are looked into, so that
 * impossible dates (`30 2 30 2 *`) end after `HORIZON_DAYS` in some milliseconds.
 */
import { DAY_MS } from '../../core/index.ts';
import type { Cron } from './cron.ts';
import type { WallTime, Zone } from './zone.ts';

/** One time at which a job is due. */
export interface Occurrence {
  /** The instant; of a time that does not exist the one that it would have been by the clocks before the change. */
  readonly instant: number;
  /** What the clocks show, or should. */
  readonly wall: WallTime;
  /** Whether the clocks jump over this time: it is not run, and said so. */
  readonly isGap: boolean;
}

/** Five years and a leap day on a given weekday need 28 years; beyond 40 nothing new can come. */
const HORIZON_DAYS = 40 * 366;

/**
 * The occurrences after an instant (exclusive), ascending by instant; ends where none can come. A time that the clocks show
 * twice is due the first time, or both times when the hour field begins with `*`.
 */
export function* occurrencesAfter(cron: Cron, zone: Zone, after: number): Generator<Occurrence, void, undefined> {
  // A day earlier: what the clocks jumped over may lie after `after` although its day has passed.
  const firstDay = Math.floor(zone.wallTime(after) / DAY_MS) * DAY_MS - DAY_MS;
  let waiting: Occurrence[] = [];
  for (let day = firstDay, end = firstDay + HORIZON_DAYS * DAY_MS; day <= end; day += DAY_MS) {
    const isMatch = matchesDay(cron, day);
    if (!isMatch && waiting.length === 0) continue;
    // Occurrences of a day may come after the first ones of the next day, when clocks change around midnight.
    const found = isMatch ? [...waiting, ...occurrencesOn(cron, zone, day)].toSorted(byInstant) : waiting;
    const settled = day + DAY_MS - zone.offsetAt(day + DAY_MS) - 3 * 3_600_000;
    waiting = [];
    for (const occurrence of found) {
      if (occurrence.instant >= settled) waiting.push(occurrence);
      else if (occurrence.instant > after) yield occurrence;
    }
  }
}

/** How many occurrences an interval has, `after` exclusive to `until` inclusive: whole days without a change of clocks are only counted. */
export function countOccurrences(cron: Cron, zone: Zone, { after, until }: Interval): number {
  const perDay = cron.hours.length * cron.minutes.length * cron.seconds.length;
  let count = 0;
  let from = after;
  // The next midnight on the wall, where the clocks run evenly around it; until there and from the last one on they are listed.
  for (let day = nextMidnight(zone, from); ; day += DAY_MS) {
    const instant = evenMidnight(zone, day);
    const end = evenMidnight(zone, day + DAY_MS);
    if (instant === null || end === null || end - instant !== DAY_MS) {
      if (day - DAY_MS > zone.wallTime(until)) break;
      continue;
    }
    if (end > until) break;
    if (instant - 1 > from) count += listed(cron, zone, { after: from, until: instant - 1 });
    if (matchesDay(cron, day)) count += perDay;
    from = end - 1;
  }
  return count + listed(cron, zone, { after: from, until });
}

/** A stretch of time, epoch ms: `after` exclusive, `until` inclusive. */
export interface Interval {
  readonly after: number;
  readonly until: number;
}

function listed(cron: Cron, zone: Zone, { after, until }: Interval): number {
  let count = 0;
  for (const { instant } of occurrencesAfter(cron, zone, after)) {
    if (instant > until) break;
    count += 1;
  }
  return count;
}

function nextMidnight(zone: Zone, instant: number): WallTime {
  return Math.floor(zone.wallTime(instant) / DAY_MS) * DAY_MS + DAY_MS;
}

/** The instant of a midnight; null when the clocks change within a day of it, so that occurrences may stray over it. */
function evenMidnight(zone: Zone, day: WallTime): number | null {
  const offset = zone.offsetAt(day - zone.offsetAt(day));
  const isEven = zone.offsetAt(day - offset - DAY_MS) === offset && zone.offsetAt(day - offset + DAY_MS) === offset;
  return isEven ? day - offset : null;
}

/** The first occurrence after an instant that will be run; null where none can come. */
export function nextRun(cron: Cron, zone: Zone, after: number): number | null {
  for (const { isGap, instant } of occurrencesAfter(cron, zone, after)) if (!isGap) return instant;
  return null;
}

function matchesDay(cron: Cron, day: WallTime): boolean {
  const date = new Date(day);
  if (!cron.months.includes(date.getUTCMonth() + 1)) return false;
  const isDayOfMonth = cron.daysOfMonth.includes(date.getUTCDate());
  const isDayOfWeek = cron.daysOfWeek.includes(date.getUTCDay());
  return cron.isEitherDay ? isDayOfMonth || isDayOfWeek : isDayOfMonth && isDayOfWeek;
}

function* occurrencesOn(cron: Cron, zone: Zone, day: WallTime): Generator<Occurrence, void, undefined> {
  for (const hour of cron.hours) {
    for (const minute of cron.minutes) {
      for (const second of cron.seconds) {
        yield* occurrencesAt(cron, zone, day + ((hour * 60 + minute) * 60 + second) * 1000);
      }
    }
  }
}

function* occurrencesAt(cron: Cron, zone: Zone, wall: WallTime): Generator<Occurrence, void, undefined> {
  const [first, ...more] = zone.instantsOf(wall);
  if (first === undefined) {
    yield { instant: wall - zone.offsetAt(wall - DAY_MS), wall, isGap: true };
    return;
  }
  yield { instant: first, wall, isGap: false };
  if (cron.isEveryHour) for (const instant of more) yield { instant, wall, isGap: false };
}

function byInstant(a: Occurrence, b: Occurrence): number {
  return a.instant - b.instant || a.wall - b.wall;
}
