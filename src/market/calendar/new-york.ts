/** Wall-clock time in New York, daylight saving included, from the runtime's own time zone data. */
import { DAY_MS } from '../../core/index.ts';

const HOUR_MS = 3_600_000;
const wallClock = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/New_York',
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
});

interface YearOffsets {
  /** Offset from UTC in the winter, milliseconds. */
  readonly standard: number;
  readonly daylight: number;
  /** First instant of daylight saving time in the year. */
  readonly daylightFrom: number;
  /** First instant after it. */
  readonly daylightUntil: number;
}

const offsetsByYear = new Map<number, YearOffsets>();

/** What to add to an instant (epoch milliseconds) to read New York's wall clock as if it were UTC; milliseconds. */
export function newYorkOffset(instant: number): number {
  const year = new Date(instant).getUTCFullYear();
  let offsets = offsetsByYear.get(year);
  if (offsets === undefined) {
    offsets = yearOffsets(year);
    offsetsByYear.set(year, offsets);
  }
  const isDaylight = instant >= offsets.daylightFrom && instant < offsets.daylightUntil;
  return isDaylight ? offsets.daylight : offsets.standard;
}

/** The instant at which New York's clocks show `minutes` after midnight of `day` (00:00 UTC of the date). */
export function newYorkInstant(day: number, minutes: number): number {
  const wall = day + minutes * 60_000;
  // The offset of a nearby instant, then that of the instant found: exact except within an hour that does not exist.
  const near = wall - newYorkOffset(wall);
  return wall - newYorkOffset(near);
}

/** New York's date at an instant, as 00:00 UTC of that date. */
export function newYorkDay(instant: number): number {
  return Math.floor((instant + newYorkOffset(instant)) / DAY_MS) * DAY_MS;
}

/** Finds the year's two changes by bisection, because asking Intl at every instant is a hundred times slower. */
function yearOffsets(year: number): YearOffsets {
  const january = Date.UTC(year, 0, 1);
  const july = Date.UTC(year, 6, 1);
  const nextJanuary = Date.UTC(year + 1, 0, 1);
  return {
    standard: measuredOffset(january),
    daylight: measuredOffset(july),
    daylightFrom: firstHourWithOffset(measuredOffset(july), january, july),
    daylightUntil: firstHourWithOffset(measuredOffset(nextJanuary), july, nextJanuary),
  };
}

/** The first whole hour in (from, to] from which the offset is that of `to`; there is at most one change between. */
function firstHourWithOffset(offset: number, from: number, to: number): number {
  let before = from;
  let after = to;
  while (after - before > HOUR_MS) {
    const middle = before + Math.floor((after - before) / 2 / HOUR_MS) * HOUR_MS;
    if (measuredOffset(middle) === offset) after = middle;
    else before = middle;
  }
  return after;
}

function measuredOffset(instant: number): number {
  const fields = new Map(wallClock.formatToParts(instant).map((part) => [part.type, Number(part.value)]));
  const field = (name: Intl.DateTimeFormatPartTypes): number => fields.get(name) ?? Number.NaN;
  const wall = Date.UTC(field('year'), field('month') - 1, field('day'), field('hour'), field('minute'));
  return wall - instant;
}
