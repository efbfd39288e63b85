/**
 * Expected errors in GraphQL. A mutation answers with `errors: [UserError!]!` in its payload; a query or subscription
 * that cannot be answered has a top-level error whose `extensions.code` is the same code. Bugs are masked elsewhere.
 */
import { GraphQLError } from 'graphql';
import { type Decimal, DomainError, decimal, ERROR_CODES, type ErrorCode } from '../core/index.ts';
import { builder } from './builder.ts';

/** One thing that is wrong with a mutation's input, or with the moment. */
export interface UserErrorShape {
  readonly code: ErrorCode;
  readonly message: string;
  readonly path: readonly string[];
  readonly facts: Readonly<Record<string, unknown>>;
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys forgets what the keys are.
const CODES = Object.keys(ERROR_CODES) as ErrorCode[];

const ErrorCodeEnum = builder.enumType('ErrorCode', {
  description: 'What kind of error it is; stable. Each code is one HTTP status of the REST API.',
  values: Object.fromEntries(CODES.map((code) => [code, { value: code, description: describeCode(code) }])),
});

export const UserError = builder.interfaceRef<UserErrorShape>('UserError').implement({
  description: 'An error that the caller can act on.',
  fields: (t) => ({
    code: t.field({ type: ErrorCodeEnum, description: 'What kind of error it is.', resolve: (error) => error.code }),
    message: t.exposeString('message', {
      description: 'A sentence that says what was expected, what was found and what to do.',
    }),
    path: t.exposeStringList('path', {
      description: 'Where in the arguments, e.g. `["input", "paramGrid", "short_window", "0"]`; empty when nowhere.',
    }),
  }),
  resolveType: (error) => errorTypeName(error.code),
});

/** The GraphQL type of a code: `NOT_FOUND` -> `NotFoundError`. */
export function errorTypeName(code: ErrorCode): string {
  const words = code.split('_').map((word) => word.charAt(0) + word.slice(1).toLowerCase());
  return `${words.join('')}Error`;
}

/** What a code means, in the words of the table. */
export function describeCode(code: ErrorCode): string {
  return `${ERROR_CODES[code].title}. HTTP ${ERROR_CODES[code].status}.`;
}

const GENERAL_CODES = [
  'VALIDATION',
  'NOT_FOUND',
  'CONFLICT',
  'PLAN_STALE',
  'EXPIRED',
  'RATE_LIMITED',
  'UNAVAILABLE',
] as const;

/** Codes of orders that were denied; their types are in `order-errors.ts`. */
export const DENIAL_CODES = [
  'KILL_SWITCH_ACTIVE',
  'REDUCING_ONLY',
  'LIVE_DISABLED',
  'UNKNOWN_SYMBOL',
  'MARKET_CLOSED',
  'STALE_PRICE',
  'PRICE_COLLAR',
  'DAILY_TRADE_LIMIT',
  'ORDER_RATE_LIMIT',
  'ORDER_VALUE_LIMIT',
  'POSITION_LIMIT',
  'SHORT_NOT_ALLOWED',
  'INSUFFICIENT_FUNDS',
  'DAILY_LOSS_LIMIT',
  'DRAWDOWN_LIMIT',
  'DUPLICATE_ORDER',
  'RUNAWAY',
  'APPROVAL_REQUIRED',
  'ORDER_NOT_SUPPORTED',
] as const satisfies readonly ErrorCode[];

/** Codes that a mutation's payload can carry; the others are top-level errors (access, documents, bugs) or HTTP's own. */
export const PAYLOAD_CODES = [...GENERAL_CODES, ...DENIAL_CODES] as const;

for (const code of GENERAL_CODES) {
  builder.objectRef<UserErrorShape>(errorTypeName(code)).implement({
    description: describeCode(code),
    interfaces: [UserError],
    fields: (t) => ({
      limit: t.field({
        type: 'Decimal',
        nullable: true,
        description: 'The bound that was exceeded, where the error is about a number.',
        resolve: (error) => decimalFact(error, 'limit'),
      }),
      observed: t.field({
        type: 'Decimal',
        nullable: true,
        description: 'What was found, where the error is about a number.',
        resolve: (error) => decimalFact(error, 'observed'),
      }),
      ...(code === 'RATE_LIMITED' || code === 'UNAVAILABLE'
        ? {
            retryAfterSeconds: t.float({
              nullable: true,
              description: 'When trying again may succeed, in seconds from now; null where nobody can tell.',
              resolve: (error) => numberFact(error, 'retryAfterSeconds'),
            }),
          }
        : {}),
    }),
  });
}

/** A fact of an error that is a finite number; null where it has none of this name. */
export function numberFact(error: UserErrorShape, name: string): number | null {
  const value = error.facts[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** The same of an amount, which may be a text where a number could not have all of its digits. */
export function decimalFact(error: UserErrorShape, name: string): Decimal | string | null {
  const value = error.facts[name];
  if (typeof value === 'string') return /^-?\d+(\.\d+)?$/.test(value) ? value : null;
  const number = numberFact(error, name);
  return number === null ? null : decimal(number);
}

/** What a mutation came to: the value, or the errors. */
export type Outcome<Value> = { readonly value: Value | null; readonly errors: readonly UserErrorShape[] };

/**
 * Runs a mutation's use case; errors of `PAYLOAD_CODES` become part of the payload, everything else is thrown on.
 *
 * @param idField the field of the input that names what the mutation is about: where NOT_FOUND stands
 */
export async function attempt<Value>(work: () => Promise<Value>, idField?: string): Promise<Outcome<Value>> {
  try {
    return { value: await work(), errors: [] };
  } catch (error) {
    if (!(error instanceof DomainError) || !isPayloadCode(error.code)) throw error;
    return { value: null, errors: userErrors(error, idField) };
  }
}

/** An expected error as a top-level one. */
export function toGraphQLError(error: DomainError): GraphQLError {
  return new GraphQLError(error.message, {
    originalError: error,
    extensions: { code: error.code, errors: error.fields, facts: error.facts },
  });
}

function isPayloadCode(code: ErrorCode): boolean {
  return PAYLOAD_CODES.some((candidate) => candidate === code);
}

function userErrors(error: DomainError, idField?: string): readonly UserErrorShape[] {
  const { code, facts } = error;
  const path = code === 'NOT_FOUND' && idField !== undefined ? ['input', idField] : [];
  if (error.fields.length === 0) return [{ code, facts, message: error.message, path }];
  return error.fields.map((field) => ({ code, facts, message: field.message, path: ['input', ...field.path] }));
}
