/** An alert as its row has it, and as callers give it. */
import { decimalText, invalid, invariant, memberOf, parseAll, parseName, readJson } from '../core/index.ts';
import type { AlertRow } from '../storage/index.ts';
import {
  ALERT_TYPES,
  type Condition,
  conditionText,
  parseAlertType,
  parseCondition,
  parseHysteresis,
  rearmLevel,
} from './condition.ts';
import { ALERT_PHASES, type AlertState, type LevelRule, type LevelState, shownState } from './level-state.ts';

/** Longest cooldown, in seconds: a week. */
const MAX_COOLDOWN_SECONDS = 604_800;

/** What a caller gives; on update only what is given changes, and `condition` is replaced as a whole. */
export interface AlertInput {
  /** 1 to 100 characters; default: the type and what it watches. */
  readonly name?: string | null | undefined;
  /** One of `ALERT_TYPES`. */
  readonly alertType?: string | null | undefined;
  /** Depends on the type, see `parseCondition`. */
  readonly condition?: unknown;
  readonly enabled?: boolean | null | undefined;
  /** 0 to 604,800; default 300. */
  readonly cooldownSeconds?: number | null | undefined;
  /** 0 to 0.5; of a price a part of the level, of a risk a distance; default 0.005. */
  readonly hysteresis?: unknown;
}

/** The columns that settings decide. */
export type AlertColumns = Pick<
  AlertRow,
  | 'name'
  | 'alertType'
  | 'condition'
  | 'symbol'
  | 'metric'
  | 'direction'
  | 'level'
  | 'rearmLevel'
  | 'hysteresis'
  | 'strategyId'
  | 'goalId'
  | 'signal'
  | 'enabled'
  | 'cooldownSeconds'
>;

/** Settings that were parsed. */
export interface ParsedAlert {
  readonly condition: Condition;
  readonly columns: AlertColumns;
}

/**
 * Checks settings from outside and fills in defaults.
 *
 * @throws {DomainError} VALIDATION naming every field that is wrong
 */
export function parseAlert(input: AlertInput): ParsedAlert {
  const { watched, name, cooldownSeconds } = parseAll({
    watched: () => parseWatched(input),
    name: () => (input.name == null ? null : parseName(input.name)),
    cooldownSeconds: () => parseCooldown(input.cooldownSeconds ?? 300),
  });
  const { condition, hysteresis } = watched;
  const columns: AlertColumns = {
    name: name ?? defaultName(condition),
    alertType: condition.type,
    condition: conditionText(condition),
    symbol: condition.type === 'price' ? condition.symbol : null,
    metric: condition.type === 'risk' ? condition.metric : null,
    direction: 'direction' in condition ? condition.direction : null,
    level: 'level' in condition ? decimalText(condition.level) : null,
    rearmLevel: 'level' in condition && hysteresis !== null ? decimalText(rearmLevel(condition, hysteresis)) : null,
    hysteresis: hysteresis === null ? null : decimalText(hysteresis),
    strategyId: condition.type === 'signal' ? condition.strategyId : null,
    goalId: condition.type === 'rebalance' ? condition.goalId : null,
    signal: condition.type === 'signal' ? condition.signal : null,
    enabled: input.enabled ?? true,
    cooldownSeconds,
  };
  return { condition, columns };
}

function parseWatched(input: AlertInput) {
  const condition = parseCondition(parseAlertType(input.alertType), input.condition);
  return { condition, hysteresis: parseHysteresis(input.hysteresis, condition) };
}

function parseCooldown(seconds: number): number {
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= MAX_COOLDOWN_SECONDS) return seconds;
  const message = `cooldownSeconds must be a whole number from 0 to ${MAX_COOLDOWN_SECONDS}; found ${seconds}.`;
  const limit = seconds < 0 ? 0 : MAX_COOLDOWN_SECONDS;
  throw invalid('cooldownSeconds', message, { limit, observed: seconds });
}

function defaultName(condition: Condition): string {
  switch (condition.type) {
    case 'price':
      return `${condition.symbol} ${condition.direction} ${decimalText(condition.level)}`;
    case 'signal':
      return `${condition.signal ?? 'buy or sell'} signal of strategy ${condition.strategyId}`;
    case 'risk':
      return `${condition.metric} above ${decimalText(condition.level)}`;
    case 'rebalance':
      return `drift of goal ${condition.goalId}`;
  }
}

/** The settings of a row, in the form in which a caller gives them. */
export function alertInput(row: AlertColumns): AlertInput {
  const { name, alertType, enabled, cooldownSeconds, hysteresis } = row;
  return { name, alertType, enabled, cooldownSeconds, hysteresis, condition: readJson<unknown>(row.condition) };
}

/** The settings of a row and nothing else, always in the same order. */
export function columnsOf(row: AlertColumns): AlertColumns {
  const { name, alertType, condition, symbol, metric, direction, level, rearmLevel: rearm, hysteresis } = row;
  const { strategyId, goalId, signal, enabled, cooldownSeconds } = row;
  const watched = { symbol, metric, direction, level, rearmLevel: rearm, hysteresis, strategyId, goalId, signal };
  return { name, alertType, condition, ...watched, enabled, cooldownSeconds };
}

/** The condition of a row. */
export function conditionOf(row: Pick<AlertRow, 'alertType' | 'condition'>): Condition {
  return parseCondition(memberOf(ALERT_TYPES, row.alertType), readJson<unknown>(row.condition));
}

/** The value of a goal's breach, and of a goal without one, for the rule of its alerts. */
export const BREACH = { begun: 1, over: -1 } as const;

/**
 * What an alert with a level watches for; null of one that tells of signals. That of a goal is whether it is breached.
 * Decimals of at most 15 digits stay exact as numbers.
 */
export function ruleOf(
  row: Pick<AlertRow, 'alertType' | 'direction' | 'level' | 'rearmLevel' | 'cooldownSeconds'>,
): LevelRule | null {
  const { alertType, direction, level, rearmLevel: rearm, cooldownSeconds } = row;
  if (alertType === 'rebalance') {
    return { direction: 'above', level: 0, rearmLevel: 0, cooldownMs: cooldownSeconds * 1000 };
  }
  if (direction === null || level === null) return null;
  return {
    direction: direction === 'above' ? 'above' : 'below',
    level: numberIn(level),
    rearmLevel: numberIn(rearm),
    cooldownMs: cooldownSeconds * 1000,
  };
}

function numberIn(text: string | null): number {
  const value = Number(text ?? Number.NaN);
  invariant(Number.isFinite(value), `a stored level is a number; it is ${text}`);
  return value;
}

/** Where the state machine of a row stands. */
export function stateOf({
  phase,
  firedAt,
  observedAt,
}: Pick<AlertRow, 'phase' | 'firedAt' | 'observedAt'>): LevelState {
  return {
    phase: memberOf(ALERT_PHASES, phase),
    firedAt: firedAt?.getTime() ?? null,
    observedAt: observedAt.getTime(),
  };
}

/** The state of an alert as its owner sees it at an instant. */
export function shownAlertState(
  row: Pick<AlertRow, 'phase' | 'firedAt' | 'observedAt' | 'cooldownSeconds'>,
  now: number,
): AlertState {
  return shownState({ cooldownMs: row.cooldownSeconds * 1000 }, stateOf(row), now);
}
