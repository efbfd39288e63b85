/** What came of a document: its data, or the expected error that it reports in either of GraphQL's two places. */
import type { ExecutionResult, GraphQLError } from 'graphql';
import { DomainError, type FieldError, isErrorCode } from '../core/index.ts';
import { facadePath, facadeSentence } from './naming.ts';

/** From a path in the facade's names to where that stands in the request. */
type PlaceOf = (path: readonly string[]) => readonly string[];

/**
 * The data of a document that succeeded. A mutation reports expected errors in the `errors` of its payload, a query in
 * the `extensions` of a top-level error.
 *
 * @throws {DomainError} with the code, fields and facts of the first error; INTERNAL (logged by the pipeline, whose
 *   message carries the id) for a bug
 */
export function succeeded<Data>(result: ExecutionResult<Data>, placeOf: PlaceOf = (path) => path): Data {
  const [topLevel] = result.errors ?? [];
  if (topLevel !== undefined) throw fromTopLevel(topLevel, placeOf);
  const { data } = result;
  if (data === null || data === undefined) throw new Error('A document answered neither data nor errors.');
  for (const payload of Object.values(data)) {
    const errors = payloadErrors(payload);
    if (errors.length > 0) throw fromPayload(errors, placeOf);
  }
  return data;
}

function fromTopLevel(error: GraphQLError, placeOf: PlaceOf): DomainError {
  const { code, errors, facts } = error.extensions;
  if (!isErrorCode(code)) throw new Error('A document failed without a code.', { cause: error });
  const fields: readonly FieldError[] = Array.isArray(errors) ? errors : [];
  return new DomainError(code, facadeSentence(error.message, pathsOf(fields)), {
    fields: facadeFields(fields, placeOf),
    facts: typeof facts === 'object' && facts !== null ? { ...facts } : {},
    cause: error,
  });
}

/** An error in a payload: beside these it has the facts of its type, null where it has none. */
interface UserError extends FieldError {
  readonly __typename?: unknown;
  readonly code?: unknown;
}

function payloadErrors(payload: unknown): readonly UserError[] {
  if (typeof payload !== 'object' || payload === null || !('errors' in payload)) return [];
  return Array.isArray(payload.errors) ? (payload.errors as readonly UserError[]) : [];
}

function fromPayload(errors: readonly UserError[], placeOf: PlaceOf): DomainError {
  const { __typename: _type, code, message: _message, path: _path, ...facts } = errors[0] ?? {};
  if (!isErrorCode(code)) throw new Error('A payload reports an error without a code.');
  const message = errors.map((error) => error.message).join(' ');
  return new DomainError(code, facadeSentence(message, pathsOf(errors)), {
    // What is not found is named by the path of the request.
    fields: code === 'NOT_FOUND' ? [] : facadeFields(errors, placeOf),
    facts: shownFacts(facts),
  });
}

/** An error about no field in particular has an empty path. */
function facadeFields(errors: readonly FieldError[], placeOf: PlaceOf): readonly FieldError[] {
  return errors
    .filter((error) => error.path.length > 0)
    .map(({ path, message }) => ({ path: placeOf(facadePath(path)), message: facadeSentence(message, path) }));
}

/** Facts that are texts in GraphQL and numbers here: an id, and exact decimals. */
const NUMBERS = new Set(['orderId', 'limit', 'observed']);

/** Null says that an error has no such fact. */
function shownFacts(facts: object): Readonly<Record<string, unknown>> {
  const known = Object.entries(facts).filter(([, value]) => value !== null);
  return Object.fromEntries(known.map(([name, value]) => [name, NUMBERS.has(name) ? Number(value) : value]));
}

function pathsOf(errors: readonly FieldError[]): readonly string[] {
  return errors.flatMap((error) => error.path);
}
