/** What came of a document: its data, or the expected error that it reports in either of GraphQL's two places. */
import type { ExecutionResult, GraphQLError } from 'graphql';
import { DomainError, type FieldError } from '../core/index.ts';
import { isErrorCode } from './problem.ts';

/**
 * The data of a document that succeeded. A mutation reports expected errors in the `errors` of its payload, a query in
 * the `extensions` of a top-level error.
 *
 * @throws {DomainError} with the code, fields and facts of the first error; INTERNAL (logged by the pipeline, whose
 *   message carries the id) for a bug
 */
export function succeeded<Data>(result: ExecutionResult<Data>): Data {
  const [topLevel] = result.errors ?? [];
  if (topLevel !== undefined) throw fromTopLevel(topLevel);
  const { data } = result;
  if (data === null || data === undefined) throw new Error('A document answered neither data nor errors.');
  for (const payload of Object.values(data)) {
    const errors = payloadErrors(payload);
    if (errors.length > 0) throw fromPayload(errors);
  }
  return data;
}

function fromTopLevel(error: GraphQLError): DomainError {
  const { code, errors, facts } = error.extensions as { code?: unknown; errors?: unknown; facts?: unknown };
  if (!isErrorCode(code)) throw new Error('A document failed without a code.', { cause: error });
  return new DomainError(code, error.message, {
    fields: Array.isArray(errors) ? (errors as readonly FieldError[]) : [],
    facts: typeof facts === 'object' && facts !== null ? { ...facts } : {},
    cause: error,
  });
}

interface UserError extends FieldError {
  readonly code?: unknown;
}

function payloadErrors(payload: unknown): readonly UserError[] {
  if (typeof payload !== 'object' || payload === null || !('errors' in payload)) return [];
  return Array.isArray(payload.errors) ? (payload.errors as readonly UserError[]) : [];
}

function fromPayload(errors: readonly UserError[]): DomainError {
  const code = errors[0]?.code;
  if (!isErrorCode(code)) throw new Error('A payload reports an error without a code.');
  const fields = errors.flatMap(({ path, message }) => (path.length === 0 ? [] : [{ path, message }]));
  return new DomainError(code, errors.map((error) => error.message).join(' '), { fields });
}
