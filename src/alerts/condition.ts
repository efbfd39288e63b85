/** What alerts watch for, as callers write it and as the rest of the program reads it. */
import { type Decimal, decimal, decimalText, invalid, isRowId, readDecimal, shown, throwIfAny } from '../core/index.ts';
import { parseSymbol } from '../market/index.ts';
import type { Direction } from './level-state.ts';

/** Kinds of alerts that people create. */
export const ALERT_TYPES = ['price', 'signal', 'risk', 'rebalance'] as const;
export type AlertType = (typeof ALERT_TYPES)[number];

/** What a risk alert watches, as fractions: see `risk-figures.ts`. */
export const RISK_METRICS = ['drawdown', 'daily_loss', 'exposure'] as const;
export type RiskMetric = (typeof RISK_METRICS)[number];

/** Signals that an alert may be about. */
const ALERT_SIGNALS = ['buy', 'sell'] as const;
type AlertSignal = (typeof ALERT_SIGNALS)[number];

/** A condition that was parsed. */
export type Condition =
  | { readonly type: 'price'; readonly symbol: string; readonly direction: Direction; readonly level: Decimal }
  /** `signal` null: either. */
  | { readonly type: 'signal'; readonly strategyId: number; readonly signal: AlertSignal | null }
  | { readonly type: 'risk'; readonly metric: RiskMetric; readonly direction: 'above'; readonly level: Decimal }
  | { readonly type: 'rebalance'; readonly goalId: number };

/** Keys of the conditions of each type. */
const KEYS: Readonly<Record<AlertType, readonly string[]>> = {
  price: ['symbol', 'above', 'below'],
  signal: ['strategy_id', 'signal'],
  risk: ['metric', 'above'],
  rebalance: ['goal_id'],
};

/** Greatest level of each metric: nothing is lost beyond all of it, and nobody has a thousand times what he has. */
const LARGEST_RISK: Readonly<Record<RiskMetric, number>> = { drawdown: 1, daily_loss: 1, exposure: 1_000 };

/** @throws {DomainError} VALIDATION at `alertType` */
export function parseAlertType(raw: string | null | undefined): AlertType {
  const type = ALERT_TYPES.find((known) => known === raw);
  if (type !== undefined) return type;
  throw invalid('alertType', `alertType must be one of ${ALERT_TYPES.join(', ')}; found ${shown(raw)}.`);
}

/**
 * A condition as its type has it. Whether its strategy or goal is there is another question.
 *
 * @throws {DomainError} VALIDATION at `condition` or below
 */
export function parseCondition(type: AlertType, raw: unknown): Condition {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    throw invalid('condition', `condition must be an object; found ${shown(raw)}.`);
  }
  const fields = new Map<string, unknown>(Object.entries(raw));
  const unknown = [...fields.keys()].filter((key) => !KEYS[type].includes(key));
  const taken = `The condition of a ${type} alert takes ${KEYS[type].join(', ')}`;
  throwIfAny(unknown.map((key) => ({ path: ['condition', key], message: `${taken}; found ${shown(key)}.` })));
  switch (type) {
    case 'price':
      return parsePrice(fields);
    case 'signal':
      return { type, strategyId: parseId(fields, 'strategy_id'), signal: parseSignal(fields.get('signal')) };
    case 'risk':
      return parseRisk(fields);
    case 'rebalance':
      return { type, goalId: parseId(fields, 'goal_id') };
  }
}

/** As it is stored and shown, with the keys that callers write. */
export function conditionText(condition: Condition): string {
  switch (condition.type) {
    case 'price':
      return JSON.stringify({ symbol: condition.symbol, [condition.direction]: condition.level.toNumber() });
    case 'signal': {
      const { strategyId, signal } = condition;
      return JSON.stringify({ strategy_id: strategyId, ...(signal === null ? {} : { signal }) });
    }
    case 'risk':
      return JSON.stringify({ metric: condition.metric, above: condition.level.toNumber() });
    case 'rebalance':
      return JSON.stringify({ goal_id: condition.goalId });
  }
}

function parsePrice(fields: ReadonlyMap<string, unknown>): Condition {
  const symbol = fields.get('symbol');
  const given = (['above', 'below'] as const).filter((key) => (fields.get(key) ?? null) !== null);
  const [direction] = given;
  if (typeof symbol !== 'string') {
    throw invalid('condition.symbol', `symbol must be a ticker such as SPY; found ${shown(symbol)}.`);
  }
  if (direction === undefined || given.length > 1) {
    const path = direction === undefined ? 'condition.above' : 'condition.below';
    throw invalid(path, 'Give above or below, a price, and not both.');
  }
  const level = parseLevel(fields.get(direction), `condition.${direction}`);
  return { type: 'price', symbol: parseSymbol(symbol, 'condition.symbol'), direction, level };
}

function parseRisk(fields: ReadonlyMap<string, unknown>): Condition {
  const raw = fields.get('metric');
  const metric = RISK_METRICS.find((known) => known === raw);
  if (metric === undefined) {
    const expected = `metric must be one of ${RISK_METRICS.join(', ')}`;
    throw invalid('condition.metric', `${expected}; found ${shown(raw)}.`);
  }
  const level = parseLevel(fields.get('above'), 'condition.above');
  const limit = LARGEST_RISK[metric];
  if (level.gt(limit)) {
    const message = `above is a fraction of 1, at most ${limit} for ${metric}; found ${decimalText(level)}.`;
    throw invalid('condition.above', message, { limit, observed: level.toNumber() });
  }
  return { type: 'risk', metric, direction: 'above', level };
}

function parseLevel(raw: unknown, path: string): Decimal {
  const level = readDecimal(raw);
  if (level?.gt(0) === true) return level;
  const name = path.split('.').at(-1) ?? path;
  throw invalid(path, `${name} must be a number above 0 with at most 8 places; found ${shown(raw)}.`);
}

function parseId(fields: ReadonlyMap<string, unknown>, key: string): number {
  const id = fields.get(key);
  if (isRowId(id)) return id;
  throw invalid(`condition.${key}`, `${key} must be a positive whole number; found ${shown(id)}.`);
}

function parseSignal(raw: unknown): AlertSignal | null {
  if (raw === undefined || raw === null) return null;
  const signal = ALERT_SIGNALS.find((known) => known === raw);
  if (signal !== undefined) return signal;
  throw invalid('condition.signal', `signal must be buy or sell, or left out for either; found ${shown(raw)}.`);
}

/** Where the value has to go back to before the alert is armed again: a part of a price, a distance of a fraction. */
export function rearmLevel(
  { type, direction, level }: Extract<Condition, { readonly level: Decimal }>,
  hysteresis: Decimal,
): Decimal {
  const distance = type === 'price' ? level.times(hysteresis) : hysteresis;
  return direction === 'above' ? level.minus(distance) : level.plus(distance);
}

/** Greatest hysteresis: half of a price. */
const LARGEST_HYSTERESIS = '0.5';

/** By default half a percent of a price, half a point of a fraction but not more than half of a smaller level. */
const HYSTERESIS = '0.005';

/**
 * The hysteresis of an alert, null where it has no level.
 *
 * @throws {DomainError} VALIDATION at `hysteresis` when it is none, or would never let a risk alert be armed again
 */
export function parseHysteresis(raw: unknown, condition: Condition): Decimal | null {
  if (condition.type === 'signal' || condition.type === 'rebalance') {
    if (raw === undefined || raw === null) return null;
    throw invalid('hysteresis', `A ${condition.type} alert has no level, so it takes no hysteresis.`);
  }
  const isRisk = condition.type === 'risk';
  const usual = decimal(HYSTERESIS);
  if (raw === undefined || raw === null) {
    const half = condition.level.div(2).toDecimalPlaces(8);
    return isRisk && half.lt(usual) ? half : usual;
  }
  const hysteresis = readDecimal(raw);
  if (hysteresis === null || hysteresis.isNeg() || hysteresis.gt(LARGEST_HYSTERESIS)) {
    throw invalid('hysteresis', `hysteresis must be a number from 0 to ${LARGEST_HYSTERESIS}; found ${shown(raw)}.`);
  }
  if (isRisk && hysteresis.gte(condition.level)) {
    const level = decimalText(condition.level);
    throw invalid('hysteresis', `hysteresis must be less than above (${level}); found ${decimalText(hysteresis)}.`);
  }
  return hysteresis;
}
