/** Numbers, dates and parameters as people read them. */

const MINUS = '\u2212';
const NO_BREAK = '\u00a0';

/** What stands where a figure is not defined. */
export const NONE = '\u2013';

/** `0.83`, `−0.12`: ratios. Default: two decimals. */
export function ratio(value: number, decimals = 2): string {
  return signed(value, value.toFixed(decimals));
}

/** The same with as many decimals more as tell it from a limit that it does not equal. */
export function ratioBeside(value: number, limit: number): string {
  const differs = (decimals: number) => Number(value.toFixed(decimals)) !== limit;
  return ratio(value, value === limit ? 2 : ([2, 3, 4, 5].find(differs) ?? 6));
}

/** The same of a figure that is not always defined. */
export function maybeRatio(value: number | null): string {
  return value === null ? NONE : ratio(value);
}

/** `4.2 %` of the fraction 0.042. */
export function percent(fraction: number, decimals = 1): string {
  return signed(fraction, `${(fraction * 100).toFixed(decimals)}${NO_BREAK}%`);
}

/** `+4.2 %`: changes. */
export function change(fraction: number): string {
  const text = percent(fraction);
  return fraction > 0 && !text.startsWith('0.0') ? `+${text}` : text;
}

/** `1,258`. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `1 trade`, `2 trades`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** `2 Jan 2020` of `2020-01-02` or of an instant; whatever is no date stays as it is. */
export function day(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
}

/** `2020-01-02 14:30:00 UTC`. */
export function instant(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 19)} UTC`;
}

/** Names and values as texts; nothing for what is no object of parameters. */
export function parameterEntries(params: unknown): readonly (readonly [string, string])[] {
  if (typeof params !== 'object' || params === null) return [];
  return Object.entries(params).map(([name, value]) => [name, parameterText(value)]);
}

/** `short_window 20`, … */
export function parameterTexts(params: unknown): readonly string[] {
  return parameterEntries(params).map(([name, value]) => `${name} ${value}`);
}

/** The label of a place on an axis: a value, or a bin, whose signs are minus signs too. */
export function axisLabel(label: string): string {
  return label.replaceAll(/(^|–)-(?=[\d.])/g, `$1${MINUS}`);
}

/** Significant digits of a parameter: those of a continuous range have sixteen, which nobody reads. */
const PARAMETER_DIGITS = 6;

function parameterText(value: unknown): string {
  if (value === null) return 'none';
  if (typeof value === 'number') return signed(value, String(Number(value.toPrecision(PARAMETER_DIGITS))));
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Zero has no sign, however little below it the value was. */
function signed(value: number, text: string): string {
  const digits = text.replace(/^-/, '');
  return value < 0 && /[1-9]/.test(digits) ? `${MINUS}${digits}` : digits;
}
