/** Which features a model sees and what it is to predict, read from outside. */
import {
  abbreviated,
  type FieldError,
  invalid,
  invalidFields,
  invariant,
  parseAll,
  shown,
  throwIfAny,
} from '../core/index.ts';
import {
  type Parameters,
  type ParameterValue,
  parameterEntries,
  parseParameterValue,
  valueError,
} from '../strategies/index.ts';
import { columnName, type FeatureFamily, type FeatureSpec } from './feature.ts';
import { LABEL_KINDS, type LabelKind, MAX_HORIZON } from './label.ts';
import { FEATURE_FAMILIES, findFamily } from './registry.ts';

/** Where a configuration stands in the input. */
const PATH = 'featureConfig';
/** Most columns of a model. */
const MAX_COLUMNS = 200;
const MEMBERS = ['features', 'horizon', 'label'];

/** What a model sees and predicts; stored with it. */
export interface FeatureConfig {
  /** In the order of the columns, at least one. */
  readonly features: readonly FeatureSpec[];
  /** Bars that the label looks ahead, ≥ 1. */
  readonly horizon: number;
  readonly label: LabelKind;
}

/**
 * Checks a configuration `{features?, horizon?, label?}` and fills in the defaults. `features` is a list of names, which
 * take their default parameters, or an object by name of parameters, each a value or a list of values; left out it is
 * every family that fits the symbols. `horizon` is 1 and `label` is `direction` unless told otherwise.
 *
 * @throws {DomainError} VALIDATION under `featureConfig`, naming each unknown feature and parameter and each value out of
 *   its range
 */
export function parseFeatureConfig(raw: unknown, { symbols }: { readonly symbols: number }): FeatureConfig {
  const members = membersOf(raw ?? {});
  return parseAll({
    features: () => parseFeatures(members.get('features'), symbols),
    horizon: () => parseHorizon(members.get('horizon') ?? 1),
    label: () => parseLabel(members.get('label') ?? 'direction'),
  });
}

function membersOf(raw: unknown): ReadonlyMap<string, unknown> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    throw invalid(PATH, `${PATH} must be an object with ${MEMBERS.join(', ')}; found ${shown(raw)}.`);
  }
  const entries = Object.entries(raw);
  const unknown = entries.filter(([key]) => !MEMBERS.includes(key));
  throwIfAny(
    unknown.map(([key]) => ({
      path: [PATH, abbreviated(key)],
      message: `${PATH} has no member ${JSON.stringify(abbreviated(key))}; it has ${MEMBERS.join(', ')}.`,
    })),
  );
  return new Map(entries);
}

function parseHorizon(raw: unknown): number {
  if (typeof raw === 'number' && Number.isInteger(raw) && raw >= 1 && raw <= MAX_HORIZON) return raw;
  throw invalid(`${PATH}.horizon`, `horizon must be an integer from 1 to ${MAX_HORIZON} bars, found ${shown(raw)}.`);
}

function parseLabel(raw: unknown): LabelKind {
  const label = LABEL_KINDS.find((kind) => kind === raw);
  if (label !== undefined) return label;
  throw invalid(`${PATH}.label`, `label must be one of ${LABEL_KINDS.join(', ')}, found ${shown(raw)}.`);
}

function parseFeatures(raw: unknown, symbols: number): readonly FeatureSpec[] {
  const chosen = raw == null ? defaultFamilies(symbols) : chosenFamilies(raw);
  const errors: FieldError[] = [];
  const features = chosen.flatMap(({ family, path, asked }) => {
    if (symbols < family.minSymbols) errors.push({ path, message: tooFewSymbols(family, symbols) });
    return asked === null ? specsOf(family, family.defaults) : parseChoice(family, asked, { path, errors });
  });
  throwIfAny(errors);
  if (features.length > 0 && features.length <= MAX_COLUMNS) return features;
  const message = `A model sees 1 to ${MAX_COLUMNS} features; this configuration has ${features.length}.`;
  throw invalid(`${PATH}.features`, message, { limit: MAX_COLUMNS, observed: features.length });
}

/** A family that was asked for; `asked` is null where its defaults were. */
interface Choice {
  readonly family: FeatureFamily;
  readonly path: readonly string[];
  readonly asked: object | null;
}

function defaultFamilies(symbols: number): readonly Choice[] {
  return FEATURE_FAMILIES.filter(({ minSymbols }) => symbols >= minSymbols).map((family) => ({
    family,
    path: [PATH, 'features'],
    asked: null,
  }));
}

/** In the order of the registry, so that the same choice is the same model. */
function chosenFamilies(raw: unknown): readonly Choice[] {
  const named = Array.isArray(raw) ? namedInList(raw) : namedInObject(raw);
  const errors = named.flatMap(({ name, path, asked }) => choiceErrors(name, path, asked));
  throwIfAny(errors);
  const names = named.map(({ name }) => name);
  const twice = named.find(({ name }, index) => names.indexOf(String(name)) < index);
  if (twice !== undefined)
    throw invalidFields([{ path: twice.path, message: `features name ${shown(twice.name)} twice.` }]);
  return FEATURE_FAMILIES.flatMap((family) =>
    named
      .filter(({ name }) => name === family.name)
      .map(({ path, asked }) => ({ family, path, asked: objectOf(asked) })),
  );
}

interface Named {
  readonly name: unknown;
  readonly path: readonly string[];
  readonly asked: unknown;
}

function namedInList(raw: readonly unknown[]): readonly Named[] {
  return raw.map((name, index) => ({ name, path: [PATH, 'features', String(index)], asked: null }));
}

function namedInObject(raw: unknown): readonly Named[] {
  if (typeof raw === 'object' && raw !== null) {
    return Object.entries(raw).map(([name, asked]) => ({
      name,
      path: [PATH, 'features', abbreviated(name)],
      asked: asked ?? null,
    }));
  }
  throw invalid(`${PATH}.features`, `features must be a list of names or an object by name, found ${shown(raw)}.`);
}

function choiceErrors(name: unknown, path: readonly string[], asked: unknown): readonly FieldError[] {
  const known = FEATURE_FAMILIES.map((family) => family.name).join(', ');
  if (typeof name !== 'string' || findFamily(name) === undefined) {
    return [{ path, message: `There is no feature ${shown(name)}; there are ${known}.` }];
  }
  if (typeof asked === 'object' && !Array.isArray(asked)) return [];
  return [{ path, message: `${name} must have an object of parameters, found ${shown(asked)}.` }];
}

function objectOf(asked: unknown): object | null {
  return typeof asked === 'object' ? asked : null;
}

/** The columns of a family for every combination of the values that were asked for. */
function parseChoice(
  family: FeatureFamily,
  asked: object,
  { path, errors }: { readonly path: readonly string[]; readonly errors: FieldError[] },
): readonly FeatureSpec[] {
  const entries = parameterEntries(family, asked, path.join('.'));
  let combinations: readonly Parameters[] = [{}];
  const before = errors.length;
  for (const spec of family.parameters) {
    const raw = entries.has(spec.name) ? entries.get(spec.name) : spec.default;
    const list: readonly unknown[] = Array.isArray(raw) ? raw : [raw];
    const values = list.map((value, index) => {
      const parsed = parseParameterValue(spec, value);
      const place = Array.isArray(raw) ? [String(index)] : [];
      if (parsed === undefined) errors.push(valueError(spec, value, [...path, spec.name, ...place]));
      return parsed ?? null;
    });
    // Counted before it is made: lists are from outside.
    if (combinations.length * values.length > MAX_COLUMNS) throw tooManyColumns(family, path);
    combinations = combinations.flatMap((params) =>
      distinct(values).map((value) => ({ ...params, [spec.name]: value })),
    );
  }
  if (errors.length > before) return [];
  for (const problem of combinations.map((params) => family.problem(params))) {
    if (problem !== null) errors.push({ path: [...path, problem.parameter], message: problem.message });
  }
  return specsOf(family, combinations);
}

function distinct(values: readonly ParameterValue[]): readonly ParameterValue[] {
  return [...new Set(values)];
}

function tooManyColumns(family: FeatureFamily, path: readonly string[]): Error {
  return invalidFields([
    { path, message: `${family.name} has more than ${MAX_COLUMNS} combinations of its parameters; list fewer values.` },
  ]);
}

function tooFewSymbols({ name, minSymbols }: FeatureFamily, symbols: number): string {
  return `${name} compares symbols and takes at least ${minSymbols}; found ${symbols}.`;
}

function specsOf(family: FeatureFamily, combinations: readonly Parameters[]): readonly FeatureSpec[] {
  return combinations.map((params) => ({ name: columnName(family.name, params), family: family.name, params }));
}

/** How many bars at the front lack a feature. */
export function warmUpBars({ features }: FeatureConfig): number {
  return Math.max(0, ...features.map(({ family, params }) => familyOf(family).warmUp(params)));
}

/** Fewest symbols that every feature can be computed of. */
export function fewestSymbols({ features }: FeatureConfig): number {
  return Math.max(1, ...features.map(({ family }) => familyOf(family).minSymbols));
}

/** The family of a parsed feature. */
export function familyOf(name: string): FeatureFamily {
  const family = findFamily(name);
  invariant(family !== undefined, `feature ${name} was parsed`);
  return family;
}
