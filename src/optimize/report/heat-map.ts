/**
 * Heat maps of a search: what the best combination reaches at each pair of values of two parameters, whatever the others
 * are. A plateau of good cells is worth more than a peak: its neighbours would have done as well.
 */
import { setImmediate as othersTurn } from 'node:timers/promises';
import type { Parameters } from '../../strategies/index.ts';
import type { Axis, ParameterSpace } from '../search/index.ts';
import { placeAxis, type ReportAxis } from './axis.ts';

/** Most maps of one strategy type: all pairs of four parameters. */
const MAX_MAPS = 6;

/** What a map needs of a combination. */
export interface MappedTrial {
  readonly status: 'ranked' | 'unranked' | 'skipped';
  readonly params: Parameters;
  /** Mean test Sharpe; null unless ranked. */
  readonly meanSharpe: number | null;
}

/** One picture. Matrices are [y][x]; with one searched parameter there is one row. */
export interface HeatMap {
  readonly x: ReportAxis;
  /** Null when only one parameter was searched. */
  readonly y: ReportAxis | null;
  /** Highest mean test Sharpe among the ranked combinations of a cell; null where there is none. */
  readonly best: readonly (readonly (number | null)[])[];
  /** Combinations of a cell that were ranked, that never traded in a test slice, and that are invalid in themselves. */
  readonly ranked: readonly (readonly number[])[];
  readonly unranked: readonly (readonly number[])[];
  readonly skipped: readonly (readonly number[])[];
  /**
   * Share of the differences in mean test Sharpe that the cells explain, at most 1 (epsilon squared; below 0 when they
   * explain less than chance would). Null where each cell has one combination, and where there are no differences.
   */
  readonly explained: number | null;
}

/**
 * The maps of one strategy type, those that explain most first: at most six. One without a second axis when only one
 * parameter was searched; none when none was. Between axes and between maps the event loop has its turn.
 */
export async function heatMapsOf(space: ParameterSpace, trials: readonly MappedTrial[]): Promise<readonly HeatMap[]> {
  const axes: TrialAxis[] = [];
  for (const [name, axis] of Object.entries(space)) {
    if (!isSearched(axis)) continue;
    await othersTurn();
    axes.push(placeTrials(name, axis, trials));
  }
  const maps: HeatMap[] = [];
  for (const [x, y] of pairsOf(axes)) {
    await othersTurn();
    maps.push(drawn(x, y, trials));
  }
  return maps.toSorted((a, b) => (b.explained ?? 0) - (a.explained ?? 0)).slice(0, MAX_MAPS);
}

/** Every two axes; one that is alone has no other. */
function pairsOf(axes: readonly TrialAxis[]): readonly (readonly [TrialAxis, TrialAxis | null])[] {
  const [only, ...others] = axes;
  if (only !== undefined && others.length === 0) return [[only, null]];
  return axes.flatMap((first, at) => axes.slice(at + 1).map((second) => longFirst(first, second)));
}

function isSearched(axis: Axis): boolean {
  return 'min' in axis || axis.length > 1;
}

/** An axis with the place of every trial on it. */
interface TrialAxis extends ReportAxis {
  /** [trials] −1 for none. */
  readonly places: Int16Array;
}

function placeTrials(parameter: string, axis: Axis, trials: readonly MappedTrial[]): TrialAxis {
  const values = trials.map(({ params }) => params[parameter] ?? null);
  const placed = placeAxis(parameter, axis, values);
  return { parameter, labels: placed.labels, places: Int16Array.from(values, (value) => placed.placeOf(value)) };
}

/** The longer axis runs to the right, where a page has room; of equal ones the later. */
function longFirst(first: TrialAxis, second: TrialAxis): [TrialAxis, TrialAxis] {
  return first.labels.length > second.labels.length ? [first, second] : [second, first];
}

function drawn(x: TrialAxis, y: TrialAxis | null, trials: readonly MappedTrial[]): HeatMap {
  const [columns, rows] = [x.labels.length, y?.labels.length ?? 1];
  const cells = Int32Array.from(trials, (_, at) => {
    const [column, row] = [x.places[at] ?? -1, y === null ? 0 : (y.places[at] ?? -1)];
    return column < 0 || row < 0 ? -1 : row * columns + column;
  });
  const tally = tallyOf(trials, cells, rows * columns);
  const matrix = <Value>(values: ArrayLike<number>, shown: (value: number) => Value) =>
    Array.from({ length: rows }, (_, row) =>
      Array.from({ length: columns }, (__, column) => shown(values[row * columns + column] ?? 0)),
    );
  return {
    x: { parameter: x.parameter, labels: x.labels },
    y: y === null ? null : { parameter: y.parameter, labels: y.labels },
    best: matrix(tally.best, (value) => (value === -Infinity ? null : value)),
    ranked: matrix(tally.counts.ranked, Number),
    unranked: matrix(tally.counts.unranked, Number),
    skipped: matrix(tally.counts.skipped, Number),
    explained: explainedShare(trials, cells, tally),
  };
}

/** Per cell. */
interface Tally {
  readonly counts: Readonly<Record<MappedTrial['status'], Int32Array>>;
  /** −∞ where nothing was ranked. */
  readonly best: Float64Array;
  readonly sum: Float64Array;
}

/** `cells` has the cell of each trial, −1 for none. */
function tallyOf(trials: readonly MappedTrial[], cells: Int32Array, size: number): Tally {
  const counts = { ranked: new Int32Array(size), unranked: new Int32Array(size), skipped: new Int32Array(size) };
  const best = new Float64Array(size).fill(-Infinity);
  const sum = new Float64Array(size);
  for (const [at, { status, meanSharpe }] of trials.entries()) {
    const cell = cells[at] ?? -1;
    if (cell < 0) continue;
    counts[status][cell] = (counts[status][cell] ?? 0) + 1;
    if (meanSharpe === null) continue;
    best[cell] = Math.max(best[cell] ?? -Infinity, meanSharpe);
    sum[cell] = (sum[cell] ?? 0) + meanSharpe;
  }
  return { counts, best, sum };
}

/** Epsilon squared of a one-way analysis of variance (Kelley 1935): 1 − (SS_within/(n − g)) / (SS_total/(n − 1)). */
function explainedShare(trials: readonly MappedTrial[], cells: Int32Array, { counts, sum }: Tally): number | null {
  const ranked = counts.ranked.reduce((all, count) => all + count, 0);
  const groups = counts.ranked.reduce((used, count) => used + (count > 0 ? 1 : 0), 0);
  const mean = sum.reduce((all, part) => all + part, 0) / ranked;
  let [within, around] = [0, 0];
  for (const [at, { meanSharpe }] of trials.entries()) {
    const cell = cells[at] ?? -1;
    if (cell < 0 || meanSharpe === null) continue;
    within += (meanSharpe - (sum[cell] ?? 0) / (counts.ranked[cell] ?? 1)) ** 2;
    around += (meanSharpe - mean) ** 2;
  }
  const freedom = ranked - groups;
  return freedom < 1 || around === 0 ? null : 1 - within / freedom / (around / (ranked - 1));
}
