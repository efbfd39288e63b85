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
  const earliest = after + Math.min(zone.offsetAt(after - DAY_MS), zone.offsetAt(after), zone.offsetAt(after + DAY_MS));
  const firstDay = Math.floor(earliest / DAY_MS) * DAY_MS;
  let waiting: readonly Occurrence[] = [];
  for (let day = firstDay, end = firstDay + HORIZON_DAYS * DAY_MS; day <= end; day += DAY_MS) {
    const isMatch = matchesDay(cron, day);
    if (!isMatch && waiting.length === 0) continue;
    const isEven = isEvenDay(zone, day);
    if (isEven) {
      yield* later(waiting, after);
      waiting = [];
      if (isMatch) yield* later(evenOccurrences(cron, zone, day), after);
      continue;
    }
    // Where clocks change around midnight, the last ones of a day may come after the first ones of the next.
    const found = isMatch ? [...waiting, ...unevenOccurrences(cron, zone, day)].toSorted(byInstant) : waiting;
    const settled = day - zone.offsetAt(day) + DAY_MS / 2;
    yield* later(
      found.filter(({ instant }) => instant < settled),
      after,
    );
    waiting = found.filter(({ instant }) => instant >= settled);
  }
}

function* later(occurrences: Iterable<Occurrence>, after: number): Generator<Occurrence, void, undefined> {
  for (const occurrence of occurrences) if (occurrence.instant > after) yield occurrence;
}

/** A stretch of time, epoch ms: `after` exclusive, `until` inclusive. */
export interface Interval {
  readonly after: number;
  readonly until: number;
}

/** How many occurrences an interval has: whole days on which the clocks do not change are only counted. */
export function countOccurrences(cron: Cron, zone: Zone, { after, until }: Interval): number {
  const perDay = cron.hours.length * cron.minutes.length * cron.seconds.length;
  let count = 0;
  let from = after;
  for (let day = Math.floor(zone.wallTime(after) / DAY_MS) * DAY_MS + DAY_MS; ; day += DAY_MS) {
    const midnight = day - zone.offsetAt(day - zone.offsetAt(day));
    if (midnight + DAY_MS > until) break;
    if (!isEvenDay(zone, day)) continue;
    if (midnight - 1 > from) count += listed(cron, zone, { after: from, until: midnight - 1 });
    if (matchesDay(cron, day)) count += perDay;
    from = midnight + DAY_MS - 1;
  }
  return count + listed(cron, zone, { after: from, until });
}

function listed(cron: Cron, zone: Zone, { after, until }: Interval): number {
  let count = 0;
  for (const { instant } of occurrencesAfter(cron, zone, after)) {
    if (instant > until) break;
    count += 1;
  }
  return count;
}

/** Whether the clocks run evenly from a day before it to a day after it, so that no occurrence strays over its midnights. */
function isEvenDay(zone: Zone, day: WallTime): boolean {
  const midnight = day - zone.offsetAt(day - zone.offsetAt(day));
  const offset = zone.offsetAt(midnight);
  return zone.offsetAt(midnight - DAY_MS) === offset && zone.offsetAt(midnight + 2 * DAY_MS) === offset;
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

/** The matching times of a day on the wall, ascending. */
function* wallTimes({ hours, minutes, seconds }: Cron, day: WallTime): Generator<WallTime, void, undefined> {
  for (const hour of hours) {
    for (const minute of minutes) {
      for (const second of seconds) yield day + ((hour * 60 + minute) * 60 + second) * 1000;
    }
  }
}

/** Of a day on which and around which the clocks do not change. */
function* evenOccurrences(cron: Cron, zone: Zone, day: WallTime): Generator<Occurrence, void, undefined> {
  const offset = zone.offsetAt(day - zone.offsetAt(day));
  for (const wall of wallTimes(cron, day)) yield { instant: wall - offset, wall, isGap: false };
}

function* unevenOccurrences(cron: Cron, zone: Zone, day: WallTime): Generator<Occurrence, void, undefined> {
  for (const wall of wallTimes(cron, day)) {
    const [first, ...more] = zone.instantsOf(wall);
    if (first === undefined) {
      yield { instant: wall - zone.offsetAt(wall - DAY_MS), wall, isGap: true };
      continue;
    }
    yield { instant: first, wall, isGap: false };
    if (cron.isEveryHour) for (const instant of more) yield { instant, wall, isGap: false };
  }
}

function byInstant(a: Occurrence, b: Occurrence): number {
  return a.instant - b.instant || a.wall - b.wall;
}
