/** Which rows a root query reads: the caller's own, if the caller may read at all. */
import { requireScope } from '../access/index.ts';
import type { Caller } from './context.ts';
import { parseId, parsePlace } from './inputs.ts';

type RawId = string | number;

/** All rows of the caller. @throws {DomainError} FORBIDDEN without the scope `read` */
export function ownRows({ principal }: Caller): { readonly ownerId: number } {
  requireScope(principal, 'read');
  return { ownerId: principal.userId };
}

/** The row of the caller with this id, of which there may be none. @throws {DomainError} as `ownRows` */
export function ownRow(caller: Caller, id: RawId): { readonly ownerId: number; readonly id: number } {
  return { ...ownRows(caller), id: parseId(id) };
}

/** Rows that were created before the one with this id; all without an id. @throws {DomainError} VALIDATION when it can be no id */
export function rowsBefore(olderThan: RawId | null | undefined): { readonly id?: { readonly lt: number } } {
  return olderThan == null ? {} : { id: { lt: parsePlace(olderThan, 'olderThan') } };
}

/** Rows that were created after it. @throws {DomainError} as `rowsBefore` */
export function rowsAfter(newerThan: RawId | null | undefined): { readonly id?: { readonly gt: number } } {
  return newerThan == null ? {} : { id: { gt: parsePlace(newerThan, 'newerThan') } };
}
