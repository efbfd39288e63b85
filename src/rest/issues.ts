/** What a zod schema found wrong with a request, as one VALIDATION error whose sentences a person can act on. */
import type { z } from 'zod';
import { abbreviated, type FieldError, invariant, throwIfAny } from '../core/index.ts';
import { quote } from './quote.ts';

type Issue = z.core.$ZodIssue;

/**
 * Parses one part of a request. Unknown keys of a strict schema become one error each, whose first lists the keys there are.
 *
 * @throws {DomainError} VALIDATION naming the fields that are wrong, in the names of the request: the first 20, and how many
 *   there are, so that a small request cannot have a large answer
 */
export function parsePart<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  part: 'body' | 'query',
): z.output<Schema> {
  const parsed = schema.safeParse(value, { reportInput: true });
  const known = knownFields(schema);
  const issues = parsed.error?.issues ?? [];
  throwIfAny([...issues.flatMap((issue) => fieldErrors(issue, { part, known })), ...protoKeys(value, [])]);
  invariant(parsed.success, 'a schema refused a request without an issue');
  return parsed.data;
}

/** Keys called `__proto__` below the top level: zod leaves them out of free-form objects without a word. */
function protoKeys(value: unknown, path: readonly string[]): readonly FieldError[] {
  if (typeof value !== 'object' || value === null || !isPlain(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const place = [...path, abbreviated(key)];
    if (key !== '__proto__') return protoKeys(inner, place);
    return path.length === 0 ? [] : [{ path: place, message: `There is no field ${quote(place.join('.'))}.` }];
  });
}

/** What came as JSON, and no stream of bytes. */
function isPlain(value: object): boolean {
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}

interface Part {
  readonly part: 'body' | 'query';
  /** Names of the fields at the top level, for the message about an unknown one. */
  readonly known: readonly string[];
}

function fieldErrors(issue: Issue, { part, known }: Part): readonly FieldError[] {
  const path = issue.path.map((segment) => abbreviated(String(segment)));
  if (issue.code === 'unrecognized_keys') {
    const what = part === 'query' ? 'query parameter' : 'field';
    const allowed = path.length > 0 ? '' : ` The ${what}s here are: ${known.join(', ') || 'none'}.`;
    return issue.keys.map((key, at) => ({
      path: [...path, abbreviated(key)],
      message: `There is no ${what} ${quote(key)}.${at === 0 ? allowed : ''}`,
    }));
  }
  const where = path.length === 0 ? `The ${part}` : quote(path.join('.'));
  return [{ path: path.length === 0 ? [part] : path, message: sentence(where, issue) }];
}

function sentence(where: string, issue: Issue): string {
  if (issue.code === 'invalid_type' && issue.expected === 'nonoptional') return `${where} is missing.`;
  if (issue.input === undefined) return `${where} is missing; it ${expectation(issue)}.`;
  return `${where} ${expectation(issue)}; it is ${quote(issue.input)}.`;
}

/** Schemas with rules of their own give a message that begins with "must"; the rest is told from the issue. */
function expectation(issue: Issue): string {
  if (issue.message.startsWith('must ')) return issue.message;
  if (issue.code === 'invalid_type') return `must be ${ARTICLES[issue.expected] ?? issue.expected}`;
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(quote).join(', ')}`;
  if (issue.code === 'too_small') return `must ${size(issue.origin, `at least ${issue.minimum}`)}`;
  if (issue.code === 'too_big') return `must ${size(issue.origin, `at most ${issue.maximum}`)}`;
  return `is not valid (${issue.message})`;
}

function size(origin: string, bound: string): string {
  if (origin === 'array') return `have ${bound} items`;
  return origin === 'string' ? `have ${bound} characters` : `be ${bound}`;
}

/** JSON types in words. */
const ARTICLES: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  array: 'an array',
  object: 'a JSON object',
  record: 'a JSON object',
  string: 'a text',
  boolean: 'true or false',
};

function knownFields(schema: z.ZodType): readonly string[] {
  return 'shape' in schema && typeof schema.shape === 'object' && schema.shape !== null
    ? Object.keys(schema.shape)
    : [];
}
