/** What a caller wants to change of the settings, checked: every wrong field is named at once. */
import { type FieldError, invalidFields } from '../core/index.ts';
import { allowedValues, LIMITS, type LimitValue, readLimit } from './limits.ts';
import type { Limits, TradingState } from './settings.ts';

/** Whatever is left out stays. Decimals are texts or numbers. */
export type SafetyLimitsInput = {
  readonly [Key in keyof Limits | 'paperMode' | 'state' | 'reason']?: unknown;
};

/** The states that are set here; halting is the kill switch's, and ending a halt is resuming. */
type SettableState = Exclude<TradingState, 'halted'>;

/** A checked `SafetyLimitsInput`; null stands for what was left out. */
export interface SafetyChanges {
  readonly limits: ReadonlyMap<keyof Limits, LimitValue>;
  readonly paperMode: boolean | null;
  readonly state: SettableState | null;
  readonly reason: string | null;
}

const SETTABLE_STATES: readonly SettableState[] = ['active', 'reducing'];
const NAMES: readonly string[] = [...LIMITS.map(({ key }) => key), 'paperMode', 'state', 'reason'];

/** Longest reason. */
const MAX_REASON = 1_000;

/** At most so many fields that do not exist are named. */
const MAX_UNKNOWN = 20;

/** @throws {DomainError} VALIDATION naming each field that is wrong or does not exist */
export function parseSafetyChanges(input: SafetyLimitsInput): SafetyChanges {
  const given = new Map<string, unknown>(Object.entries(input).filter(([, value]) => value !== undefined));
  const errors: FieldError[] = unknownFields(given);
  const refuse = (name: string, allowed: string): null => {
    errors.push({ path: [name], message: `${name} must be ${allowed}; it is ${shown(given.get(name))}.` });
    return null;
  };
  const limits = new Map<keyof Limits, LimitValue>();
  for (const rule of LIMITS.filter(({ key }) => given.has(key))) {
    const value = readLimit(rule, given.get(rule.key));
    if (value === undefined) refuse(rule.key, allowedValues(rule));
    else limits.set(rule.key, value);
  }
  const { paperMode, state, reason } = Object.fromEntries(given);
  const changes = {
    limits,
    paperMode:
      paperMode === undefined || typeof paperMode === 'boolean' ? paperMode : refuse('paperMode', 'true or false'),
    state: state === undefined ? undefined : (stateOf(state) ?? refuse('state', STATE_WORDS)),
    reason:
      reason == null || isReason(reason) ? reason : refuse('reason', `a text of at most ${MAX_REASON} characters`),
  };
  if (errors.length > 0) throw invalidFields(errors);
  return { limits, paperMode: changes.paperMode ?? null, state: changes.state ?? null, reason: changes.reason ?? null };
}

const STATE_WORDS = 'active or reducing; the kill switch halts';

function unknownFields(given: ReadonlyMap<string, unknown>): FieldError[] {
  const unknown = [...given.keys()].filter((name) => !NAMES.includes(name)).slice(0, MAX_UNKNOWN);
  return unknown.map((name) => ({
    path: [name.slice(0, 40)],
    message: `There is no setting ${shown(name)}; there are ${NAMES.join(', ')}.`,
  }));
}

function stateOf(raw: unknown): SettableState | undefined {
  return SETTABLE_STATES.find((state) => state === raw);
}

function isReason(raw: unknown): raw is string {
  return typeof raw === 'string' && raw.length <= MAX_REASON;
}

/** What was found, cut to what a sentence can hold. */
function shown(found: unknown): string {
  return (typeof found === 'number' ? String(found) : (JSON.stringify(found) ?? 'nothing')).slice(0, 60);
}
