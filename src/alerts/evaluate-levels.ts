/**
 * The steps of alerts that have a level, as one transaction: the rows are locked, and what is stored decides, not what a
 * process remembers. So of several processes that see the same price one tells of it, and the others find nothing to do.
 */
import { type Decimal, decimalText, invariant, type JsonObject } from '../core/index.ts';
import type { JournalWrite } from '../events/index.ts';
import type { AlertRow, Db } from '../storage/index.ts';
import { conditionOf, ruleOf, stateOf } from './alert.ts';
import type { AlertBasis } from './deps.ts';
import { alertEvent, type Cause } from './events.ts';
import { type LevelStep, type Observation, stepOf } from './level-state.ts';
import { lockAlerts } from './lock-alerts.ts';
import { levelMessage } from './messages.ts';
import { storeTriggers, type TriggerDraft } from './trigger.ts';

/** Alerts that one transaction takes at most. */
export const STEPS_PER_TRANSACTION = 100;

/** A value that an alert is held against, and what else there is to say of it. */
export interface Sighting extends Observation {
  /** The value with all of its digits. */
  readonly exact: Decimal;
  /** Facts for the message, keys in snake_case. */
  readonly facts: JsonObject;
  /** Of a goal's drift, whose alerts have no level of their own: the goal's, and what there is to say. */
  readonly drift?: { readonly threshold: Decimal; readonly message: string };
}

/** What came of an alert: its row as it is now, and the step that it took. */
export interface Evaluated {
  readonly row: AlertRow;
  readonly step: LevelStep['kind'] | null;
}

interface Step {
  readonly row: AlertRow;
  readonly sighting: Sighting;
  readonly step: LevelStep;
}

/** Holds alerts against what was seen of their values; answers those that are still there, by id. */
export async function evaluateLevels(
  deps: Pick<AlertBasis, 'clock'>,
  write: JournalWrite,
  { sightings, cause }: { readonly sightings: ReadonlyMap<number, Sighting>; readonly cause: Cause },
): Promise<ReadonlyMap<number, Evaluated>> {
  const rows = await lockAlerts(write.db, [...sightings.keys()]);
  const steps = rows.flatMap((row): Step[] => {
    const sighting = sightings.get(row.id);
    const rule = ruleOf(row);
    const step = sighting === undefined || rule === null ? null : stepOf(rule, stateOf(row), sighting);
    return step === null || sighting === undefined ? [] : [{ row, sighting, step }];
  });
  const moved = new Map<number, Evaluated>();
  for (const group of groupsOf(steps)) {
    for (const row of await storeSteps(write.db, group)) moved.set(row.id, { row, step: group[0].step.kind });
  }
  const told = (kind: LevelStep['kind']): readonly Step[] => steps.filter(({ step }) => step.kind === kind);
  await storeTriggers(
    deps,
    write,
    told('fire').map((step) => triggerOf(step, cause)),
  );
  await write.appendAll([
    ...[...told('ready'), ...told('leave')].map(({ row, sighting, step }) => {
      const current = moved.get(row.id)?.row ?? row;
      return alertEvent('AlertRearmed', current, { cause, extra: seen(sighting, { phase: step.state.phase }) });
    }),
    ...told('suppress').map(({ row, sighting }) => {
      const current = moved.get(row.id)?.row ?? row;
      return alertEvent('AlertSuppressed', current, { cause, extra: seen(sighting, { reason: 'cooldown' }) });
    }),
  ]);
  return new Map(rows.map((row) => [row.id, moved.get(row.id) ?? { row, step: null }]));
}

function seen({ exact, facts }: Sighting, more: JsonObject): JsonObject {
  return { value: decimalText(exact), facts, ...more };
}

/** Steps that write the same into their rows. */
function groupsOf(steps: readonly Step[]): readonly (readonly [Step, ...Step[]])[] {
  const groups = new Map<string, [Step, ...Step[]]>();
  for (const each of steps) {
    const key = JSON.stringify(each.step);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  return [...groups.values()];
}

function storeSteps(db: Db, group: readonly [Step, ...Step[]]): Promise<readonly AlertRow[]> {
  const { phase, firedAt, observedAt } = group[0].step.state;
  const fired = group[0].step.kind === 'fire' && firedAt !== null;
  return db.alert.updateManyAndReturn({
    where: { id: { in: group.map(({ row }) => row.id) } },
    data: {
      phase,
      observedAt: new Date(observedAt),
      firedAt: firedAt === null ? null : new Date(firedAt),
      ...(fired ? { lastTriggeredAt: new Date(firedAt), triggerCount: { increment: 1 } } : {}),
    },
  });
}

function triggerOf({ row, sighting }: Step, cause: Cause): TriggerDraft {
  const condition = conditionOf(row);
  const { exact, facts, at, now } = sighting;
  const { id: alertId, ownerId, name, symbol, version } = row;
  const about = { ownerId, alertId, alertType: condition.type, version, symbol, cause };
  const common = { ...about, value: exact, quoteAt: new Date(at), evaluatedAt: new Date(now) };
  if ('level' in condition) {
    const { direction, level } = condition;
    const subject = condition.type === 'price' ? { symbol: condition.symbol } : { metric: condition.metric };
    const context = { name, ...subject, [direction]: level.toNumber(), ...facts };
    return { ...common, level, message: levelMessage(condition, exact), context };
  }
  const { drift } = sighting;
  invariant(drift !== undefined, 'an alert that has fired without a level tells of a drift');
  return { ...common, level: drift.threshold, message: drift.message, context: { name, ...facts } };
}
