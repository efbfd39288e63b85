/** Search spaces from outside: every axis is checked against its parameter before anything is counted on. */
import { type FieldError, invalid, invariant, shown, throwIfAny } from '../../core/index.ts';
import {
  fieldPath,
  missingError,
  type ParameterOwner,
  type ParameterSpec,
  type ParameterValue,
  parameterEntries,
  parseParameterValue,
  valueError,
} from '../../strategies/index.ts';
import type { SearchMethod } from './method.ts';
import { parseRange } from './parse-range.ts';
import { type Axis, axisLength, isRange, type ParameterSpace } from './space.ts';

/** Where a space stands in the input of a job. */
const PATH = 'paramGrid';

/** An axis before its values are looked at: a range is cheap to check at once, a list may be long. */
interface RawAxis {
  readonly spec: ParameterSpec;
  readonly source: { readonly list: readonly unknown[] } | { readonly range: Axis };
}

/**
 * Checks a space from outside.
 *
 * @param raw an object by parameter name of lists, single values or ranges `{min, max, step?, log?}`; undefined or null
 *   takes the owner's default grid, `{}` is the one combination of every default
 * @param options `maxCombinations` is the largest number of combinations with method grid; other methods have no limit
 * @returns axes in the order of the owner's parameters, values of lists in the order given; ranges stay ranges, of
 *   integers always with a step; a range of one value becomes a list
 * @throws {DomainError} VALIDATION under `paramGrid`, naming each unknown parameter, empty list, value out of its range,
 *   repeated value and impossible range; or both numbers when there are too many combinations
 */
export function parseSpace(
  owner: ParameterOwner & { readonly defaultGrid: ParameterSpace },
  raw: unknown,
  options: { readonly method: SearchMethod; readonly maxCombinations: number },
): ParameterSpace {
  const entries = parameterEntries(owner, raw ?? owner.defaultGrid, PATH);
  const missing = owner.parameters.filter(({ name, isRequired }) => isRequired && !entries.has(name));
  const errors: FieldError[] = missing.map((spec) => missingError(owner, spec, PATH));
  const axes = owner.parameters
    .filter((spec) => entries.has(spec.name))
    .flatMap((spec) => rawAxis(spec, entries.get(spec.name), { method: options.method, errors }));
  if (options.method === 'grid') requireAtMost(options.maxCombinations, axes);
  throwIfAny([
    ...errors,
    ...axes.flatMap(({ spec, source }) => ('list' in source ? listErrors(spec, source.list) : [])),
  ]);
  return Object.fromEntries(
    axes.map(({ spec, source }) => [spec.name, 'list' in source ? canonical(spec, source.list) : source.range]),
  );
}

/** Nothing for a range with errors, which are added to `errors`. */
function rawAxis(
  spec: ParameterSpec,
  raw: unknown,
  { method, errors }: { readonly method: SearchMethod; readonly errors: FieldError[] },
): readonly RawAxis[] {
  if (Array.isArray(raw)) return [{ spec, source: { list: raw } }];
  if (typeof raw !== 'object' || raw === null) return [{ spec, source: { list: [raw] } }];
  const parsed = parseRange(spec, raw, { path: fieldPath(PATH, spec.name), method });
  if ('errors' in parsed) {
    errors.push(...parsed.errors);
    return [];
  }
  return [{ spec, source: { range: parsed.axis } }];
}

/** Counted before any value of a list is looked at, so that a huge grid is refused at once. */
function requireAtMost(limit: number, axes: readonly RawAxis[]): void {
  const lengths = axes.map(({ source }) => ('list' in source ? source.list.length : axisLength(source.range)));
  const count = lengths.reduce((product, length) => product * BigInt(length), 1n);
  if (count <= BigInt(limit)) return;
  const hasRange = axes.some(({ source }) => 'range' in source && isRange(source.range));
  const advice = hasRange ? 'Shorten its lists, or widen the steps of its ranges.' : 'Shorten its lists.';
  const product = axes.map(({ spec }, place) => `${lengths[place]} ${spec.name}`).join(' × ');
  throw invalid(PATH, `The grid has ${product} = ${count} combinations; at most ${limit} are allowed. ${advice}`, {
    limit,
    observed: Number(count),
  });
}

function listErrors(spec: ParameterSpec, values: readonly unknown[]): readonly FieldError[] {
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
