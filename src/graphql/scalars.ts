/**
 * Scalars. On output they are exact; on input dates, symbols, schedules, cursors and decimals only have to be of the right JSON type
 * here, and the use case that takes them says what is wrong, so that a bad one is an error with a path and not a rejected
 * document.
 */
import { GraphQLError, Kind, type ValueNode } from 'graphql';
import { decimal, decimalText, type Json } from '../core/index.ts';
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

builder.scalarType('Cron', {
  description:
    'A schedule as in crontab(5): minute, hour, day, month, weekday, with names and lists; or six fields with seconds first. `0 9 * * MON-FRI`.',
  serialize: String,
  parseValue: (value) => text(value, 'Cron'),
});

builder.scalarType('TimeZone', {
  description: 'A name of the IANA time zone database: `America/New_York`.',
  serialize: String,
  parseValue: (value) => text(value, 'TimeZone'),
});

builder.scalarType('Cursor', {
  description: 'A place in the journal of events, as a decimal string. Later events have greater cursors.',
  serialize: String,
  parseValue: (value) => text(value, 'Cursor'),
});

builder.scalarType('Decimal', {
  description:
    'An exact decimal number with at most 8 places, as a string without an exponent: `"12.5"`. Input may also be a number that is finite; its shortest decimal form counts. No amount is greater than 999999999999.',
  serialize: (value) => decimalText(decimal(value)),
  parseValue: (value) => decimalInput(value),
  parseLiteral: (node) => decimalLiteral(node),
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

/** A text as it is, or a finite number: `1e999` in JSON reads as Infinity. */
function decimalInput(value: unknown): string | number {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new GraphQLError(`Decimal must be a string or a finite number; it is ${shown(value)}.`);
}

/** The digits of a number as they were written, which a double would round; with an exponent, the number. */
function decimalLiteral(node: ValueNode): string | number {
  if (node.kind === Kind.STRING) return node.value;
  if (node.kind !== Kind.INT && node.kind !== Kind.FLOAT) {
    throw new GraphQLError('Decimal must be a string or a finite number.', { nodes: node });
  }
  return /e/i.test(node.value) ? finite(node.value) : node.value;
}

function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'nothing').slice(0, 40);
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
