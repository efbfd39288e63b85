import { type Principal, requireScope } from '../../access/index.ts';
import { conflict } from '../../core/index.ts';
import { lockSafety, resumeState, type SafetySettings, safetyEvent } from '../../safety/index.ts';
import { restartMeasures } from '../restart-measures.ts';
import type { KillDeps } from './kill-trading.ts';

/**
 * Lets the caller's trading go on, in the state before the halt. It restarts nothing that was stopped separately: runaway
 * sources stay stopped, and no order that was denied or canceled comes back. After a halt for losses these are measured from
 * now on: else the same loss would halt again at once. Nothing happens while trading is not halted.
 * Scope `admin`.
 *
 * @throws {DomainError} CONFLICT while stored limits cannot be read, or while this process has a halt that is not stored yet
 */
export async function resumeTrading(
  deps: KillDeps,
  principal: Principal,
  { reason = null }: { readonly reason?: string | null | undefined } = {},
): Promise<SafetySettings> {
  requireScope(principal, 'admin');
  const { userId: ownerId } = principal;
  if (deps.kills.isWaiting(ownerId)) {
    throw conflict('A halt of this account is still to be stored: wait until the database answers, then look again.');
  }
  const { journal, clock, ids } = deps;
  const actor = `user:${ownerId}`;
  return journal.write(async ({ db, append }) => {
    const measures = await restartMeasures(db, clock, await lockSafety(db, clock, ownerId));
    const { settings, eventId } = await resumeState(db, clock, ownerId, { actor, reason, measures });
    if (eventId === null) return settings;
    const payload = { state: settings.state, epoch: settings.epoch, actor, reason };
    await append(safetyEvent('TradingResumed', { ownerId, eventId, payload, correlationId: ids.next() }));
    return settings;
  });
}
