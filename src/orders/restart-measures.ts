/** What the limits on losses are measured against begins afresh when a person resumes after one of them was reached. */
import { TRADING_MODES } from '../broker/index.ts';
import type { Clock, JsonObject } from '../core/index.ts';
import type { SafetySettings } from '../safety/index.ts';
import type { Db } from '../storage/index.ts';
import { storeMeasures } from './account.ts';
import { lockAccount } from './books.ts';

/** The measures that became others, by mode, for the audit. */
export interface RestartedMeasures {
  readonly before: JsonObject;
  readonly after: JsonObject;
}

/**
 * Peak and beginning of the day become the equity that was measured last, in both modes; else the same loss would halt trading
 * again at once. Only while `settings` are halted for losses; null, and nothing changes, when they are not. Call it between
 * `lockSafety`, which answers the settings, and `resumeState`; locks the accounts.
 */
export async function restartMeasures(
  db: Db,
  clock: Clock,
  { ownerId, state, haltCause }: SafetySettings,
): Promise<RestartedMeasures | null> {
  if (state !== 'halted' || (haltCause !== 'daily_loss' && haltCause !== 'drawdown')) return null;
  const before: Record<string, JsonObject> = {};
  const after: Record<string, JsonObject> = {};
  for (const mode of TRADING_MODES) {
    const account = await lockAccount(db, clock, { ownerId, mode });
    if (account === null) continue;
    const { day, lastEquity, peakEquity, dayStartEquity } = account;
    before[mode] = { peakEquity, dayStartEquity };
    after[mode] = { peakEquity: lastEquity, dayStartEquity: lastEquity };
    await storeMeasures(db, account, { day, lastEquity, peakEquity: lastEquity, dayStartEquity: lastEquity });
  }
  return { before, after };
}
