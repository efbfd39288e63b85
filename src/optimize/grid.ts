/**
 * Parameter grids: checked, counted and addressed by index, never expanded. A grid of 10¹² combinations costs as little
 * to refuse as one of twelve.
 */
import { invalid, invariant } from '../core/index.ts';
import {
  fieldPath,
  type ParameterGrid,
  type ParameterSpec,
  type Parameters,
  type ParameterValue,
  parameterEntries,
  parseParameterValue,
  type StrategyType,
  shown,
  throwIfAny,
  valueError,
} from '../strategies/index.ts';

/** Where a grid stands in the input of a job. */
const PATH = 'paramGrid';

/**
 * Checks a grid from outside.
 *
 * @param raw an object by parameter name of lists or single values; undefined or null takes the type's default grid,
 *   `{}` is the one combination of every default
 * @param maxCombinations largest number of combinations
 * @returns axes in the order of the type's parameters, values in the order given
 * @throws {DomainError} VALIDATION under `paramGrid`, naming each unknown parameter, empty list, value out of its range
 *   and repeated value; or both numbers when there are too many combinations
 */
export function parseGrid(type: StrategyType, raw: unknown, maxCombinations: number): ParameterGrid {
  const entries = parameterEntries(type, raw ?? type.defaultGrid, PATH);
  const axes = type.parameters
    .filter((spec) => entries.has(spec.name))
    .map((spec) => ({ spec, values: asList(entries.get(spec.name)) }));
  requireAtMost(
    maxCombinations,
    axes.map(({ values }) => values.length),
  );
  throwIfAny(axes.flatMap(({ spec, values }) => axisErrors(spec, values)));
  return Object.fromEntries(axes.map(({ spec, values }) => [spec.name, canonical(spec, values)]));
}

/** Number of combinations, those that are invalid in themselves included. */
export function countCombinations(grid: ParameterGrid): number {
  return Object.values(grid).reduce((product, values) => product * values.length, 1);
}

/**
 * The combination at `index` in the order of the grid: the first axis varies slowest, axes in the order of the type's
 * parameters. Parameters that the grid does not name have their default. It may be invalid in itself.
 *
 * @param index integer in [0, countCombinations(grid))
 */
export function combinationAt(type: StrategyType, grid: ParameterGrid, index: number): Parameters {
  const count = countCombinations(grid);
  invariant(Number.isInteger(index) && index >= 0 && index < count, `combination ${index} is one of ${count}`);
  const values: [string, ParameterValue][] = [];
  let rest = index;
  for (const spec of type.parameters.toReversed()) {
    const axis = Object.hasOwn(grid, spec.name) ? (grid[spec.name] ?? []) : [spec.default];
    values.push([spec.name, axis[rest % axis.length] ?? null]);
    rest = Math.floor(rest / axis.length);
  }
  return Object.fromEntries(values.toReversed());
}

function asList(raw: unknown): readonly unknown[] {
  return Array.isArray(raw) ? raw : [raw];
}

/** Counted before any value is looked at, so that a huge grid is refused at once. */
function requireAtMost(limit: number, lengths: readonly number[]): void {
  const count = lengths.reduce((product, length) => product * BigInt(length), 1n);
  if (count <= BigInt(limit)) return;
  throw invalid(PATH, `The grid has ${count} combinations; at most ${limit} are allowed. Shorten its lists.`, {
    limit,
    observed: Number(count),
  });
}

function axisErrors(spec: ParameterSpec, values: readonly unknown[]) {
  if (values.length === 0) {
    return [{ path: fieldPath(PATH, spec.name), message: `${spec.name} has an empty list; give at least one value.` }];
  }
  const seen = new Set<ParameterValue>();
  return values.flatMap((raw, index) => {
    const path = fieldPath(PATH, spec.name, String(index));
    const value = parseParameterValue(spec, raw);
    if (value === undefined) return [valueError(spec, raw, path)];
    if (seen.has(value)) return [{ path, message: `${spec.name} lists ${shown(value)} twice.` }];
    seen.add(value);
    return [];
  });
}

function canonical(spec: ParameterSpec, values: readonly unknown[]): readonly ParameterValue[] {
  return values.map((raw) => {
    const value = parseParameterValue(spec, raw);
    invariant(value !== undefined, `values of ${spec.name} were checked`);
    return value;
  });
}
