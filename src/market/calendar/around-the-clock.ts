import { DAY_MS, utcDay } from '../../core/index.ts';
import type { TradingCalendar } from './calendar.ts';

/** The calendar of currencies and coins: every UTC day is a session of 24 hours. */
export const aroundTheClock: TradingCalendar = {
  name: '24/7',
  isSession: () => true,
  open: (day) => day,
  close: (day) => day + DAY_MS,
  startOfDay: (day) => day,
  dayOf: utcDay,
};
