/**
 * Parameters of strategies: what a type declares, how values from outside are checked against it, and the JSON Schema
 * that tells callers. Names are matched as own properties only, so `__proto__` and `constructor` are unknown names.
 */
import { abbreviated, type FieldError, invalidFields, type JsonObject, shown, throwIfAny } from '../core/index.ts';

/** A number, a member of an enum, or null where the parameter may be left without a value. */
export type ParameterValue = number | string | null;

/** One value per parameter of a type, by name, in the order of the type's declaration. */
export type Parameters = Readonly<Record<string, ParameterValue>>;

/** What a parameter may be. Bounds are inclusive unless they say exclusive; numbers are finite. */
export interface ParameterSpec {
  /** snake_case, as callers write it. */
  readonly name: string;
  readonly type: 'integer' | 'number' | 'enum';
  /** One sentence for a trader, with the unit. */
  readonly description: string;
  /** What it is where it is not given; null, and nothing, for one that is required. */
  readonly default: ParameterValue;
  /** Whether it has to be given. */
  readonly isRequired?: true;
  /** Whether null ("none") is allowed. */
  readonly nullable: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  /** The members of an enum, nothing otherwise. */
  readonly values?: readonly string[];
}

/** A combination whose values are each in range but make no sense together. */
export interface CombinationProblem {
  /** The parameter to change. */
  readonly parameter: string;
  readonly message: string;
}

/** What `parseParameters` needs of a strategy type. */
export interface ParameterOwner {
  readonly name: string;
  readonly parameters: readonly ParameterSpec[];
  /** Why these values make no sense together; null when they do. */
  problem(params: Parameters): CombinationProblem | null;
}

/**
 * Checks parameters from outside and fills in the defaults.
 *
 * @param raw an object by parameter name; undefined or null means every default
 * @param path where `raw` stands in the input, dotted
 * @throws {DomainError} VALIDATION naming each unknown or wrong parameter and its range, or an impossible combination
 */
export function parseParameters(type: ParameterOwner, raw: unknown, path: string): Parameters {
  const entries = parameterEntries(type, raw ?? {}, path);
  const params: Record<string, ParameterValue> = {};
  const errors: FieldError[] = [];
  for (const spec of type.parameters) {
    const isGiven = entries.has(spec.name);
    const value = isGiven ? parseParameterValue(spec, entries.get(spec.name)) : spec.default;
    if (!isGiven && spec.isRequired) errors.push(missingError(type, spec, path));
    else if (value === undefined) errors.push(valueError(spec, entries.get(spec.name), fieldPath(path, spec.name)));
    else params[spec.name] = value;
  }
  throwIfAny(errors);
  const problem = type.problem(params);
  if (problem !== null) throwIfAny([{ path: fieldPath(path, problem.parameter), message: problem.message }]);
  return params;
}

/**
 * The own entries of an object whose keys must be parameter names.
 *
 * @throws {DomainError} VALIDATION when `raw` is not an object or has a key that is no parameter of the type
 */
export function parameterEntries(type: ParameterOwner, raw: unknown, path: string): ReadonlyMap<string, unknown> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    throw invalidFields([
      { path: path.split('.'), message: `${path} must be an object of parameters, found ${shown(raw)}.` },
    ]);
  }
  const names = type.parameters.map((spec) => spec.name);
  const entries = Object.entries(raw);
  const unknown = entries.filter(([key]) => !names.includes(key));
  throwIfAny(
    unknown.map(([key]) => ({
      path: fieldPath(path, abbreviated(key)),
      message: `${type.name} has no parameter ${JSON.stringify(abbreviated(key))}; it has ${names.join(', ')}.`,
    })),
  );
  return new Map(entries);
}

/** The value in its canonical form (−0 becomes 0), or undefined when the parameter does not allow it. */
export function parseParameterValue(spec: ParameterSpec, raw: unknown): ParameterValue | undefined {
  if (raw === null) return spec.nullable ? null : undefined;
  if (spec.type === 'enum') return typeof raw === 'string' && spec.values?.includes(raw) ? raw : undefined;
  if (typeof raw !== 'number') return undefined;
  if (spec.type === 'integer' && !Number.isInteger(raw)) return undefined;
  return isInRange(spec, raw) ? raw + 0 : undefined;
}

/** The error about a value that `parseParameterValue` refused. */
export function valueError(spec: ParameterSpec, found: unknown, path: readonly string[]): FieldError {
  return { path, message: `${spec.name} must be ${allowedValues(spec)}, found ${shown(found)}.` };
}

/** The error about a required parameter that was not given. */
export function missingError({ name }: ParameterOwner, spec: ParameterSpec, path: string): FieldError {
  const message = `${name} takes ${spec.name}, ${allowedValues(spec)}; it is missing.`;
  return { path: fieldPath(path, spec.name), message };
}

/** The path of one parameter under a dotted path. The name stays one segment, whatever it contains. */
export function fieldPath(path: string, ...names: readonly string[]): readonly string[] {
  return [...path.split('.'), ...names];
}

/** JSON Schema (2020-12) of a type's parameters: an object of which most properties may be left out. */
export function parametersJsonSchema(type: ParameterOwner): JsonObject {
  const required = type.parameters.filter(({ isRequired }) => isRequired).map(({ name }) => name);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: type.name,
    type: 'object',
    properties: Object.fromEntries(type.parameters.map((spec) => [spec.name, propertySchema(spec)])),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

function propertySchema(spec: ParameterSpec): JsonObject {
  const { name: _, type, nullable, values, isRequired, ...told } = spec;
  const { default: __, ...withoutDefault } = told;
  const shared = isRequired ? withoutDefault : told;
  if (type === 'enum') return { ...shared, enum: [...(values ?? []), ...(nullable ? [null] : [])] };
  return { ...shared, type: nullable ? [type, 'null'] : type };
}

/** NaN and the infinities are in no range, not even in one without bounds. */
function isInRange(spec: ParameterSpec, value: number): boolean {
  return (
    value >= (spec.minimum ?? -Infinity) &&
    value <= (spec.maximum ?? Infinity) &&
    value > (spec.exclusiveMinimum ?? -Infinity) &&
    value < (spec.exclusiveMaximum ?? Infinity)
  );
}

function allowedValues(spec: ParameterSpec): string {
  const none = spec.nullable ? ', or null' : '';
  if (spec.type === 'enum') return `one of ${(spec.values ?? []).join(', ')}${none}`;
  const bounds = [
    spec.minimum === undefined ? [] : [`at least ${spec.minimum}`],
    spec.exclusiveMinimum === undefined ? [] : [`greater than ${spec.exclusiveMinimum}`],
    spec.maximum === undefined ? [] : [`at most ${spec.maximum}`],
    spec.exclusiveMaximum === undefined ? [] : [`less than ${spec.exclusiveMaximum}`],
  ].flat();
  return `${spec.type === 'integer' ? 'an integer' : 'a number'} ${bounds.join(' and ')}${none}`;
}
