/**
 * The closures of the New York Stock Exchange from 1980 on, by its published rules (Rule 7.2 and its holiday and early
 * closing notices). Unscheduled closures are a table; those still to come cannot be known.
 */
import { DAY_MS, utcDay } from '../../core/index.ts';

const SUNDAY = 0;
const MONDAY = 1;
const TUESDAY = 2;
const WEDNESDAY = 3;
const THURSDAY = 4;
const FRIDAY = 5;
const SATURDAY = 6;

/** Whole days on which the exchange did not open, outside its rules. */
const SPECIAL_CLOSURES = [
  '1980-11-04', // presidential election, the last one kept
  '1985-09-27', // hurricane Gloria
  '1994-04-27', // funeral of President Nixon
  '2001-09-11', // attacks on the World Trade Center
  '2001-09-12',
  '2001-09-13',
  '2001-09-14',
  '2004-06-11', // funeral of President Reagan
  '2007-01-02', // day of mourning for President Ford
  '2012-10-29', // hurricane Sandy
  '2012-10-30',
  '2018-12-05', // day of mourning for President G. H. W. Bush
  '2025-01-09', // day of mourning for President Carter
];

/** Early closings at 13:00 that no rule explains. */
const SPECIAL_EARLY_CLOSES = ['1997-12-26', '1999-12-31', '2003-12-26'];

/** The days of one year on which the exchange is closed although they are not on a weekend. */
export function nyseClosures(year: number): ReadonlySet<number> {
  const closures = [
    newYearsDay(year),
    nthWeekday({ year, month: 2, weekday: MONDAY, nth: 3 }), // Washington's Birthday
    goodFriday(year),
    lastMondayOfMay(year),
    observed(year, 7, 4), // Independence Day
    nthWeekday({ year, month: 9, weekday: MONDAY, nth: 1 }), // Labor Day
    thanksgiving(year),
    observed(year, 12, 25), // Christmas
    ...daysOf(year, SPECIAL_CLOSURES),
  ];
  if (year >= 1998) closures.push(nthWeekday({ year, month: 1, weekday: MONDAY, nth: 3 })); // Martin Luther King Jr. Day
  if (year >= 2022) closures.push(observed(year, 6, 19)); // Juneteenth
  return new Set(closures);
}

/** The sessions of one year that end at 13:00 New York time; known from 1993 on, empty before. */
export function nyseEarlyCloses(year: number): ReadonlySet<number> {
  if (year < 1993) return new Set();
  const early = [thanksgiving(year) + DAY_MS, ...daysOf(year, SPECIAL_EARLY_CLOSES)];
  const christmasEve = Date.UTC(year, 11, 24);
  if (isBetween(weekdayOf(christmasEve), MONDAY, THURSDAY)) early.push(christmasEve);
  const independence = independenceEarlyClose(year);
  if (independence !== undefined) early.push(independence);
  return new Set(early);
}

/**
 * 3 July when it is a weekday before the holiday. Until 2012 a holiday on a Thursday shortened the Friday after it
 * instead of the Wednesday before.
 */
function independenceEarlyClose(year: number): number | undefined {
  if (year < 1995) return undefined;
  const third = Date.UTC(year, 6, 3);
  switch (weekdayOf(third)) {
    case MONDAY:
    case TUESDAY:
    case THURSDAY:
      return third;
    case WEDNESDAY:
      return year >= 2013 ? third : third + 2 * DAY_MS;
    default:
      return undefined;
  }
}

/** 1 January; on a Sunday it is kept on Monday, on a Saturday not at all (the year's last Friday is a session). */
function newYearsDay(year: number): number {
  const day = Date.UTC(year, 0, 1);
  return weekdayOf(day) === SUNDAY ? day + DAY_MS : day;
}

/** A fixed date, kept on Friday when it is a Saturday and on Monday when it is a Sunday. */
function observed(year: number, month: number, date: number): number {
  const day = Date.UTC(year, month - 1, date);
  if (weekdayOf(day) === SATURDAY) return day - DAY_MS;
  return weekdayOf(day) === SUNDAY ? day + DAY_MS : day;
}

/** The `nth` given weekday of a month, all counted from 1 (Sunday is weekday 0). */
function nthWeekday(rule: { year: number; month: number; weekday: number; nth: number }): number {
  const first = Date.UTC(rule.year, rule.month - 1, 1);
  const ahead = (rule.weekday - weekdayOf(first) + 7) % 7;
  return first + (ahead + 7 * (rule.nth - 1)) * DAY_MS;
}

function thanksgiving(year: number): number {
  return nthWeekday({ year, month: 11, weekday: THURSDAY, nth: 4 });
}

/** Memorial Day. */
function lastMondayOfMay(year: number): number {
  const last = Date.UTC(year, 4, 31);
  return last - ((weekdayOf(last) - MONDAY + 7) % 7) * DAY_MS;
}

/** Two days before Easter Sunday, by the anonymous Gregorian computus (Meeus, Astronomical Algorithms, chapter 8). */
function goodFriday(year: number): number {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
  const e = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - d - (c % 4)) % 7;
  const f = d + e - 7 * Math.floor((a + 11 * d + 22 * e) / 451) + 114;
  return Date.UTC(year, Math.floor(f / 31) - 1, (f % 31) + 1) - 2 * DAY_MS;
}

function daysOf(year: number, dates: readonly string[]): readonly number[] {
  return dates.filter((date) => date.startsWith(`${year}-`)).map((date) => utcDay(Date.parse(date)));
}

/** Whether a day is a Saturday or a Sunday. */
export function isWeekend(day: number): boolean {
  return !isBetween(weekdayOf(day), MONDAY, FRIDAY);
}

/** 0 is Sunday; 1970-01-01 was a Thursday. */
function weekdayOf(day: number): number {
  return (((day / DAY_MS + THURSDAY) % 7) + 7) % 7;
}

function isBetween(value: number, low: number, high: number): boolean {
  return value >= low && value <= high;
}
