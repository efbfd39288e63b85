import { type FieldError, shown, throwIfAny } from '../core/index.ts';

/** Money, costs and the calendar of one simulation. */
export interface BacktestSettings {
  /** Cash that every slice starts with, in the quote currency; several symbols share it equally. > 0, at most 10¹². */
  readonly initialCapital: number;
  /** Commission in hundredths of a percent of the traded value, from cash. [0, 10,000). */
  readonly commissionBps: number;
  /** How much worse than the open a market order fills, in hundredths of a percent. [0, 10,000). */
  readonly slippageBps: number;
  /** Whether a strategy may hold less than nothing (a spread always may). */
  readonly allowShort: boolean;
  /** Bars per year, which annualises Sharpe, Sortino, volatility and CAGR. > 0, at most 10⁶. */
  readonly periodsPerYear: number;
}

/** Settings from outside; what is left out or null takes its default. */
export type RawSettings = { readonly [Name in keyof BacktestSettings]?: BacktestSettings[Name] | null | undefined };

/** Costs are on unless one says 0. */
const DEFAULTS = { initialCapital: 100_000, commissionBps: 0, slippageBps: 2, allowShort: false };

const BELOW_100_PERCENT = 10_000;

/** The ranges of the numbers; the upper end of the costs is exclusive, so that a sale never yields nothing. */
const RANGES = {
  initialCapital: { accepts: (value: number) => value > 0 && value <= 1e12, text: 'greater than 0 and at most 1e12' },
  commissionBps: { accepts: isCost, text: 'at least 0 and less than 10000' },
  slippageBps: { accepts: isCost, text: 'at least 0 and less than 10000' },
  periodsPerYear: { accepts: (value: number) => value > 0 && value <= 1e6, text: 'greater than 0 and at most 1e6' },
} as const;

/**
 * Checks settings from outside and fills in the defaults.
 *
 * @param defaults what depends on the instrument
 * @throws {DomainError} VALIDATION naming each setting that is out of its range
 */
export function parseSettings(raw: RawSettings, defaults: { readonly periodsPerYear: number }): BacktestSettings {
  const errors: FieldError[] = [];
  const read = (name: keyof typeof RANGES): number => {
    const value = raw[name] ?? { ...DEFAULTS, ...defaults }[name];
    const { accepts, text } = RANGES[name];
    if (typeof value === 'number' && accepts(value)) return value + 0; // −0 becomes 0
    errors.push({ path: [name], message: `${name} must be a number ${text}, found ${shown(value)}.` });
    return Number.NaN;
  };
  const settings = {
    initialCapital: read('initialCapital'),
    commissionBps: read('commissionBps'),
    slippageBps: read('slippageBps'),
    allowShort: raw.allowShort ?? DEFAULTS.allowShort,
    periodsPerYear: read('periodsPerYear'),
  };
  if (typeof settings.allowShort !== 'boolean') {
    errors.push({ path: ['allowShort'], message: `allowShort must be true or false, found ${shown(raw.allowShort)}.` });
  }
  throwIfAny(errors);
  return settings;
}

function isCost(value: number): boolean {
  return value >= 0 && value < BELOW_100_PERCENT;
}
