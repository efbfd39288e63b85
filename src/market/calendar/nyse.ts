/**
 * The New York Stock Exchange, 09:30 to 16:00 New York time, 13:00 on short days. Today's hours are used for every year
 * (before October 1985 it opened at 10:00), and late openings (2002-09-11) are not known.
 */
import type { TradingCalendar } from './calendar.ts';
import { newYorkDay, newYorkInstant } from './new-york.ts';
import { isWeekend, nyseClosures, nyseEarlyCloses } from './nyse-holidays.ts';

const OPEN_MINUTES = 9 * 60 + 30;
const CLOSE_MINUTES = 16 * 60;
const EARLY_CLOSE_MINUTES = 13 * 60;

interface NyseYear {
  readonly closures: ReadonlySet<number>;
  readonly earlyCloses: ReadonlySet<number>;
}

const years = new Map<number, NyseYear>();

function nyseYear(day: number): NyseYear {
  const year = new Date(day).getUTCFullYear();
  let known = years.get(year);
  if (known === undefined) {
    known = { closures: nyseClosures(year), earlyCloses: nyseEarlyCloses(year) };
    years.set(year, known);
  }
  return known;
}

/** The calendar of US equities. */
export const nyse: TradingCalendar = {
  name: 'XNYS',
  isSession: (day) => !isWeekend(day) && !nyseYear(day).closures.has(day),
  open: (day) => newYorkInstant(day, OPEN_MINUTES),
  close: (day) => newYorkInstant(day, nyseYear(day).earlyCloses.has(day) ? EARLY_CLOSE_MINUTES : CLOSE_MINUTES),
  startOfDay: (day) => newYorkInstant(day, 0),
  dayOf: newYorkDay,
};
