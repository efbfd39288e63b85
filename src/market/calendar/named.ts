import { aroundTheClock } from './around-the-clock.ts';
import type { TradingCalendar } from './calendar.ts';
import { nyse } from './nyse.ts';

const CALENDARS: ReadonlyMap<string, TradingCalendar> = new Map(
  [nyse, aroundTheClock].map((calendar) => [calendar.name, calendar]),
);

/** The calendar of this name (`XNYS`, `24/7`); undefined when there is none. */
export function calendarNamed(name: string): TradingCalendar | undefined {
  return CALENDARS.get(name);
}
