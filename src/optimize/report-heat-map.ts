/**
 * Heat maps of a search: what the best combination reaches at each pair of values of two parameters, whatever the others
 * are. A plateau of good cells is worth more than a peak: its neighbours would have done as well.
 */
import type { Parameters, ParameterValue } from '../strategies/index.ts';
import type { Axis, ParameterSpace } from './optimization.ts';
import { type PlacedAxis, placeAxis, type ReportAxis } from './report-axis.ts';

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
 * parameter was searched; none when none was.
 */
export function heatMapsOf(space: ParameterSpace, trials: readonly MappedTrial[]): readonly HeatMap[] {
  const axes = Object.entries(space)
    .filter(([, axis]) => isSearched(axis))
    .map(([name, axis]) => placeAxis(name, axis, new Set(trials.map(({ params }) => valueOf(params, name)))));
  const [only] = axes;
  if (only === undefined) return [];
  if (axes.length === 1) return [drawn(only, null, trials)];
  const maps = axes.flatMap((first, at) =>
    axes.slice(at + 1).map((second) => drawn(...longFirst(first, second), trials)),
  );
  return maps.toSorted((a, b) => (b.explained ?? 0) - (a.explained ?? 0)).slice(0, MAX_MAPS);
}

function isSearched(axis: Axis): boolean {
  return 'min' in axis || axis.length > 1;
}

function valueOf(params: Parameters, name: string): ParameterValue {
  return params[name] ?? null;
}

/** The longer axis runs to the right, where a page has room; of equal ones the later. */
function longFirst(first: PlacedAxis, second: PlacedAxis): [PlacedAxis, PlacedAxis] {
  return first.labels.length > second.labels.length ? [first, second] : [second, first];
}

function drawn(x: PlacedAxis, y: PlacedAxis | null, trials: readonly MappedTrial[]): HeatMap {
  const [columns, rows] = [x.labels.length, y?.labels.length ?? 1];
  const cells = trials.flatMap((trial) => {
    const column = x.placeOf(valueOf(trial.params, x.parameter));
    const row = y === null ? 0 : y.placeOf(valueOf(trial.params, y.parameter));
    return column < 0 || row < 0 ? [] : [{ trial, cell: row * columns + column }];
  });
  const matrix = <Value>(values: ArrayLike<number>, shown: (value: number) => Value) =>
    Array.from({ length: rows }, (_, row) =>
      Array.from({ length: columns }, (__, column) => shown(values[row * columns + column] ?? 0)),
    );
  const counts = (status: MappedTrial['status']) => {
    const count = new Int32Array(rows * columns);
    for (const { trial, cell } of cells) if (trial.status === status) count[cell] = (count[cell] ?? 0) + 1;
    return matrix(count, Number);
  };
  const scored = cells.flatMap(({ trial, cell }) =>
    trial.meanSharpe === null ? [] : [{ cell, score: trial.meanSharpe }],
  );
  return {
    x: { parameter: x.parameter, labels: x.labels },
    y: y === null ? null : { parameter: y.parameter, labels: y.labels },
    best: matrix(bestOf(scored, rows * columns), (value) => (value === -Infinity ? null : value)),
    ranked: counts('ranked'),
    unranked: counts('unranked'),
    skipped: counts('skipped'),
    explained: explainedShare(scored, rows * columns),
  };
}

interface Scored {
  readonly cell: number;
  readonly score: number;
}

function bestOf(scored: readonly Scored[], cells: number): Float64Array {
  const best = new Float64Array(cells).fill(-Infinity);
  for (const { cell, score } of scored) best[cell] = Math.max(best[cell] ?? -Infinity, score);
  return best;
}

/** Epsilon squared of a one-way analysis of variance (Kelley 1935): 1 − (SS_within/(n − g)) / (SS_total/(n − 1)). */
function explainedShare(scored: readonly Scored[], cells: number): number | null {
  const sums = new Float64Array(cells);
  const counts = new Float64Array(cells);
  let total = 0;
  for (const { cell, score } of scored) {
    sums[cell] = (sums[cell] ?? 0) + score;
    counts[cell] = (counts[cell] ?? 0) + 1;
    total += score;
  }
  const groups = counts.reduce((used, count) => used + (count > 0 ? 1 : 0), 0);
  const freedom = scored.length - groups;
  const mean = total / scored.length;
  let [within, around] = [0, 0];
  for (const { cell, score } of scored) {
    within += (score - (sums[cell] ?? 0) / (counts[cell] ?? 1)) ** 2;
    around += (score - mean) ** 2;
  }
  return freedom < 1 || around === 0 ? null : 1 - within / freedom / (around / (scored.length - 1));
}
