/** When the paper market is open: by the calendar of the symbol. */
import { DAY_MS } from '../../core/index.ts';
import type { TradingCalendar } from '../../market/index.ts';

/** The first instant at which a session closes, after an instant. */
export function closingAfter(calendar: TradingCalendar, instant: number): number {
  let day = calendar.dayOf(instant);
  while (!calendar.isSession(day) || calendar.close(day) <= instant) day += DAY_MS;
  return calendar.close(day);
}

/** The next opening: the first at this instant or after it, and the close of that session. */
export function openingAfter(calendar: TradingCalendar, instant: number): { opensAt: number; closesAt: number } {
  let day = calendar.dayOf(instant);
  while (!calendar.isSession(day) || calendar.open(day) < instant) day += DAY_MS;
  return { opensAt: calendar.open(day), closesAt: calendar.close(day) };
}

/** Whether a session runs at an instant; its opening belongs to it, its close does not. */
export function isInSession(calendar: TradingCalendar, instant: number): boolean {
  const day = calendar.dayOf(instant);
  return calendar.isSession(day) && calendar.open(day) <= instant && instant < calendar.close(day);
}
