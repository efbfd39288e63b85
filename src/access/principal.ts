import { DomainError } from '../core/index.ts';

/** What a caller may do: read, change trading state, administer, or stop everything. */
export const SCOPES = ['read', 'trade', 'admin', 'kill'] as const;

/** One of `SCOPES`. */
export type Scope = (typeof SCOPES)[number];

/** Who calls a use case. Every use case takes one and names the scope it needs. */
export interface Principal {
  /** The owner of the rows that the call may see and change. */
  readonly userId: number;
  readonly scopes: ReadonlySet<Scope>;
}

/** @throws {DomainError} FORBIDDEN naming the scope that is missing */
export function requireScope(principal: Principal, scope: Scope): void {
  if (principal.scopes.has(scope)) return;
  throw new DomainError('FORBIDDEN', `This needs the scope "${scope}".`, { facts: { scope } });
}
