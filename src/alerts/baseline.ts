/** Where an alert begins: what it watches has to be there, and whether it is beyond its level already decides how it is armed. */
import type { Principal } from '../access/index.ts';
import { DomainError, dateOf, invalid } from '../core/index.ts';
import { findStrategy } from '../strategies/index.ts';
import { type AlertColumns, type ParsedAlert, ruleOf } from './alert.ts';
import type { Condition } from './condition.ts';
import type { AlertDeps } from './deps.ts';
import type { Sighting } from './evaluate-levels.ts';
import { type AlertPhase, isBeyond } from './level-state.ts';
import { accountOf } from './owner-account.ts';
import { sightingOfQuote, sightingOfRisk } from './sightings.ts';

/** How long is waited for a price or an account, in ms; what has not come by then is not known. */
const PATIENCE_MS = 3_000;

/** The state in which an alert begins. */
export interface Baseline {
  readonly phase: AlertPhase;
  readonly firedAt: null;
  /** Of the value that was seen, the beginning of time when none was. */
  readonly observedAt: Date;
}

/**
 * Looks at what an alert watches. When it cannot be seen now, the alert waits until it was seen not to be beyond.
 *
 * @throws {DomainError} VALIDATION below `condition` when there is no such symbol, strategy or goal
 */
export async function baselineOf(
  deps: AlertDeps,
  principal: Principal,
  { condition, columns }: ParsedAlert,
): Promise<Baseline> {
  if (condition.type === 'signal') await requireStrategy(deps, principal, condition.strategyId);
  if (condition.type === 'rebalance') return await baselineOfGoal(deps, principal, { condition, columns });
  const sighting = await patiently(lookAt(deps, principal, condition));
  const rule = ruleOf(columns);
  const isQuiet = rule === null || (sighting !== null && !isBeyond(rule, sighting.value));
  const phase = columns.enabled ? (isQuiet ? 'armed' : 'unready') : 'disabled';
  return { phase, firedAt: null, observedAt: new Date(sighting?.at ?? 0) };
}

/** Checks say whether a goal is breached, the newest one whether it is now. */
async function baselineOfGoal(
  { database, clock }: AlertDeps,
  { userId: ownerId }: Principal,
  { condition, columns }: { readonly condition: Condition & { type: 'rebalance' }; readonly columns: AlertColumns },
): Promise<Baseline> {
  const { goalId: id } = condition;
  const goal = await database.read.goal.findFirst({
    where: { id, ownerId, deletedAt: null },
    select: { breachedAt: true },
  });
  if (goal === null) throw noGoal(id);
  const phase = columns.enabled ? (goal.breachedAt === null ? 'armed' : 'unready') : 'disabled';
  return { phase, firedAt: null, observedAt: dateOf(clock) };
}

/** The error of a condition that names a goal which is not there. */
export function noGoal(id: number): DomainError {
  return invalid('condition.goal_id', `There is no goal ${id}.`);
}

/** Null when there is nothing to be seen, for now or at all. */
async function lookAt(deps: AlertDeps, principal: Principal, condition: Condition): Promise<Sighting | null> {
  switch (condition.type) {
    case 'price':
      return await lookAtPrice(deps, condition.symbol);
    case 'risk': {
      const account = await accountOf(deps, principal.userId);
      return sightingOfRisk(account, condition.metric, deps.clock.now());
    }
    case 'signal':
    case 'rebalance':
      return null;
  }
}

async function lookAtPrice({ market, clock }: AlertDeps, symbol: string): Promise<Sighting | null> {
  try {
    const [quote] = await market.quotes([symbol]);
    return quote === undefined ? null : sightingOfQuote(quote, clock.now());
  } catch (error) {
    if (error instanceof DomainError && error.code === 'VALIDATION') throw invalid('condition.symbol', error.message);
    throw error;
  }
}

/** Null when it takes too long, or cannot be had for now. */
async function patiently(look: Promise<Sighting | null>): Promise<Sighting | null> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), PATIENCE_MS);
  });
  try {
    return await Promise.race([look, tooLate]);
  } catch (error) {
    if (error instanceof DomainError && error.code === 'UNAVAILABLE') return null;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

const STRATEGY_PATH = 'condition.strategy_id';

async function requireStrategy({ database, registry }: AlertDeps, principal: Principal, id: number): Promise<void> {
  const { strategyType } = await findStrategy(database, principal, id).catch(blameStrategy);
  if (registry.get(strategyType).trades !== 'quotes') return;
  throw invalid(STRATEGY_PATH, `A ${strategyType} strategy quotes both sides and has no signals to be told of.`);
}

/** Throws the error of a condition that names a strategy which is not there. */
export function blameStrategy(error: unknown): never {
  if (error instanceof DomainError && error.code === 'NOT_FOUND') throw invalid(STRATEGY_PATH, error.message);
  throw error;
}
