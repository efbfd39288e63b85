/** Where the marks of an axis stand: round numbers, and beginnings of years or months. */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Most marks of the time axis. */
const MOST_TIMES = 12;

/** Round numbers over [low, high], about five of them, zero among them where it lies between. Ascending. */
export function niceTicks(low: number, high: number): readonly number[] {
  const span = high - low;
  if (!(span > 0)) return [low];
  const rough = span / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const [from, to] = [Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9)];
  // The product is taken once: added up, the steps would not meet zero.
  return Array.from({ length: to - from + 1 }, (_, at) => (from + at) * step || 0);
}

/** A mark of the time axis. */
export interface TimeTick {
  /** Place among the points. */
  readonly index: number;
  readonly label: string;
}

/** Marks at the first point of years, or of months in a short range, or at single points; at most about twelve. */
export function axisTicks(times: readonly string[]): readonly TimeTick[] {
  const years = changes(times, 4);
  if (years.length >= 3) return thinned(years, times, (time) => time.slice(0, 4));
  const months = changes(times, 7);
  if (months.length >= 3) return thinned(months, times, monthLabel);
  return thinned(changes(times, times[0]?.length ?? 0), times, (time) => time.slice(0, 16).replace('T', ' '));
}

function monthLabel(time: string): string {
  return `${MONTHS[Number(time.slice(5, 7)) - 1] ?? ''} ${time.slice(0, 4)}`;
}

/** Places at which the first `length` characters of a time change. */
function changes(times: readonly string[], length: number): readonly number[] {
  return times.flatMap((time, at) => {
    const before = times[at - 1];
    return before !== undefined && before.slice(0, length) !== time.slice(0, length) ? [at] : [];
  });
}

function thinned(places: readonly number[], times: readonly string[], label: (time: string) => string) {
  const every = Math.ceil(places.length / MOST_TIMES);
  return places.filter((_, at) => at % every === 0).map((index) => ({ index, label: label(times[index] ?? '') }));
}
