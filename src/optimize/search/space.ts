/**
 * Search spaces: which values each parameter may take. They are counted and addressed by index, never expanded; 10¹²
 * combinations cost as little as twelve. For anything that has parameters, strategy types and models alike.
 */
import { invariant } from '../../core/index.ts';
import type { ParameterOwner, Parameters, ParameterValue } from '../../strategies/index.ts';
import { type RangeAxis, rangeLength, rangeValue } from './range.ts';

/** The values of one parameter: a list in the order given, or a range of numbers. */
export type Axis = readonly ParameterValue[] | RangeAxis;

/** Values per parameter, in the order of the owner's parameters. A parameter that is not a key keeps its default. */
export type ParameterSpace = Readonly<Record<string, Axis>>;

/** Whether an axis is a range and not a list. */
export function isRange(axis: Axis): axis is RangeAxis {
  return 'min' in axis;
}

/** How many values an axis has; Infinity for a range without a step. */
export function axisLength(axis: Axis): number {
  return isRange(axis) ? rangeLength(axis) : axis.length;
}

/** The value at `index`, an integer in [0, axisLength(axis)), of an axis of finite length. */
export function axisValue(axis: Axis, index: number): ParameterValue {
  return isRange(axis) ? rangeValue(axis, index) : (axis[index] ?? null);
}

/**
 * Number of combinations, those that are invalid in themselves included; Infinity when an axis is continuous. Exact up
 * to 2^53, the nearest double above.
 */
export function combinationCount(space: ParameterSpace): number {
  return Object.values(space).reduce((product, axis) => product * axisLength(axis), 1);
}

/**
 * The combination at `index` in the order of the grid: the first axis varies slowest, axes in the order of the owner's
 * parameters. Parameters that the space does not name have their default. It may be invalid in itself.
 *
 * @param space one without a continuous axis
 * @param index integer in [0, combinationCount(space))
 */
export function combinationAt(owner: ParameterOwner, space: ParameterSpace, index: number): Parameters {
  const values: ParameterValue[] = [];
  let rest = index;
  for (const spec of owner.parameters.toReversed()) {
    const axis = axisOf(space, spec);
    const length = axisLength(axis);
    values.push(axisValue(axis, rest % length));
    rest = Math.floor(rest / length);
  }
  invariant(index >= 0 && rest === 0, 'a combination is one of its space');
  const params: Record<string, ParameterValue> = {};
  for (const { name } of owner.parameters) params[name] = values.pop() ?? null;
  return params;
}

/** The axis of a parameter: its only value is the default where the space does not name it. */
export function axisOf(space: ParameterSpace, spec: { readonly name: string; readonly default: ParameterValue }): Axis {
  return (Object.hasOwn(space, spec.name) ? space[spec.name] : undefined) ?? [spec.default];
}
