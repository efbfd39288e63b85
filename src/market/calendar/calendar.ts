/**
 * When an instrument trades. A "day" is the epoch milliseconds of 00:00 UTC of an exchange date; an "instant" is a point
 * in time, epoch milliseconds.
 */
import { DAY_MS } from '../../core/index.ts';

/** The sessions of one market. Any date may be asked for; rules and tables reach back to 1980. */
export interface TradingCalendar {
  /** `XNYS` is the ISO 10383 code of the New York Stock Exchange. */
  readonly name: 'XNYS' | '24/7';
  /** Whether the market holds a session on this day. */
  isSession(day: number): boolean;
  /** Instant at which the session of this day begins. */
  open(day: number): number;
  /** Instant at which it ends, early closings included. */
  close(day: number): number;
  /** Instant at which this date begins at the exchange. */
  startOfDay(day: number): number;
  /** The exchange's date at an instant, a session or not. */
  dayOf(instant: number): number;
}

/** The days in [start, end] that are sessions, ascending. */
export function sessions(calendar: TradingCalendar, start: number, end: number): readonly number[] {
  const days: number[] = [];
  for (let day = start; day <= end; day += DAY_MS) if (calendar.isSession(day)) days.push(day);
  return days;
}

/** The first session after a day. */
export function sessionAfter(calendar: TradingCalendar, day: number): number {
  let next = day + DAY_MS;
  while (!calendar.isSession(next)) next += DAY_MS;
  return next;
}

/** The trading day of an instant: the latest session that has opened, be it still running or over. */
export function tradingDay(calendar: TradingCalendar, instant: number): number {
  let day = calendar.dayOf(instant);
  while (!calendar.isSession(day) || calendar.open(day) > instant) day -= DAY_MS;
  return day;
}

/** The latest session that has closed at an instant. */
export function lastCompletedSession(calendar: TradingCalendar, instant: number): number {
  let day = calendar.dayOf(instant);
  while (!calendar.isSession(day) || calendar.close(day) > instant) day -= DAY_MS;
  return day;
}
