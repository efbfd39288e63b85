/**
 * Checking a goal: its drift is measured, and what changed is told once.
 *
 *   on target --a symbol's drift is above the threshold--> breached (GoalDrifted; a plan is due)
 *   breached  --no drift is above it any more-----------> on target (GoalRecovered)
 *
 * A breach leads to one plan: in the mode `alert` it is suggested, in the mode `auto` it is carried out. While it cannot be carried
 * out (trading is halted, orders work, the check comes too late to place orders) it stays due, and the next check makes a
 * fresh one. A plan that was begun answers the breach, whatever comes of it; but for one that was held back.
 */
import { DomainError, decimalText } from '../core/index.ts';
import { brokerOf } from '../orders/index.ts';
import { readSafety } from '../safety/index.ts';
import type { GoalRow, RebalancePlanRow } from '../storage/index.ts';
import { beginAnswer } from './begin-plan.ts';
import type { RebalanceDeps } from './deps.ts';
import type { Drift } from './drift.ts';
import { driftEvent, type EventCause } from './events.ts';
import { lockGoal } from './find-goal.ts';
import { goalOf } from './goal.ts';
import { wasHeldBack } from './held-back.ts';
import { type Measured, measureGoal } from './holdings.ts';
import { type PlanCause, proposeAnswer, proposePlan } from './propose-plan.ts';

/** Why a goal is checked. */
export interface CheckCause extends EventCause {
  /** The run of the scheduler that checks it. */
  readonly jobRunId?: number;
  /** False when it comes so late that it may only suggest. */
  readonly mayPlaceOrders: boolean;
}

/** What a check found and led to. */
export interface GoalCheck {
  readonly goal: GoalRow;
  readonly drift: Drift;
  /** The plan that it made; null when none was due. */
  readonly plan: RebalancePlanRow | null;
  /** Why a breach did not lead to orders now; null when it did, or there is none. */
  readonly reason: string | null;
}

/**
 * Checks a goal. Null when there is nothing to check: it was deleted, it is off, or a plan is being carried out on its account,
 * and another check comes when that has ended.
 *
 * @throws {DomainError} what `measureDrift` throws
 */
export async function checkGoal(deps: RebalanceDeps, seen: GoalRow, cause: CheckCause): Promise<GoalCheck | null> {
  if (seen.rebalanceMode === 'off' || (await isRebalancing(deps, seen.ownerId))) return null;
  const measured = await measureGoal(deps, goalOf(seen));
  const recorded = await recordCheck(deps, seen, { measured, cause });
  if (recorded === null) return null;
  const { goal } = recorded;
  const { drift } = measured;
  if (!goal.isPlanDue) return { goal, drift, plan: null, reason: await whatAnswered(deps, goal) };
  const answer = await answerBreach(deps, recorded, { measured, cause });
  return { goal, drift, ...answer };
}

/** Whether a plan is carried out on an account of the owner. */
export async function isRebalancing({ database }: RebalanceDeps, ownerId: number): Promise<boolean> {
  return (await database.read.rebalancePlan.count({ where: { ownerId, status: 'executing' } })) > 0;
}

interface Check {
  readonly measured: Measured;
  readonly cause: CheckCause;
}

/** A goal after a check, and whether that found a breach that was not there before. */
interface Recorded {
  readonly goal: GoalRow;
  readonly isNewBreach: boolean;
}

/** Stores what was found; null when the goal is not what it was, so that the drift is not its own. */
async function recordCheck(deps: RebalanceDeps, seen: GoalRow, { measured, cause }: Check): Promise<Recorded | null> {
  const { drift, at, mode } = measured;
  return await deps.journal.write(async ({ db, append }) => {
    const before = await lockGoal(db, seen);
    if (before === null || before.updatedAt.getTime() !== seen.updatedAt.getTime()) return null;
    const checked = { lastCheckedAt: at, lastDrift: decimalText(drift.maxDrift) };
    const where = { id: seen.id };
    const isSame = drift.needsRebalance === (before.breachedAt !== null);
    if (isSame) {
      const isPlanDue = before.isPlanDue || (before.rebalanceMode === 'auto' && (await wasHeldBack(db, before)));
      return { goal: await db.goal.update({ where, data: { ...checked, isPlanDue } }), isNewBreach: false };
    }
    const type = drift.needsRebalance ? 'GoalDrifted' : 'GoalRecovered';
    const cursor = await append(driftEvent(type, goalOf(before), { ...cause, mode, drift }));
    const isNewBreach = drift.needsRebalance;
    const breach = isNewBreach ? { breachedAt: at, breachCursor: cursor } : { breachedAt: null, breachCursor: null };
    const goal = await db.goal.update({ where, data: { ...checked, ...breach, isPlanDue: isNewBreach } });
    return { goal, isNewBreach };
  });
}

/** The plan that a breach led to before, in words; null when there is no breach. */
async function whatAnswered({ database }: RebalanceDeps, { id, breachedAt }: GoalRow): Promise<string | null> {
  if (breachedAt === null) return null;
  const plan = await database.read.rebalancePlan.findFirst({
    where: { goalId: id, createdAt: { gte: breachedAt } },
    orderBy: [{ startedAt: { sort: 'desc', nulls: 'last' } }, { id: 'desc' }],
    select: { id: true, status: true },
  });
  if (plan === null) return ANSWERED;
  return `Plan ${plan.id} (${plan.status}) answered this breach; whoever wants another before it is over asks for it.`;
}

type Answer = Pick<GoalCheck, 'plan' | 'reason'>;

async function answerBreach(
  deps: RebalanceDeps,
  { goal, isNewBreach }: Recorded,
  { measured, cause: { correlationId, jobRunId, ...check } }: Check,
): Promise<Answer> {
  const cause: PlanCause = {
    actor: `goal:${goal.id}`,
    ...{ correlationId, causationId: goal.breachCursor },
    ...(jobRunId !== undefined && { jobRunId }),
  };
  if (goal.rebalanceMode !== 'auto') {
    const plan = await proposeAnswer(deps, goal, { measured, cause });
    return { plan, reason: plan === null ? ANSWERED : null };
  }
  const reason = await whyOnlySuggest(deps, goal, { measured, ...check });
  const begun = reason === null ? await tryToBegin(deps, goal, { measured, cause }) : reason;
  if (typeof begun !== 'string') return begun === null ? { plan: null, reason: ANSWERED } : await carryOut(deps, begun);
  // Said once: what is due over many checks is not suggested by each of them.
  return { plan: isNewBreach ? await proposePlan(deps, measured, cause) : null, reason: begun };
}

const ANSWERED = 'The breach was answered by another check.';

/** Why a breach of an `auto` goal is not answered by orders now; null when it is. */
async function whyOnlySuggest(
  deps: RebalanceDeps,
  goal: GoalRow,
  { measured, mayPlaceOrders }: Pick<Check, 'measured'> & Pick<CheckCause, 'mayPlaceOrders'>,
): Promise<string | null> {
  if (!mayPlaceOrders) return 'The check came too late to place orders.';
  const { extendedHours } = brokerOf(deps, measured.mode).capabilities;
  const [closed] = extendedHours ? [] : measured.closed;
  if (closed !== undefined) return `The market of ${closed} is closed.`;
  const { state } = await readSafety(deps.database.read, goal.ownerId);
  if (state !== 'active') return `Trading is ${state}.`;
  const first = await deps.database.read.goal.findFirst({
    where: { ownerId: goal.ownerId, rebalanceMode: 'auto', deletedAt: null },
    orderBy: { id: 'asc' },
    select: { id: true },
  });
  if (first === null || first.id === goal.id) return null;
  return `The goal ${first.id} rebalances this account by itself; two would undo each other's trades.`;
}

/** The plan that was begun; null when another check has answered the breach, or why none can be begun now. */
async function tryToBegin(
  deps: RebalanceDeps,
  goal: GoalRow,
  answer: { readonly measured: Measured; readonly cause: PlanCause },
): Promise<RebalancePlanRow | string | null> {
  try {
    return await beginAnswer(deps, goal, answer);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return error.message;
  }
}

async function carryOut(deps: RebalanceDeps, { id }: RebalancePlanRow): Promise<Answer> {
  await deps.rebalancer.execute(id);
  const ended = await deps.database.read.rebalancePlan.findUniqueOrThrow({ where: { id } });
  return { plan: ended, reason: ended.reason };
}
