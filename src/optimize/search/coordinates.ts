/** Axes as coordinates in the open interval (0, 1), the space that searches draw in and measure distances in. */
import { invariant } from '../../core/index.ts';
import type { ParameterOwner, Parameters, ParameterValue } from '../../strategies/index.ts';
import { type RangeAxis, rangeIndex } from './range.ts';
import { type Axis, axisLength, axisOf, axisValue, isRange, type ParameterSpace } from './space.ts';

/** One axis. */
export interface Coordinate {
  /** The parameter's name. */
  readonly name: string;
  /** Number of values; Infinity when continuous. */
  readonly size: number;
  /** Whether near coordinates are near values. Words, lists that mix null and numbers, and single values have no order. */
  readonly isOrdered: boolean;
  /** The value at a coordinate. Uniform coordinates are even over the values, or over their logarithms where asked. */
  valueAt(coordinate: number): ParameterValue;
  /** As `valueAt`, but always even over the values of a finite axis. */
  evenValueAt(coordinate: number): ParameterValue;
  /** The coordinate of a value of the axis: the middle of those that lead to it. */
  coordinateOf(value: ParameterValue): number;
}

/** A coordinate per parameter of the owner, in its order; one that the space does not name has its default only. */
export function coordinatesOf(owner: ParameterOwner, space: ParameterSpace): readonly Coordinate[] {
  return owner.parameters.map((spec) => ({ name: spec.name, ...coordinateOf(axisOf(space, spec)) }));
}

/** A combination of the value that `pick` chooses of each coordinate. */
export function combine(
  coordinates: readonly Coordinate[],
  pick: (coordinate: Coordinate, index: number) => ParameterValue,
): Parameters {
  return Object.fromEntries(coordinates.map((coordinate, index) => [coordinate.name, pick(coordinate, index)]));
}

function coordinateOf(axis: Axis): Omit<Coordinate, 'name'> {
  if (!isRange(axis)) return ofList(axis);
  if (axis.step === undefined) return ofContinuous(axis);
  return axis.log === true ? ofLogSteps(axis, axis.step) : ofSteps(axis);
}

/** Numbers by rank, whatever their order in the list; words in the order of the list. */
function ofList(values: readonly ParameterValue[]): Omit<Coordinate, 'name'> {
  const numbers = values.filter((value) => typeof value === 'number');
  const isOrdered = values.length > 1 && numbers.length === values.length;
  const sorted: readonly ParameterValue[] = isOrdered ? numbers.toSorted((a, b) => a - b) : values;
  const ranks = new Map(sorted.map((value, rank) => [value, rank]));
  const valueAt = (coordinate: number) => sorted[cell(coordinate, sorted.length)] ?? null;
  return {
    size: values.length,
    isOrdered,
    valueAt,
    evenValueAt: valueAt,
    coordinateOf: (value) => ((ranks.get(value) ?? 0) + 0.5) / sorted.length,
  };
}

function ofSteps(range: RangeAxis): Omit<Coordinate, 'name'> {
  const size = axisLength(range);
  const valueAt = (coordinate: number) => axisValue(range, cell(coordinate, size));
  return {
    size,
    isOrdered: true,
    valueAt,
    evenValueAt: valueAt,
    coordinateOf: (value) => (rangeIndex(range, asNumber(value)) + 0.5) / size,
  };
}

/** Each value owns the stretch to half a step around it, measured in logarithms. */
function ofLogSteps(range: RangeAxis, step: number): Omit<Coordinate, 'name'> {
  const even = ofSteps(range);
  const low = Math.log(Math.max(range.min - step / 2, range.min / 2));
  const high = Math.log(asNumber(axisValue(range, even.size - 1)) + step / 2);
  return {
    ...even,
    valueAt: (coordinate) => axisValue(range, rangeIndex(range, Math.exp(low + coordinate * (high - low)))),
    coordinateOf: (value) => (Math.log(asNumber(value)) - low) / (high - low),
  };
}

function ofContinuous({ min, max, log }: RangeAxis): Omit<Coordinate, 'name'> {
  const to = log === true ? Math.log : (value: number) => value;
  const from = log === true ? Math.exp : (value: number) => value;
  const [low, high] = [to(min), to(max)];
  // Halves, so that a range from −1e308 to 1e308 has a width.
  const half = high / 2 - low / 2;
  const valueAt = (coordinate: number) => {
    const value = from(low * (1 - coordinate) + high * coordinate);
    return Math.min(max, Math.max(min, value)) + 0;
  };
  return {
    size: Infinity,
    isOrdered: true,
    valueAt,
    evenValueAt: valueAt,
    coordinateOf: (value) => (to(asNumber(value)) / 2 - low / 2) / half,
  };
}

function cell(coordinate: number, size: number): number {
  return Math.min(size - 1, Math.floor(coordinate * size));
}

function asNumber(value: ParameterValue): number {
  invariant(typeof value === 'number', 'a range has numbers as values');
  return value;
}
