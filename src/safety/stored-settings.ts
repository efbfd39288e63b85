/**
 * The row of an owner's settings, read without believing it: somebody may have written to the database by hand. What cannot
 * be read halts trading; it never becomes a default.
 */
import { decimalText, ZERO } from '../core/index.ts';
import type { SafetyStateRow } from '../storage/index.ts';
import { LIMITS, type LimitRule, type LimitValue, limitsBy, readLimit } from './limits.ts';
import {
  HALT_CAUSES,
  type HaltCause,
  KILL_POLICIES,
  type KillPolicy,
  type Limits,
  SAFETY_STATES,
  type SafetySettings,
} from './settings.ts';

/** The row as the database gave it: of every column, whatever it holds. */
export type SafetyColumns = { readonly [Column in keyof SafetyStateRow]: unknown };

/** The settings of an owner who never changed any. */
export function defaultSettings(ownerId: number): SafetySettings {
  return {
    ownerId,
    state: 'active',
    epoch: 0,
    haltCause: null,
    haltReason: null,
    haltedAt: null,
    killPolicy: null,
    paperMode: true,
    ...limitsBy(defaultOf),
    updatedAt: null,
  };
}

/** Limits as they are stored. */
export function limitColumns(limits: Limits) {
  return {
    maxDailyTrades: limits.maxDailyTrades,
    maxOrdersPerMinute: limits.maxOrdersPerMinute,
    maxOrderValue: limits.maxOrderValue === null ? null : decimalText(limits.maxOrderValue),
    maxPositionPct: decimalText(limits.maxPositionPct),
    maxDailyLossPct: decimalText(limits.maxDailyLossPct),
    maxDrawdownPct: decimalText(limits.maxDrawdownPct),
    priceCollarPct: decimalText(limits.priceCollarPct),
    largeOrderThreshold: decimalText(limits.largeOrderThreshold),
  };
}

/**
 * The settings that a row says. When a column cannot be read (a word that is none of ours, a number that is none or out of
 * its range), they are halted with the cause `unreadable_settings`, every limit is 0 and the mode is paper; the kill policy
 * stays if it can be read, and is `block` otherwise.
 */
export function settingsOf(row: SafetyColumns): SafetySettings {
  const ownerId = Number(row.ownerId);
  const updatedAt = dateOrNull(row.updatedAt);
  const unreadable = unreadableColumns(row);
  if (unreadable.length > 0) return { ...haltedSettings(row, unreadable), ownerId, updatedAt };
  return {
    ownerId,
    state: wordOf(SAFETY_STATES, row.state) ?? 'halted',
    epoch: Number(row.epoch),
    haltCause: causeOf(row),
    haltReason: textOrNull(row.haltReason),
    haltedAt: dateOrNull(row.haltedAt),
    killPolicy: policyOf(row),
    paperMode: row.paperMode !== false,
    ...limitsBy((rule) => readLimit(rule, row[rule.key]) ?? null),
    updatedAt,
  };
}

/** The columns that cannot be read, in the order of the table; none when the settings can be used. */
export function unreadableColumns(row: SafetyColumns): readonly (keyof SafetyStateRow)[] {
  const isHalted = row.state === 'halted';
  const columns: readonly (readonly [keyof SafetyStateRow, boolean])[] = [
    ['state', wordOf(SAFETY_STATES, row.state) !== null],
    ['epoch', Number.isSafeInteger(row.epoch) && Number(row.epoch) >= 0],
    ['haltCause', isHalted ? causeOf(row) !== null : row.haltCause === null],
    ['haltReason', row.haltReason === null || typeof row.haltReason === 'string'],
    ['haltedAt', isHalted ? dateOrNull(row.haltedAt) !== null : row.haltedAt === null],
    ['killPolicy', isHalted ? policyOf(row) !== null : row.killPolicy === null],
    ['paperMode', typeof row.paperMode === 'boolean'],
    ...LIMITS.map((rule) => [rule.key, readLimit(rule, row[rule.key]) !== undefined] as const),
  ];
  return columns.flatMap(([column, isReadable]) => (isReadable ? [] : [column]));
}

function haltedSettings(
  row: SafetyColumns,
  unreadable: readonly string[],
): Omit<SafetySettings, 'ownerId' | 'updatedAt'> {
  const epoch = Number(row.epoch);
  return {
    state: 'halted',
    epoch: Number.isSafeInteger(epoch) && epoch >= 0 ? epoch : 0,
    haltCause: 'unreadable_settings',
    haltReason: `The stored settings cannot be read: ${unreadable.join(', ')}. Set them, then resume.`,
    haltedAt: dateOrNull(row.haltedAt),
    killPolicy: policyOf(row) ?? 'block',
    paperMode: true,
    ...limitsBy(zeroOf),
  };
}

function defaultOf(rule: LimitRule): LimitValue {
  return readLimit(rule, rule.default) ?? null;
}

function zeroOf({ kind }: LimitRule): LimitValue {
  return kind === 'integer' ? 0 : ZERO;
}

function causeOf(row: SafetyColumns): HaltCause | null {
  return wordOf(HALT_CAUSES, row.haltCause);
}

function policyOf(row: SafetyColumns): KillPolicy | null {
  return wordOf(KILL_POLICIES, row.killPolicy);
}

function wordOf<const Word extends string>(words: readonly Word[], raw: unknown): Word | null {
  return words.find((word) => word === raw) ?? null;
}

function textOrNull(raw: unknown): string | null {
  return typeof raw === 'string' ? raw : null;
}

function dateOrNull(raw: unknown): Date | null {
  return raw instanceof Date && !Number.isNaN(raw.getTime()) ? raw : null;
}
