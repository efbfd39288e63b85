import { type AccountValue, effectiveMode, valueAccount } from '../orders/index.ts';
import { readSafety } from '../safety/index.ts';
import type { AlertDeps } from './deps.ts';

/**
 * The account that an owner trades with now, at the newest prices.
 *
 * @throws {DomainError} UNAVAILABLE
 */
export async function accountOf(deps: AlertDeps, ownerId: number): Promise<AccountValue> {
  const settings = await readSafety(deps.database.read, ownerId);
  return await valueAccount(deps, ownerId, effectiveMode(deps, settings));
}
