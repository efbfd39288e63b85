/**
 * Errors that a caller can act on. One code is one HTTP status, one title and one GraphQL type; the table below is the
 * only place that says so. Bugs are not here: they are `InvariantViolation`s or plain `Error`s, masked at the edge.
 */

/** Stable code -> HTTP status and title of the RFC 9457 problem. */
export const ERROR_CODES = {
  BAD_REQUEST: { status: 400, title: 'The request could not be read' },
  UNAUTHENTICATED: { status: 401, title: 'Authentication is required' },
  FORBIDDEN: { status: 403, title: 'Not allowed' },
  NOT_FOUND: { status: 404, title: 'Not found' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'Method not allowed' },
  CONFLICT: { status: 409, title: 'The state does not allow this' },
  KILL_SWITCH_ACTIVE: { status: 409, title: 'Trading is halted' },
  REDUCING_ONLY: { status: 409, title: 'Only orders that reduce a position are accepted' },
  LIVE_DISABLED: { status: 409, title: 'Live trading is not enabled' },
  UNKNOWN_SYMBOL: { status: 409, title: 'There is no price for the symbol' },
  MARKET_CLOSED: { status: 409, title: 'The market is closed' },
  STALE_PRICE: { status: 409, title: 'The newest price is too old' },
  PRICE_COLLAR: { status: 409, title: 'The limit price is too far from the market' },
  DAILY_TRADE_LIMIT: { status: 409, title: 'The daily trade limit is reached' },
  ORDER_RATE_LIMIT: { status: 409, title: 'Too many orders in a minute' },
  ORDER_VALUE_LIMIT: { status: 409, title: 'The order is too large' },
  POSITION_LIMIT: { status: 409, title: 'The position would be too large' },
  SHORT_NOT_ALLOWED: { status: 409, title: 'Short sales are not possible' },
  INSUFFICIENT_FUNDS: { status: 409, title: 'The buying power does not suffice' },
  DAILY_LOSS_LIMIT: { status: 409, title: 'The loss of the day reached its limit' },
  DRAWDOWN_LIMIT: { status: 409, title: 'The drawdown reached its limit' },
  DUPLICATE_ORDER: { status: 409, title: 'The same order was placed a moment ago' },
  RUNAWAY: { status: 409, title: 'The source sends orders without end' },
  APPROVAL_REQUIRED: { status: 409, title: 'A person has to approve the order' },
  ORDER_NOT_SUPPORTED: { status: 409, title: 'The broker cannot take such an order' },
  PLAN_STALE: { status: 409, title: 'The plan was made for another portfolio than there is now' },
  EXPIRED: { status: 410, title: 'It has expired' },
  CURSOR_EXPIRED: { status: 410, title: 'The cursor is older than the journal' },
  PAYLOAD_TOO_LARGE: { status: 413, title: 'The body is too large' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'Unsupported media type' },
  VALIDATION: { status: 422, title: 'A field is wrong or missing' },
  IDEMPOTENCY_MISMATCH: { status: 422, title: 'The idempotency key was used with another body' },
  RATE_LIMITED: { status: 429, title: 'Too many requests' },
  INTERNAL: { status: 500, title: 'Internal error' },
  UNAVAILABLE: { status: 503, title: 'A service that this needs is not available' },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>;

/** A stable code of the table above. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** Whether a value is one of the stable codes. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_CODES, code);
}

/** One field that is wrong: where it stands in the input, and a sentence that says what was expected and found. */
export interface FieldError {
  /** Path into the input, e.g. `['paramGrid', 'short_window', '0']`, in the field names of the use case (camelCase). */
  readonly path: readonly string[];
  readonly message: string;
}

/** An expected error. `message` says what was expected, what was found and what to do. */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly code: ErrorCode;
  /** The fields that are wrong; empty unless the code is VALIDATION, or NOT_FOUND of what one field beside others names. */
  readonly fields: readonly FieldError[];
  /** Machine-readable facts beside the sentence, e.g. `{limit: 10000, observed: 12000}`. */
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    details: {
      readonly fields?: readonly FieldError[];
      readonly facts?: Readonly<Record<string, unknown>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.fields = details.fields ?? [];
    this.facts = details.facts ?? {};
  }
}

/** A VALIDATION error about one field; `path` is dotted, e.g. `'paramGrid.short_window'`. */
export function invalid(path: string, message: string, facts?: Readonly<Record<string, unknown>>): DomainError {
  return invalidFields([{ path: path.split('.'), message }], facts);
}

/** A VALIDATION error about several fields at once; `fields` is not empty. */
export function invalidFields(fields: readonly FieldError[], facts?: Readonly<Record<string, unknown>>): DomainError {
  const message = fields.map((field) => field.message).join(' ');
  return new DomainError('VALIDATION', message, facts === undefined ? { fields } : { fields, facts });
}

/**
 * NOT_FOUND, also for another user's row: the answer must not tell the two apart.
 *
 * @param field the field of the input that names it, where that is not the one that says what the request is about
 */
export function notFound(what: string, id: number | string, field?: string): DomainError {
  const message = `There is no ${what} ${id}.`;
  return new DomainError('NOT_FOUND', message, field === undefined ? {} : { fields: [{ path: [field], message }] });
}

/** CONFLICT: the state of the thing does not allow the command. */
export function conflict(message: string, facts?: Readonly<Record<string, unknown>>): DomainError {
  return new DomainError('CONFLICT', message, facts === undefined ? {} : { facts });
}

/** UNAVAILABLE: something outside the process is down for now; trying again later may succeed. */
export function unavailable(message: string, cause?: unknown): DomainError {
  return new DomainError('UNAVAILABLE', message, { cause });
}
