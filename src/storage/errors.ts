/**
 * What a database error means to the rest of the program. A database that is down, locked or full is UNAVAILABLE (trying
 * again later may succeed); everything else leaves as Prisma's own error, which is a bug unless the caller expects it.
 *
 * It takes two steps, because Prisma stands between: it turns every error of a driver that has a `code` into one of its
 * own, and lets others through. So drivers throw a `DatabaseUnavailable`, which becomes a `DomainError` behind Prisma.
 */
import { isDriverAdapterError, type MappedError } from '@prisma/driver-adapter-utils';
import { unavailable } from '../core/index.ts';

/** Driver errors that say nothing about the statement, only that the database cannot be had right now. */
const UNAVAILABLE_KINDS: ReadonlySet<MappedError['kind']> = new Set([
  'AuthenticationFailed',
  'ConnectionClosed',
  'DatabaseAccessDenied',
  'DatabaseDoesNotExist',
  'DatabaseNotReachable',
  'SocketTimeout',
  'TlsConnectionError',
  'TooManyConnections',
  'TransactionWriteConflict',
]);

/** SQLite's result codes of the same kind, extended ones (`SQLITE_IOERR_WRITE`) included. https://www.sqlite.org/rescode.html */
const UNAVAILABLE_SQLITE_CODES = /^SQLITE_(BUSY|LOCKED|IOERR|FULL|CANTOPEN|PROTOCOL)/;

/**
 * PostgreSQL's classes 08 (connection), 40 (deadlock and other rollbacks), 53 (resources) and 57 (shutdown, timeout), and
 * the time-outs for a lock and for an idle transaction. https://www.postgresql.org/docs/15/errcodes-appendix.html
 */
const UNAVAILABLE_POSTGRES_CODES = /^(08|40|53|57|55P03|25P03)/;

/** What `pg` and its pool say without any code: no connection was free or made in time, or the one that there was is gone. */
const UNAVAILABLE_POSTGRES_WORDS =
  /^(timeout exceeded when trying to connect|timeout expired|Connection terminated|Client has encountered a connection error)/;

/** A driver's error that means that the database cannot be had for now. It has no `code`: see the head of this file. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
}

/** What a driver throws in place of `error`: DatabaseUnavailable where it means that, else the same error. */
export function translateDriverError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const isGone = isDriverAdapterError(error)
    ? isUnavailable(error.cause)
    : UNAVAILABLE_POSTGRES_WORDS.test(error.message);
  if (!isGone) return error;
  return new DatabaseUnavailable(error.message, { cause: error });
}

/** What leaves storage in place of what came out of Prisma: UNAVAILABLE for DatabaseUnavailable, else the same error. */
export function translatePrismaError(error: unknown): unknown {
  if (error instanceof DatabaseUnavailable) {
    return unavailable('The database is not available for now: try again.', error);
  }
  if (isTransactionStartTimeout(error)) return unavailable('Too many writes are waiting: try again.', error);
  return error;
}

function isUnavailable(cause: MappedError & { readonly originalCode?: string }): boolean {
  if (UNAVAILABLE_KINDS.has(cause.kind)) return true;
  if (cause.kind === 'postgres') return UNAVAILABLE_POSTGRES_CODES.test(cause.code);
  return cause.kind === 'sqlite' && UNAVAILABLE_SQLITE_CODES.test(cause.originalCode ?? '');
}

/** Whether SQLite refused because another connection holds the lock. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && isDriverAdapterError(error) && error.cause.kind === 'SocketTimeout';
}

/** Whether Prisma refused because a row with the same unique columns exists: its code P2002. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'P2002';
}

/** Whether Prisma gave up waiting for a transaction to begin: its code P2028 covers more than that. */
function isTransactionStartTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'P2028' && /Unable to start/.test(error.message);
}
