/** The leaf vocabulary of every part: time, dates, decimals, randomness, identifiers, errors, assertions. It imports nothing of ours. */

export { BLOCK_LENGTH, type Block, inBlocks } from './blocks.ts';
export { type Clock, dateOf, systemClock } from './clock.ts';
export { comeBackMs } from './come-back.ts';
export { counted } from './counted.ts';
export { DAY_MS, type DateRange, dayFromDate, formatDate, parseDate, parseDateRange, utcDay } from './date.ts';
export {
  DECIMAL_PLACES,
  type Decimal,
  decimal,
  decimalText,
  MAX_DECIMAL,
  maxOf,
  minOf,
  readDecimal,
  sumOf,
  toMoney,
  truncated,
  ZERO,
} from './decimal.ts';
export {
  conflict,
  DomainError,
  ERROR_CODES,
  type ErrorCode,
  type FieldError,
  invalid,
  invalidFields,
  isErrorCode,
  notFound,
  unavailable,
} from './errors.ts';
export { given } from './given.ts';
export { type IdSource, randomIds } from './ids.ts';
export { InvariantViolation, invariant } from './invariant.ts';
export { type Json, type JsonObject, readJson } from './json.ts';
export type { Log } from './log.ts';
export { memberOf } from './member.ts';
export { snakeName } from './names.ts';
export { packageFile } from './package-file.ts';
export { parseAll, throwIfAny } from './parse-all.ts';
export { parseName } from './parse-name.ts';
export { type Random, seededRandom } from './random.ts';
export { RepeatingTask } from './repeating-task.ts';
export { isRowId, LARGEST_ROW_ID } from './row-id.ts';
export { abbreviated, shown } from './shown.ts';
