/**
 * Scalars. On output they are exact; on input dates, symbols and cursors only have to be strings here, and the use case
 * that takes them says what is wrong, so that a bad one is an error with a path and not a rejected document.
 */
import { GraphQLError, Kind, type ValueNode } from 'graphql';
import type { Json } from '../core/index.ts';
import { builder } from './builder.ts';

builder.scalarType('DateTime', {
  description: 'An instant, ISO 8601 in UTC with milliseconds: `2024-12-31T21:00:00.000Z`.',
  serialize: (value) => (value instanceof Date ? value : new Date(value)).toISOString(),
  parseValue: (value) => {
    const instant = new Date(text(value, 'DateTime'));
    if (Number.isNaN(instant.getTime())) throw new GraphQLError(`DateTime must be ISO 8601; it is ${String(value)}.`);
    return instant;
  },
});

builder.scalarType('Date', {
  description: 'A date of the exchange: `2024-12-31`.',
  serialize: String,
  parseValue: (value) => text(value, 'Date'),
});

builder.scalarType('Symbol', {
  description:
    'A ticker: 1 to 32 of `A-Z 0-9 . / : _ -`, beginning with a letter or digit; lower case is taken as upper case. With a `/` or ending in `-USD` it trades around the clock.',
  serialize: String,
  parseValue: (value) => text(value, 'Symbol'),
});

builder.scalarType('Cursor', {
  description: 'A place in the journal of events, as a decimal string. Later events have greater cursors.',
  serialize: String,
  parseValue: (value) => text(value, 'Cursor'),
});

builder.scalarType('JSON', {
  description: 'A JSON value whose shape depends on something else, such as the parameters of a strategy type.',
  serialize: (value) => value,
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Variables arrive as parsed JSON.
  parseValue: (value) => value as Json,
  parseLiteral: (node, variables) => literalValue(node, variables ?? {}),
});

builder.scalarType('Csv', {
  description: 'Comma-separated values as text. The REST import passes the bytes of its body as they arrive instead.',
  serialize: () => {
    throw new GraphQLError('Csv is for input only.');
  },
  parseValue: (value) => (isByteStream(value) ? value : text(value, 'Csv')),
});

/** Only a facade of this process can have one among its variables: what comes as JSON has no such member. */
function isByteStream(value: unknown): value is AsyncIterable<Uint8Array> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function text(value: unknown, scalar: string): string {
  if (typeof value === 'string') return value;
  throw new GraphQLError(`${scalar} must be a string; it is ${JSON.stringify(value)}.`);
}

/** A literal as JSON; numbers must be finite (`1e309` would read as Infinity), and no key can reach a prototype. */
function literalValue(node: ValueNode, variables: Readonly<Record<string, unknown>>): Json {
  switch (node.kind) {
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value;
    case Kind.INT:
    case Kind.FLOAT:
      return finite(node.value);
    case Kind.NULL:
      return null;
    case Kind.LIST:
      return node.values.map((value) => literalValue(value, variables));
    case Kind.OBJECT:
      return Object.fromEntries(
        node.fields.map((field) => [field.name.value, literalValue(field.value, variables)]),
      ) as Json;
    case Kind.VARIABLE:
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Variables arrive as parsed JSON.
      return (variables[node.name.value] ?? null) as Json;
  }
}

function finite(digits: string): number {
  const value = Number(digits);
  if (Number.isFinite(value)) return value;
  throw new GraphQLError(`A number must be finite; ${digits.slice(0, 40)} is not.`);
}
