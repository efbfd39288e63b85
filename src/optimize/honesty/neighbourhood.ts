/**
 * The winner's place in the space that was searched: whether its neighbours do nearly as well (a plateau) or not (a lone
 * peak, which chance makes), and whether it stands at the edge, where better ones may lie beyond.
 */
import type { Parameters, ParameterValue } from '../../strategies/index.ts';

/** One parameter's candidates: values, or a range, in steps from `min` where it has a step. */
export type SearchedAxis =
  | readonly ParameterValue[]
  | { readonly min: number; readonly max: number; readonly step?: number; readonly log?: boolean };

/** What was searched and what came of it. */
export interface Neighbourhood {
  /** By parameter. Only axes of numbers have an order; of a list the numbers count, ascending. */
  readonly space: Readonly<Record<string, SearchedAxis>>;
  /** Every ranked combination of the winner's strategy type, in any order. */
  readonly trials: readonly { readonly params: Parameters; readonly meanSharpe: number }[];
  /** The best-ranked. */
  readonly winner: { readonly params: Parameters; readonly meanSharpe: number };
}

/** A value this near to the end of a continuous range, as a share of its width, stands at the edge. */
const EDGE_SHARE = 0.01;
/** With fewer values an axis is nearly all edge. */
const MIN_EDGE_VALUES = 3;
/** Keeps (max − min)/step at the integer that it nearly is. */
const FLOOR_MARGIN = 1e-9;

/**
 * Mean `mean_sharpe` of the winner's neighbours, as a share of its own. Neighbours are ranked combinations that differ from
 * it in one numeric parameter only, and in that by one step: the next smaller or larger value. 1 says that they do as
 * well, 0 that they earn nothing, below 0 that they lose; never above 1, since the winner is the best.
 *
 * @returns null when the winner's mean Sharpe is ≤ 0, and when it has no ranked neighbour (as in a continuous range)
 */
export function stability({ space, trials, winner }: Neighbourhood): number | null {
  if (!(winner.meanSharpe > 0)) return null;
  const isNeighbour = neighbourTest(space, winner.params);
  const near = trials.filter(({ params }) => isNeighbour(params));
  if (near.length === 0) return null;
  return near.reduce((sum, trial) => sum + trial.meanSharpe, 0) / near.length / winner.meanSharpe;
}

/**
 * The numeric parameters whose smallest or largest candidate the winner has, in the order of the space. An axis of fewer
 * than three numbers has no inside and is left out; of a continuous range the outer 1 % at either end (of the logarithms,
 * where it is logarithmic) are its edge.
 */
export function gridEdge({ space, winner }: Pick<Neighbourhood, 'space' | 'winner'>): readonly string[] {
  return Object.entries(space)
    .filter(([name, axis]) => isAtEdge(axis, winner.params[name]))
    .map(([name]) => name);
}

/** Tells the neighbours of a combination: each axis is put in order once, because there may be thousands of others. */
function neighbourTest(space: Neighbourhood['space'], center: Parameters): (params: Parameters) => boolean {
  const places = new Map(Object.entries(space).map(([name, axis]) => [name, placesOn(axis)]));
  const names = Object.keys(center);
  return (params) => {
    const [name, another] = names.filter((each) => center[each] !== params[each]);
    if (name === undefined || another !== undefined) return false;
    const placeOf = places.get(name);
    if (placeOf === undefined) return false;
    const [from, to] = [placeOf(center[name]), placeOf(params[name])];
    return from !== null && to !== null && Math.abs(from - to) === 1;
  };
}

function isAtEdge(axis: SearchedAxis, value: ParameterValue | undefined): boolean {
  if (typeof value !== 'number') return false;
  if (isList(axis) || isStepped(axis)) {
    const count = placeCount(axis);
    const place = placesOn(axis)(value);
    return count >= MIN_EDGE_VALUES && (place === 0 || place === count - 1);
  }
  const scale = axis.log === true ? Math.log : (x: number) => x;
  const share = (scale(value) - scale(axis.min)) / (scale(axis.max) - scale(axis.min));
  return share <= EDGE_SHARE || share >= 1 - EDGE_SHARE;
}

/** Tells where a value stands among the axis's numbers, from 0; null of any other value, and where there is no order. */
function placesOn(axis: SearchedAxis): (value: ParameterValue | undefined) => number | null {
  if (isList(axis)) {
    const places = new Map<ParameterValue | undefined, number>(numbersOf(axis).map((value, place) => [value, place]));
    return (value) => places.get(value) ?? null;
  }
  if (!isStepped(axis)) return () => null;
  return (value) => (typeof value === 'number' ? Math.round((value - axis.min) / axis.step) : null);
}

function placeCount(axis: readonly ParameterValue[] | SteppedRange): number {
  if (isList(axis)) return numbersOf(axis).length;
  return Math.floor((axis.max - axis.min) / axis.step + FLOOR_MARGIN) + 1;
}

interface SteppedRange {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

function isList(axis: SearchedAxis): axis is readonly ParameterValue[] {
  return Array.isArray(axis);
}

function isStepped(axis: Exclude<SearchedAxis, readonly ParameterValue[]>): axis is SteppedRange {
  return axis.step !== undefined;
}

/** The numbers among the values, ascending. */
function numbersOf(values: readonly ParameterValue[]): readonly number[] {
  return values.filter((value) => typeof value === 'number').toSorted((a, b) => a - b);
}
