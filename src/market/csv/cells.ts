/** What the cells of a price file may hold. Each reader answers `undefined` for anything that it does not know for sure. */
import { DAY_MS, dayFromDate, utcDay } from '../../core/index.ts';

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;
const DATE_TIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?\s?(Z|[+-]\d{2}:?\d{2})?$/i;
const COMPACT_DATE = /^(\d{4})(\d{2})(\d{2})$/;

/** A finite decimal number; no thousands separators, no `NaN`, no hexadecimal. */
export function parseNumberCell(cell: string): number | undefined {
  if (!NUMBER.test(cell)) return undefined;
  const value = Number(cell);
  return Number.isFinite(value) ? value : undefined;
}

/**
 * The exchange date of a bar of a day or longer: `2020-01-02`, `20200102`, epoch seconds or milliseconds (their UTC
 * date), or a date with a time, of which the date counts as it is written: `2020-01-02 00:00:00-05:00` is 2 January.
 */
export function parseDayCell(cell: string): number | undefined {
  const compact = COMPACT_DATE.exec(cell);
  if (compact !== null) return dayFromDate(`${compact[1]}-${compact[2]}-${compact[3]}`);
  const epoch = parseEpoch(cell);
  if (epoch !== undefined) return utcDay(epoch);
  return dayFromDate(cell) ?? parseDateTime(cell)?.day;
}

/**
 * The start of an intraday bar: an ISO 8601 date and time (without a zone it is UTC), or epoch seconds or milliseconds.
 * A date alone is not enough.
 */
export function parseInstantCell(cell: string): number | undefined {
  return parseEpoch(cell) ?? parseDateTime(cell)?.instant;
}

/** 9 or 10 digits are seconds (from 1973 on), 12 or 13 milliseconds. */
function parseEpoch(cell: string): number | undefined {
  if (/^\d{9,10}$/.test(cell)) return Number(cell) * 1000;
  return /^\d{12,13}$/.test(cell) ? Number(cell) : undefined;
}

function parseDateTime(cell: string): { readonly day: number; readonly instant: number } | undefined {
  const match = DATE_TIME.exec(cell);
  if (match === null) return undefined;
  const [, date = '', hours = '', minutes = '', seconds = '0', zone = 'Z'] = match;
  const day = dayFromDate(date);
  const offset = parseOffset(zone);
  const millisecond = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  if (day === undefined || offset === undefined) return undefined;
  if (millisecond >= DAY_MS || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  return { day, instant: day + millisecond - offset };
}

function parseOffset(zone: string): number | undefined {
  if (zone.toUpperCase() === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
