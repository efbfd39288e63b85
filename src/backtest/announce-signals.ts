/** Telling the journal that a saved strategy turned, once for each of its symbols and bars. */
import { type JsonObject, readJson } from '../core/index.ts';
import type { EventDraft, Journal } from '../events/index.ts';
import type { Database } from '../storage/index.ts';
import type { Signal } from './signals.ts';

/** A saved strategy turned to buy or sell; its subject is the strategy. */
export const STRATEGY_SIGNALED = 'StrategySignaled';

export interface AnnounceDeps {
  readonly database: Database;
  readonly journal: Journal;
}

/** What a strategy said, and what made it say so. */
export interface Announcement {
  readonly ownerId: number;
  readonly strategyId: number;
  readonly signals: readonly Signal[];
  readonly correlationId: string;
  readonly causationId: bigint;
}

/** Appends an event for every signal that is not `hold` and was not told before. */
export async function announceSignals({ database, journal }: AnnounceDeps, said: Announcement): Promise<void> {
  const { ownerId, strategyId, signals, correlationId, causationId } = said;
  const turned = signals.filter(({ signal }) => signal !== 'hold');
  if (turned.length === 0) return;
  const subject = { ownerId, type: STRATEGY_SIGNALED, subjectType: 'strategy', subjectId: strategyId };
  // What was told last of its symbols is among the newest events; more than one of a symbol only after it turned again.
  const told = await database.read.event.findMany({
    where: subject,
    orderBy: { cursor: 'desc' },
    take: 2 * signals.length,
    select: { payload: true },
  });
  const known = new Set(told.map(({ payload }) => keyOf(readJson<Turned>(payload))));
  const drafts = turned
    .filter((signal) => !known.has(keyOf(signal)))
    .map((signal): EventDraft => ({ ...subject, payload: factsOf(strategyId, signal), correlationId, causationId }));
  if (drafts.length > 0) await journal.write(({ appendAll }) => appendAll(drafts));
}

type Turned = Pick<Signal, 'symbol' | 'date' | 'signal'>;

function keyOf({ symbol, date, signal }: Turned): string {
  return `${symbol} ${date} ${signal}`;
}

function factsOf(strategyId: number, { symbol, date, signal, target, previousTarget }: Signal): JsonObject {
  return { strategyId, symbol, date, signal, target, previousTarget };
}
