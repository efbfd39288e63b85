import type { Decimal } from '../core/index.ts';

/** Orders as usual; only orders that reduce a position; none at all. */
export const SAFETY_STATES = ['active', 'reducing', 'halted'] as const;
export type TradingState = (typeof SAFETY_STATES)[number];

/** What a halt does beside refusing orders: nothing, cancel what is open, or cancel and close all positions. From weak to strong. */
export const KILL_POLICIES = ['block', 'cancel', 'flatten'] as const;
export type KillPolicy = (typeof KILL_POLICIES)[number];

/** Why trading is halted: a person, a limit on losses, books that could not be compared, or settings that cannot be read. */
export const HALT_CAUSES = ['kill', 'daily_loss', 'drawdown', 'reconciliation', 'unreadable_settings'] as const;
export type HaltCause = (typeof HALT_CAUSES)[number];

/** The limits of an owner; `LIMITS` says what each means, its default and its range. Fractions are fractions of 1. */
export interface Limits {
  readonly maxDailyTrades: number;
  readonly maxOrdersPerMinute: number;
  /** In the account's currency; null: none. */
  readonly maxOrderValue: Decimal | null;
  readonly maxPositionPct: Decimal;
  readonly maxDailyLossPct: Decimal;
  readonly maxDrawdownPct: Decimal;
  readonly priceCollarPct: Decimal;
  /** In the account's currency. */
  readonly largeOrderThreshold: Decimal;
}

/** The safety of an owner as it stands. Settings that cannot be read make a halted one with every limit 0. */
export interface SafetySettings extends Limits {
  readonly ownerId: number;
  readonly state: TradingState;
  /** Counts the halts: what was decided in an older epoch is not sent. */
  readonly epoch: number;
  /** The following four are null unless halted. */
  readonly haltCause: HaltCause | null;
  readonly haltReason: string | null;
  readonly haltedAt: Date | null;
  readonly killPolicy: KillPolicy | null;
  readonly paperMode: boolean;
  /** When they were changed last, or made with the defaults by the first decision; null while nothing is stored. */
  readonly updatedAt: Date | null;
}
