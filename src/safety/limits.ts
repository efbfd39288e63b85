/** What each limit of an owner means, its default and its range: the one table that defaults, checks and documents use. */
import { type Decimal, decimalText, MAX_DECIMAL, readDecimal } from '../core/index.ts';
import type { Limits } from './settings.ts';

/** The value of one limit; null means that there is none. */
export type LimitValue = number | Decimal | null;

/** What one limit may be. */
export interface LimitRule {
  readonly key: keyof Limits;
  /** A whole number, a fraction of 1, or an amount in the account's currency. */
  readonly kind: 'integer' | 'fraction' | 'money';
  /** A decimal text; null: none. */
  readonly default: string | null;
  /** Inclusive. What has to be above 0 begins at the smallest decimal there is. */
  readonly min: string;
  /** Inclusive. */
  readonly max: string;
  /** Whether null ("none") is allowed. */
  readonly nullable: boolean;
  /** One sentence for a trader, with the unit. */
  readonly description: string;
}

/** The smallest decimal above 0. */
const ABOVE_ZERO = '0.00000001';

/** In the order in which they are shown. */
export const LIMITS: readonly LimitRule[] = [
  {
    key: 'maxDailyTrades',
    kind: 'integer',
    default: '10',
    min: '0',
    max: '1000000',
    nullable: false,
    description: 'Trades of one trading day; orders that only reduce a position are not counted.',
  },
  {
    key: 'maxOrdersPerMinute',
    kind: 'integer',
    default: '30',
    min: '1',
    max: '100000',
    nullable: false,
    description: 'Orders within any 60 seconds.',
  },
  {
    key: 'maxOrderValue',
    kind: 'money',
    default: null,
    min: ABOVE_ZERO,
    max: MAX_DECIMAL,
    nullable: true,
    description: "Value of one order in the account's currency; null: no limit.",
  },
  {
    key: 'maxPositionPct',
    kind: 'fraction',
    default: '0.1',
    min: ABOVE_ZERO,
    max: '10',
    nullable: false,
    description: 'Value of one position, open orders included, as a fraction of equity (0.1 is a tenth).',
  },
  {
    key: 'maxDailyLossPct',
    kind: 'fraction',
    default: '0.05',
    min: ABOVE_ZERO,
    max: '1',
    nullable: false,
    description: "Loss since the trading day began, as a fraction of that beginning's equity, at which trading halts.",
  },
  {
    key: 'maxDrawdownPct',
    kind: 'fraction',
    default: '0.2',
    min: ABOVE_ZERO,
    max: '1',
    nullable: false,
    description: 'Fall of equity from its highest, as a fraction of the highest, at which trading halts.',
  },
  {
    key: 'priceCollarPct',
    kind: 'fraction',
    default: '0.05',
    min: ABOVE_ZERO,
    max: '1',
    nullable: false,
    description: 'How far the price of a limit order may be on the wrong side of the last price, as a fraction of it.',
  },
  {
    key: 'largeOrderThreshold',
    kind: 'money',
    default: '10000',
    min: '0',
    max: MAX_DECIMAL,
    nullable: false,
    description: "Value in the account's currency above which an order of an agent needs a person's approval.",
  },
];

/**
 * A value from outside or from the database as the limit that it says, undefined when the rule does not allow it: not a
 * decimal (see `readDecimal`), out of range, not whole where it has to be.
 */
export function readLimit(rule: LimitRule, raw: unknown): LimitValue | undefined {
  if (raw === null) return rule.nullable ? null : undefined;
  const value = readDecimal(raw);
  if (value === null || value.lt(rule.min) || value.gt(rule.max)) return undefined;
  if (rule.kind !== 'integer') return value;
  return value.isInteger() ? Number(decimalText(value)) : undefined;
}

/** The limits with the value of each by `valueOf`, which answers for every rule what `readLimit` would. */
export function limitsBy(valueOf: (rule: LimitRule) => LimitValue): Limits {
  const values = LIMITS.map((rule) => [rule.key, valueOf(rule)] as const);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The table has every key; its kinds are the types.
  return Object.fromEntries(values) as unknown as Limits;
}

/** What a limit may be, as the end of a sentence that begins "… must be". */
export function allowedValues({ kind, min, max, nullable }: LimitRule): string {
  const none = nullable ? ', or null for none' : '';
  if (kind === 'integer') return `a whole number from ${min} to ${max}${none}`;
  return `${kind === 'fraction' ? 'a fraction' : 'an amount'} from ${min} to ${max} with at most 8 decimals${none}`;
}

/** As it is stored and shown: whole numbers as they are, decimals as texts. */
export function shownLimit(value: LimitValue): number | string | null {
  return value === null || typeof value === 'number' ? value : decimalText(value);
}
