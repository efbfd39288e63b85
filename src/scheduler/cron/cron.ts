/**
 * Cron expressions as in crontab(5): minute, hour, day of month, month, day of week; with six fields the seconds come first.
 * Lists, ranges, steps after `*` or a range, names of months and weekdays, 0 and 7 for Sunday, and `@hourly` and its like.
 * When both the day of month and the day of week are restricted (do not begin with `*`), either may match.
 */
import { invalid } from '../../core/index.ts';

/** A parsed expression. Each set is ascending and not empty. */
export interface Cron {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly daysOfMonth: readonly number[];
  readonly months: readonly number[];
  /** 0 is Sunday. */
  readonly daysOfWeek: readonly number[];
  /** Whether a day matches when either of its two fields does; else both must. */
  readonly isEitherDay: boolean;
  /** Whether the hour field begins with `*`: such jobs run through the hour that a change of clocks repeats. */
  readonly isEveryHour: boolean;
  /** Whether it was given with six fields. */
  readonly hasSeconds: boolean;
}

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Names of values, from `min` on, in lower case. */
  readonly names?: readonly string[];
}

const MONTH_NAMES = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAY_NAMES = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const SECOND: Field = { name: 'second', min: 0, max: 59 };
const FIELDS: readonly [Field, Field, Field, Field, Field] = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: MONTH_NAMES },
  { name: 'day of week', min: 0, max: 7, names: DAY_NAMES },
];

/** Short forms. `@reboot` is none: nothing here depends on when the server starts. */
const SHORT_FORMS: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);

/** The longest text that is looked at. */
const MAX_LENGTH = 200;

/**
 * Reads an expression.
 *
 * @throws {DomainError} VALIDATION at `path`, naming the field that is wrong
 */
export function parseCron(raw: string, path = 'schedule'): Cron {
  const text = raw.trim().toLowerCase();
  if (text.length > MAX_LENGTH) throw invalid(path, `A cron expression has at most ${MAX_LENGTH} characters.`);
  const parts = (SHORT_FORMS.get(text) ?? text).split(/\s+/);
  const hasSeconds = parts.length === 6;
  const [second, rest] = hasSeconds ? [parts[0] ?? '', parts.slice(1)] : ['0', parts];
  const [minute, hour, dayOfMonth, month, dayOfWeek] = rest;
  if (minute === undefined || hour === undefined || dayOfMonth === undefined || month === undefined) {
    throw wrongCount(raw, path, parts.length);
  }
  if (dayOfWeek === undefined || rest.length > 5) throw wrongCount(raw, path, parts.length);
  const read = (field: Field, given: string) => parseField(field, given, path);
  return {
    seconds: read(SECOND, second),
    minutes: read(FIELDS[0], minute),
    hours: read(FIELDS[1], hour),
    daysOfMonth: read(FIELDS[2], dayOfMonth),
    months: read(FIELDS[3], month),
    daysOfWeek: distinct(read(FIELDS[4], dayOfWeek).map((day) => day % 7)),
    isEitherDay: !dayOfMonth.startsWith('*') && !dayOfWeek.startsWith('*'),
    isEveryHour: hour.startsWith('*'),
    hasSeconds,
  };
}

function wrongCount(raw: string, path: string, count: number): Error {
  return invalid(
    path,
    `A cron expression has 5 fields (minute hour day-of-month month day-of-week), or 6 with seconds first; ${JSON.stringify(raw.slice(0, 60))} has ${count}.`,
  );
}

function parseField(field: Field, text: string, path: string): readonly number[] {
  return distinct(text.split(',').flatMap((item) => parseItem(field, item, path)));
}

/** `*`, `*` with a step, `a`, `a-b` or `a-b/n`. */
function parseItem(field: Field, item: string, path: string): readonly number[] {
  const found = /^(?:\*|([a-z0-9]+)(?:-([a-z0-9]+))?)(?:\/(\d{1,4}))?$/.exec(item);
  if (found === null) throw wrongItem(field, item, path);
  const [, first, last, step] = found;
  if (first !== undefined && last === undefined && step !== undefined) throw wrongItem(field, item, path);
  const from = first === undefined ? field.min : valueOf(field, first);
  const to = last === undefined ? (first === undefined ? lastOfStar(field) : from) : valueOf(field, last);
  const by = step === undefined ? 1 : Number(step);
  if (Number.isNaN(from) || Number.isNaN(to) || from > to || by < 1) throw wrongItem(field, item, path);
  return Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, index) => from + index * by);
}

/** The second name of Sunday is not a value of its own. */
function lastOfStar(field: Field): number {
  return field.name === 'day of week' ? 6 : field.max;
}

/** NaN when it is none of the field's. */
function valueOf(field: Field, text: string): number {
  const named = field.names?.indexOf(text) ?? -1;
  if (named >= 0) return named + field.min;
  const value = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return value >= field.min && value <= field.max ? value : Number.NaN;
}

function wrongItem(field: Field, item: string, path: string): Error {
  const names = field.names === undefined ? '' : ` or ${field.names[0]}-${field.names.at(-1)}`;
  return invalid(
    path,
    `The ${field.name} field takes ${field.min}-${field.max}${names}, lists, ranges and steps such as */5 or 10-20/2; found ${JSON.stringify(item.slice(0, 40))}.`,
  );
}

function distinct(values: readonly number[]): readonly number[] {
  return [...new Set(values)].toSorted((a, b) => a - b);
}
