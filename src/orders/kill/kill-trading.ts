/** The use cases of halting: by a person, and by the limits on losses. */
import { type Principal, requireScope } from '../../access/index.ts';
import { invalid } from '../../core/index.ts';
import { type HaltCause, KILL_POLICIES, type KillPolicy } from '../../safety/index.ts';
import type { OrderDeps } from '../gateway.ts';
import type { KillReport } from './kill-report.ts';
import type { KillSwitch } from './kill-switch.ts';

/** What kills work with. */
export interface KillDeps extends OrderDeps {
  readonly kills: KillSwitch;
}

/** What a person says when pulling the switch. */
export interface KillInput {
  readonly reason?: string | null | undefined;
  /** `block`, `cancel` (default) or `flatten`; while trading is halted only a stronger one changes anything. */
  readonly policy?: string | null | undefined;
}

/**
 * Stops all trading of the caller: see kill-switch.ts. Answers in under a second when the broker answers within 50 ms and the
 * processors have time; again: the same, nothing is done twice. Scope `kill`.
 *
 * @throws {DomainError} VALIDATION for another policy; UNAVAILABLE when the halt could not be stored within 2 s (it will be, and
 * this process sends nothing meanwhile)
 */
export async function killTrading(deps: KillDeps, principal: Principal, input: KillInput = {}): Promise<KillReport> {
  requireScope(principal, 'kill');
  const policy = parsePolicy(input.policy ?? 'cancel');
  const { userId } = principal;
  return deps.kills.kill(userId, { cause: 'kill', reason: input.reason ?? null, policy, actor: `user:${userId}` });
}

/** Halts an owner's trading because a limit on losses was reached, and cancels what is open. */
export function haltForLosses(
  deps: Pick<KillDeps, 'kills'>,
  ownerId: number,
  { cause, reason }: { readonly cause: Extract<HaltCause, 'daily_loss' | 'drawdown'>; readonly reason: string },
): Promise<KillReport> {
  return deps.kills.kill(ownerId, { cause, reason, policy: 'cancel', actor: 'system' });
}

function parsePolicy(raw: string): KillPolicy {
  const policy = KILL_POLICIES.find((known) => known === raw);
  if (policy !== undefined) return policy;
  throw invalid('policy', `policy must be one of ${KILL_POLICIES.join(', ')}, found "${raw.slice(0, 40)}".`);
}
