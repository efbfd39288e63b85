/**
 * The places on one axis of a report: a searched parameter's values in order, or bins of them when there are too many to
 * be told apart in a picture.
 */
import type { ParameterValue } from '../../strategies/index.ts';
import type { Axis } from '../search/index.ts';

/** Most places of an axis: more cells than 20 by 20 hold no readable number. */
export const MAX_PLACES = 20;

/** Fewest bins of a range, however few combinations were drawn from it. */
const FEWEST_BINS = 5;

/** Significant digits of the ends of a bin. */
const BIN_DIGITS = 3;

/** One axis as it is drawn. */
export interface ReportAxis {
  readonly parameter: string;
  /** One per place, in order: `10`, `sma`, `none` for no value, `0.5–0.75` for a bin. At least one, at most about 20. */
  readonly labels: readonly string[];
}

/** An axis, and which of its places a value has. */
export interface PlacedAxis extends ReportAxis {
  /** Index into `labels`; −1 for a value that is none of the axis. */
  placeOf(value: ParameterValue): number;
}

/**
 * The places of a parameter: those that the space lists, and those that trials had. No value comes first, then numbers
 * from small to large, then words in the order in which they are listed. More than 20 numbers are binned: whole ones in
 * equal steps, others in equal widths, on a logarithmic range in equal ratios. A range has as many bins as leave about
 * two combinations for each cell of a map with another such axis.
 *
 * @param tried the value of each combination
 */
export function placeAxis(parameter: string, axis: Axis, tried: readonly ParameterValue[]): PlacedAxis {
  const values = new Set([...(isList(axis) ? axis : []), ...tried]);
  const numbers = [...values].filter((value) => typeof value === 'number').toSorted((a, b) => a - b);
  const words = [...values].filter((value) => typeof value === 'string');
  const scale = numbers.length > MAX_PLACES ? binned(numbers, binningOf(axis, tried.length)) : listed(numbers);
  const none = values.has(null) ? ['none'] : [];
  return {
    parameter,
    labels: [...none, ...scale.labels, ...words],
    placeOf(value) {
      if (value === null) return none.length - 1;
      const after = typeof value === 'number' ? scale.placeOf(value) : words.indexOf(value);
      const before = none.length + (typeof value === 'number' ? 0 : scale.labels.length);
      return after === -1 ? -1 : before + after;
    },
  };
}

function isList(axis: Axis): axis is readonly ParameterValue[] {
  return Array.isArray(axis);
}

/** The places of the numbers. */
interface Scale {
  readonly labels: readonly string[];
  placeOf(value: number): number;
}

function listed(numbers: readonly number[]): Scale {
  const places = new Map(numbers.map((value, place) => [value, place]));
  return { labels: numbers.map(String), placeOf: (value) => places.get(value) ?? -1 };
}

/** How a scale is cut. */
interface Binning {
  readonly isLog: boolean;
  readonly bins: number;
}

function binningOf(axis: Axis, trials: number): Binning {
  if (isList(axis)) return { isLog: false, bins: MAX_PLACES };
  const bins = Math.max(FEWEST_BINS, Math.min(MAX_PLACES, Math.round(Math.sqrt(trials / 2))));
  return { isLog: axis.log === true, bins };
}

/** `numbers` ascend. */
function binned(numbers: readonly number[], binning: Binning): Scale {
  const [low = 0, high = 0] = [numbers[0], numbers.at(-1)];
  const isWhole = numbers.every(Number.isInteger);
  const edges = isWhole ? wholeEdges(low, high, binning) : realEdges(low, high, binning);
  const uppers = edges.slice(1);
  return {
    labels: uppers.map((to, bin) => binLabel(edges[bin] ?? low, to, isWhole)),
    placeOf(value) {
      if (value < low || value > high) return -1;
      const bin = uppers.findIndex((upper) => value < upper);
      return bin === -1 ? uppers.length - 1 : bin;
    },
  };
}

/** [bins + 1] ends of equal widths, or of equal ratios; a bin includes its lower end, the last one its upper end too. */
function realEdges(low: number, high: number, { isLog, bins }: Binning): readonly number[] {
  const shares = Array.from({ length: bins + 1 }, (_, place) => place / bins);
  return isLog && low > 0
    ? shares.map((share) => low * (high / low) ** share)
    : shares.map((share) => low + (high - low) * share);
}

/** The same in whole numbers, the last end one beyond `high`. */
function wholeEdges(low: number, high: number, binning: Binning): readonly number[] {
  if (binning.isLog && low > 0) return [...new Set(realEdges(low, high + 1, binning).map(Math.round))];
  const step = Math.ceil((high + 1 - low) / binning.bins);
  const bins = Math.ceil((high + 1 - low) / step);
  return Array.from({ length: bins + 1 }, (_, bin) => (bin === bins ? high + 1 : low + bin * step));
}

function binLabel(from: number, to: number, isWhole: boolean): string {
  if (!isWhole) return `${shortNumber(from)}–${shortNumber(to)}`;
  return from === to - 1 ? String(from) : `${from}–${to - 1}`;
}

function shortNumber(value: number): string {
  return String(Number(value.toPrecision(BIN_DIGITS)));
}
