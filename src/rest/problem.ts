/** The one shape of an error answer: RFC 9457 `application/problem+json`, made from a `DomainError` and nothing else. */
import { z } from 'zod';
import { type DomainError, ERROR_CODES, type ErrorCode, isErrorCode, snakeName } from '../core/index.ts';

/** Media type of every error answer. */
export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** Every code, in the order of the table. */
export const errorCodes: readonly ErrorCode[] = Object.keys(ERROR_CODES).filter(isErrorCode);

/** An error answer. Facts of the error, such as a limit and what was observed, stand beside these as further members. */
export const problemSchema = z
  .looseObject({
    type: z.string().describe('A URN that names the kind of error; it never changes for a code.'),
    title: z.string().describe('The kind of error in words; the same for every error of a code.'),
    status: z.int().describe('The HTTP status, repeated.'),
    detail: z.string().describe('A sentence to act on: what was expected, what was found, what to do.'),
    code: z.enum(errorCodes).describe('The stable code to branch on.'),
    errors: z
      .array(
        z.object({
          path: z.string().describe('Where the field stands in the request, segments joined by dots.'),
          message: z.string().describe('What was expected of the field, and what was found.'),
        }),
      )
      .optional()
      .describe('The fields that are wrong, with VALIDATION.'),
  })
  .meta({ title: 'Problem' });

/** See `problemSchema`. */
export type Problem = z.output<typeof problemSchema>;

/** The error as a problem. Its paths are in the names of the request already; its facts get snake_case keys. */
export function problemOf(error: DomainError): Problem {
  const { status, title } = ERROR_CODES[error.code];
  const facts = Object.entries(error.facts).map(([name, value]) => [snakeName(name), jsonValue(value)]);
  const errors = error.fields.map((field) => ({ path: field.path.join('.'), message: field.message }));
  return {
    ...Object.fromEntries(facts),
    type: `urn:dunlin:problem:${error.code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    ...(errors.length === 0 ? {} : { errors }),
  };
}

function jsonValue(value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
