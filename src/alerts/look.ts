/** One look at everything that some alerts of an owner watch, each thing once. What cannot be seen is a reason, never a value. */
import type { Principal } from '../access/index.ts';
import { type Signal, strategySignals } from '../backtest/index.ts';
import { DomainError } from '../core/index.ts';
import { measureDrift } from '../goals/index.ts';
import type { Quote } from '../market/index.ts';
import type { AccountValue } from '../orders/index.ts';
import type { AlertRow } from '../storage/index.ts';
import { RISK_METRICS } from './condition.ts';
import type { AlertDeps } from './deps.ts';
import type { Sighting } from './evaluate-levels.ts';
import { accountOf } from './owner-account.ts';
import { sightingOfDrift, sightingOfQuote, sightingOfRisk } from './sightings.ts';
import type { Turn } from './tell-signals.ts';

/** The greatest number of symbols that are asked for at once. */
const PAGE = 100;

/** What was seen. */
export interface Looks {
  /** By alert. */
  readonly sightings: ReadonlyMap<number, Sighting>;
  /** By strategy: where it turned on the newest bar. */
  readonly turns: ReadonlyMap<number, readonly Turn[]>;
  /** By alert: why nothing could be decided. */
  readonly failures: ReadonlyMap<number, string>;
}

/** What was seen of one thing, or why it was not. */
type Seen<Value> = { readonly value: Value } | { readonly failure: string };

const STRATEGY_DELETED = 'The strategy was deleted.';
const GOAL_DELETED = 'The goal was deleted.';

/** Looks at what these alerts watch. */
export async function lookAtAlerts(deps: AlertDeps, principal: Principal, alerts: readonly AlertRow[]): Promise<Looks> {
  const looks = {
    sightings: new Map<number, Sighting>(),
    turns: new Map<number, readonly Turn[]>(),
    failures: new Map<number, string>(),
  };
  await lookAtPrices(deps, alerts, looks);
  await lookAtRisks(deps, principal, { alerts, looks });
  for (const [strategyId, watching] of groupsBy(alerts, ({ strategyId: id }) => id)) {
    const look = () => strategySignals(deps, principal, strategyId).catch(sayIfGone(STRATEGY_DELETED));
    const seen = await attempt(look);
    if ('value' in seen) looks.turns.set(strategyId, seen.value.flatMap(turnsOf));
    else for (const { id } of watching) looks.failures.set(id, seen.failure);
  }
  for (const [goalId, watching] of groupsBy(alerts, ({ goalId: id }) => id)) {
    const look = () => measureDrift(deps, principal, goalId).catch(sayIfGone(GOAL_DELETED));
    const seen = await attempt(async () => sightingOfDrift(await look(), deps.clock.now()));
    for (const { id } of watching) keep(looks, id, seen);
  }
  for (const { id, alertType, strategyId, goalId } of alerts) {
    if (alertType === 'signal' && strategyId === null) looks.failures.set(id, STRATEGY_DELETED);
    if (alertType === 'rebalance' && goalId === null) looks.failures.set(id, GOAL_DELETED);
  }
  return looks;
}

/** What was deleted and is remembered for its orders is gone like anything else. */
function sayIfGone(message: string): (error: unknown) => never {
  return (error) => {
    throw error instanceof DomainError && error.code === 'NOT_FOUND' ? new DomainError('NOT_FOUND', message) : error;
  };
}

interface Filling {
  readonly sightings: Map<number, Sighting>;
  readonly failures: Map<number, string>;
}

function keep({ sightings, failures }: Filling, id: number, seen: Seen<Sighting | null>): void {
  if ('failure' in seen) failures.set(id, seen.failure);
  else if (seen.value === null) failures.set(id, 'What is known is too old, or incomplete.');
  else sightings.set(id, seen.value);
}

async function lookAtPrices(deps: AlertDeps, alerts: readonly AlertRow[], looks: Filling): Promise<void> {
  const groups = groupsBy(alerts, ({ symbol }) => symbol);
  const quotes = await quotesOf(deps, [...groups.keys()]);
  const now = deps.clock.now();
  for (const [symbol, watching] of groups) {
    const seen = quotes.get(symbol) ?? { failure: `There is no price of ${symbol}.` };
    const sighting = 'value' in seen ? { value: sightingOfQuote(seen.value, now) } : seen;
    for (const { id } of watching) keep(looks, id, sighting);
  }
}

/** One by one where one of them is unknown: the others must not suffer from it. */
async function quotesOf(deps: AlertDeps, symbols: readonly string[]): Promise<ReadonlyMap<string, Seen<Quote>>> {
  const quotes = new Map<string, Seen<Quote>>();
  for (let first = 0; first < symbols.length; first += PAGE) {
    const page = symbols.slice(first, first + PAGE);
    const seen = await attempt(() => deps.market.quotes(page));
    if ('value' in seen) for (const quote of seen.value) quotes.set(quote.symbol, { value: quote });
    else if (page.length === 1) for (const symbol of page) quotes.set(symbol, seen);
    else for (const symbol of page) for (const [name, each] of await quotesOf(deps, [symbol])) quotes.set(name, each);
  }
  return quotes;
}

async function lookAtRisks(
  deps: AlertDeps,
  { userId }: Principal,
  { alerts, looks }: { readonly alerts: readonly AlertRow[]; readonly looks: Filling },
): Promise<void> {
  const groups = groupsBy(alerts, ({ metric }) => RISK_METRICS.find((known) => known === metric) ?? null);
  if (groups.size === 0) return;
  const account: Seen<AccountValue> = await attempt(() => accountOf(deps, userId));
  const now = deps.clock.now();
  for (const [metric, watching] of groups) {
    const seen = 'value' in account ? { value: sightingOfRisk(account.value, metric, now) } : account;
    for (const { id } of watching) keep(looks, id, seen);
  }
}

/** Bugs are thrown; what is expected to go wrong is told. */
async function attempt<Value>(look: () => Promise<Value>): Promise<Seen<Value>> {
  try {
    return { value: await look() };
  } catch (error) {
    if (error instanceof DomainError) return { failure: error.message };
    throw error;
  }
}

function turnsOf({ symbol, date, signal, target, previousTarget }: Signal): readonly Turn[] {
  return signal === 'hold' ? [] : [{ symbol, date, signal, target, previousTarget }];
}

/** The alerts by something that not all of them have. */
function groupsBy<Key>(
  alerts: readonly AlertRow[],
  keyOf: (row: AlertRow) => Key | null,
): ReadonlyMap<Key, readonly AlertRow[]> {
  const groups = new Map<Key, AlertRow[]>();
  for (const row of alerts) {
    const key = keyOf(row);
    if (key !== null) groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return groups;
}
