/** `?limit=` with `?before=` (newest first) or `?after=` (ids ascend): the query parameters of lists. */
import { z } from 'zod';
import { LARGEST_ROW_ID } from '../core/index.ts';

/** Most rows that one answer may have. */
const LARGEST_PAGE = 500;

/** A whole number in a query string; what is no such text fails as the number that it is not. */
export function integerParameter(minimum: number, maximum: number) {
  const message = `must be a whole number from ${minimum} to ${maximum}`;
  return z
    .string(message)
    .regex(/^-?\d{1,15}$/, message)
    .transform(Number)
    .pipe(z.int(message).min(minimum, message).max(maximum, message));
}

const limit = integerParameter(1, LARGEST_PAGE);

/** Query parameters of a history: newest first, 50 rows when the request names no number. */
export const historyQuery = z.strictObject({
  limit: limit.default(50).describe('Rows in the answer.'),
  before: integerParameter(1, LARGEST_ROW_ID).optional().describe('Only rows whose id is smaller than this.'),
});

/** Query parameters of a list of resources: by id, all of them when the request names no number. */
export const resourceQuery = z.strictObject({
  limit: limit.optional().describe('Rows in the answer; all when left out.'),
  after: integerParameter(0, LARGEST_ROW_ID).optional().describe('Only rows whose id is larger than this.'),
});
