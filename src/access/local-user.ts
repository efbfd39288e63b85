import { type Principal, SCOPES } from './principal.ts';

/** The default user with every scope: who calls from this machine while the server listens on loopback only. */
export function localUser(userId: number): Principal {
  return { userId, scopes: new Set(SCOPES) };
}
