/** Names on the two sides of the facade: camelCase in the use cases and GraphQL, snake_case in REST. */
import {
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import { snakeName } from '../core/index.ts';
import { schema } from '../graphql/index.ts';

/** Members whose keys the client chose, or which are names of parameters or symbols: below them nothing is renamed. */
const FREE_MEMBERS = [
  'params',
  'paramGrid',
  'bestParams',
  'defaultGrid',
  'parametersSchema',
  'targetWeights',
  'features',
] as const;

type FreeMember = (typeof FREE_MEMBERS)[number];

/** `nSplits` → `n_splits`. */
type SnakeName<Name extends string> = Name extends `${infer Head}${infer Tail}`
  ? Tail extends Uncapitalize<Tail>
    ? `${Lowercase<Head>}${SnakeName<Tail>}`
    : `${Lowercase<Head>}_${SnakeName<Tail>}`
  : Name;

/** `n_splits` → `nSplits`. */
type CamelName<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelName<Tail>>}`
  : Name;

/** A value with the keys of its objects in snake_case, all the way down but for the free members. */
export type InSnakeCase<Value> = Value extends readonly (infer Item)[]
  ? readonly InSnakeCase<Item>[]
  : Value extends object
    ? {
        readonly [Key in keyof Value & string as SnakeName<Key>]: Key extends FreeMember
          ? Value[Key]
          : InSnakeCase<Value[Key]>;
      }
    : Value;

/** An object with its own keys in camelCase; its values stay as they are. */
export type WithCamelKeys<Fields> = { readonly [Key in keyof Fields & string as CamelName<Key>]: Fields[Key] };

const free = new Set<string>(FREE_MEMBERS);

/** What a document answered, as the facade writes it. */
export function snakeKeys<Value>(value: Value): InSnakeCase<Value> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The type says of each key what the function does to it.
  return renamed(value) as InSnakeCase<Value>;
}

function renamed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renamed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [knownName(key), free.has(key) ? member : renamed(member)]),
  );
}

/** Names that were renamed before: those of our own documents come again in every answer. */
const known = new Map<string, string>();
const MOST_KNOWN = 10_000;

function knownName(key: string): string {
  const name = known.get(key) ?? snakeName(key);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, name);
  return name;
}

/** The fields of a body as the input of a mutation. */
export function camelKeys<Fields extends object>(fields: Fields): WithCamelKeys<Fields> {
  const entries = Object.entries(fields).map(([key, value]) => [key.replaceAll(/_([a-z])/g, capital), value]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The type says of each key what the function does to it.
  return Object.fromEntries(entries) as WithCamelKeys<Fields>;
}

function capital(_match: string, letter: string): string {
  return letter.toUpperCase();
}

/**
 * A path of the use cases, perhaps below the GraphQL argument `input`, in the names of the facade. Names of parameters
 * and symbols stay as they are.
 */
export function facadePath(path: readonly string[]): readonly string[] {
  const inside = path[0] === 'input' ? path.slice(1) : path;
  const lastRenamed = inside.findIndex((segment) => free.has(segment));
  return inside.map((segment, at) => (lastRenamed !== -1 && at > lastRenamed ? segment : snakeName(segment)));
}

/**
 * A sentence of the use cases with the names of fields as the facade writes them: those of the API's schema wherever they
 * stand outside of quotation marks, as in `raise maxPositionPct`, and those of the path that it is about anywhere. What a
 * client wrote is quoted, and stays.
 */
export function facadeSentence(sentence: string, path: readonly string[] = []): string {
  const names = path.filter((segment) => snakeName(segment) !== segment);
  const renamedPath = names.reduce(
    (text, name) => text.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), snakeName(name)),
    sentence,
  );
  return renamedPath.replaceAll(QUOTED_OR_NAME, (word) => (fieldNames().has(word) ? snakeName(word) : word));
}

/** A quotation, or a word in camelCase. */
const QUOTED_OR_NAME = /"(?:[^"\\]|\\.)*"|\b[a-z]+[0-9]*(?:[A-Z][a-z0-9]*)+\b/g;

let names: ReadonlySet<string> | undefined;

/** The fields and arguments of the schema whose names differ on the two sides. */
function fieldNames(): ReadonlySet<string> {
  names ??= new Set(
    Object.values(schema.getTypeMap())
      .flatMap(namesIn)
      .filter((name) => snakeName(name) !== name),
  );
  return names;
}

function namesIn(type: GraphQLNamedType): readonly string[] {
  if (!isObjectType(type) && !isInputObjectType(type) && !isInterfaceType(type)) return [];
  const fields: readonly (GraphQLField<unknown, unknown> | GraphQLInputField)[] = Object.values(type.getFields());
  return fields.flatMap((field) => [field.name, ...('args' in field ? field.args.map(({ name }) => name) : [])]);
}

/** The same of a sentence that was stored, and may be none. */
export function facadeReason(sentence: string | null): string | null {
  return sentence === null ? null : facadeSentence(sentence);
}

/** What a run found, whose keys are in snake_case already, with its reasons as the facade writes them. */
export function facadeFindings(findings: unknown): unknown {
  if (Array.isArray(findings)) return findings.map(facadeFindings);
  if (typeof findings !== 'object' || findings === null) return findings;
  const entries = Object.entries(findings).map(([key, value]: [string, unknown]) => [
    key,
    key === 'reason' && typeof value === 'string' ? facadeSentence(value) : facadeFindings(value),
  ]);
  return Object.fromEntries(entries);
}
