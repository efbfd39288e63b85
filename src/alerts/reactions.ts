/** What alerts make of the events of others, each once, whichever process is there: signals, drifts, deletions, and what every owner is told. */

import { STRATEGY_SIGNALED } from '../backtest/index.ts';
import { decimal, type Json, type JsonObject } from '../core/index.ts';
import { JournalConsumer, type JournalEvent, type JournalWrite } from '../events/index.ts';
import type { AlertBasis } from './deps.ts';
import { DELETIONS, disableOrphans } from './disable-orphans.ts';
import { evaluateLevels, type Sighting, STEPS_PER_TRANSACTION } from './evaluate-levels.ts';
import { lockWatchers } from './lock-alerts.ts';
import { sightingOfBreach } from './sightings.ts';
import { SYSTEM_ALERT_EVENTS, systemAlert } from './system-alerts.ts';
import { type Turn, tellSignals } from './tell-signals.ts';
import { storeTriggers } from './trigger.ts';

/** Where the name of the reader and its place in the journal are stored. */
const CONSUMER = 'alerts';

/** The consumer of the journal that sets off alerts. */
export function alertReactions(deps: AlertBasis): JournalConsumer {
  return new JournalConsumer({
    name: CONSUMER,
    types: [STRATEGY_SIGNALED, 'GoalDrifted', 'GoalRecovered', 'GoalUpdated', ...DELETIONS, ...SYSTEM_ALERT_EVENTS],
    database: deps.database,
    journal: deps.journal,
    log: deps.log,
    // Alerts are locked before the journal, as everywhere: a second event in the same transaction would come the other way.
    pageSize: 1,
    handle: async (events, write) => {
      for (const event of events) await react(deps, write, event);
    },
  });
}

async function react(deps: AlertBasis, write: JournalWrite, event: JournalEvent): Promise<void> {
  switch (event.type) {
    case STRATEGY_SIGNALED:
      await reactToSignal(deps, write, event);
      break;
    case 'GoalDrifted':
    case 'GoalRecovered':
      await reactToGoal(deps, write, event);
      break;
    case 'GoalDeleted':
    case 'StrategyDeleted':
      await disableOrphans(deps, write, event);
      break;
    case 'GoalUpdated':
      if (event.payload['isBreachForgotten'] === true) await reactToGoal(deps, write, event);
      break;
    default: {
      const told = systemAlert(event);
      if (told !== null) await storeTriggers(deps, write, [told]);
    }
  }
}

async function reactToSignal(deps: AlertBasis, write: JournalWrite, event: JournalEvent): Promise<void> {
  const { ownerId, subjectId: strategyId, payload } = event;
  const turn = turnOf(payload);
  if (turn !== null) await tellSignals(deps, write, { ownerId, strategyId, turns: [turn], cause: causeOf(event) });
}

async function reactToGoal(deps: AlertBasis, write: JournalWrite, event: JournalEvent): Promise<void> {
  const { ownerId, subjectId: goalId } = event;
  const wanted = await lockWatchers(write.db, { ownerId, watched: { goalId } });
  const sighting = sightingOfGoal(event, deps.clock.now());
  for (let first = 0; first < wanted.length; first += STEPS_PER_TRANSACTION) {
    const page = wanted.slice(first, first + STEPS_PER_TRANSACTION);
    const sightings = new Map(page.map((id) => [id, sighting]));
    await evaluateLevels(deps, write, { sightings, cause: causeOf(event) });
  }
}

function causeOf({ correlationId, cursor }: JournalEvent) {
  return { correlationId, causationId: cursor };
}

function sightingOfGoal({ type, subjectId, payload, occurredAt }: JournalEvent, now: number): Sighting {
  const { name, maxDrift, threshold, symbols, totalValue } = payload;
  const seen = {
    ...{ goalId: subjectId, name: textOf(name), isBreached: type === 'GoalDrifted' },
    maxDrift: decimal(textOf(maxDrift, '0')),
    threshold: decimal(textOf(threshold, '0')),
    symbols: Array.isArray(symbols) ? symbols.map(String) : [],
    totalValue: decimal(textOf(totalValue, '0')),
  };
  return sightingOfBreach(seen, occurredAt.getTime(), now);
}

function textOf(value: Json | undefined, otherwise = ''): string {
  return typeof value === 'string' ? value : otherwise;
}

/** Null of an event that tells of no turn. */
function turnOf(payload: JsonObject): Turn | null {
  const { symbol, date, signal, target, previousTarget } = payload;
  if (signal !== 'buy' && signal !== 'sell') return null;
  const told = { symbol: textOf(symbol), date: textOf(date), signal } as const;
  return { ...told, target: Number(target), previousTarget: Number(previousTarget) };
}
