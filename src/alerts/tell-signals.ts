/**
 * Alerts on the signals of a strategy: each is told once of a symbol and a bar. Its cooldown counts for every symbol by itself, so
 * that a strategy which turns twice within it is heard once, and two symbols that turn together are both heard.
 */
import { dateOf, decimal } from '../core/index.ts';
import type { JournalWrite } from '../events/index.ts';
import type { AlertRow, AlertTriggerRow } from '../storage/index.ts';
import type { AlertBasis } from './deps.ts';
import { alertEvent, type Cause } from './events.ts';
import { lockAlerts, lockWatchers } from './lock-alerts.ts';
import { signalMessage } from './messages.ts';
import { storeTriggers, type TriggerDraft } from './trigger.ts';

/** Alerts that are looked at together. */
const PAGE = 100;

/** A strategy that turned. */
export interface Turn {
  readonly symbol: string;
  /** When the bar begins that it turned on. */
  readonly date: string;
  readonly signal: 'buy' | 'sell';
  readonly target: number;
  readonly previousTarget: number;
}

interface Turns {
  readonly ownerId: number;
  readonly strategyId: number;
  readonly turns: readonly Turn[];
  /** Only these alerts. Default: all on the strategy. */
  readonly alertIds?: readonly number[];
  readonly cause: Cause;
}

/** Tells the alerts on a strategy of its turns; answers what was told. */
export async function tellSignals(
  deps: Pick<AlertBasis, 'clock'>,
  write: JournalWrite,
  { ownerId, strategyId, turns, alertIds, cause }: Turns,
): Promise<readonly AlertTriggerRow[]> {
  const strategy = await write.db.strategy.findFirst({
    where: { id: strategyId, ownerId, deletedAt: null },
    select: { name: true },
  });
  if (turns.length === 0 || strategy === null) return [];
  const wanted = await lockWatchers(write.db, { ownerId, watched: { strategyId }, ids: alertIds });
  const told: AlertTriggerRow[] = [];
  for (let first = 0; first < wanted.length; first += PAGE) {
    const page = (await lockAlerts(write.db, wanted.slice(first, first + PAGE))).filter(({ enabled }) => enabled);
    told.push(
      ...(await tellPage(deps, write, { alerts: page, strategy: { id: strategyId, ...strategy }, turns, cause })),
    );
  }
  return told;
}

interface Page {
  readonly alerts: readonly AlertRow[];
  readonly strategy: { readonly id: number; readonly name: string };
  readonly turns: readonly Turn[];
  readonly cause: Cause;
}

async function tellPage(
  deps: Pick<AlertBasis, 'clock'>,
  write: JournalWrite,
  { alerts, strategy, turns, cause }: Page,
): Promise<readonly AlertTriggerRow[]> {
  const now = dateOf(deps.clock);
  const known = await knownOf(write, { alerts, turns, now });
  const drafts: TriggerDraft[] = [];
  for (const alert of alerts) {
    const wanted = turns.filter(({ signal }) => alert.signal === null || alert.signal === signal);
    const news = wanted.filter((turn) => !known.edges.has(`${alert.id} ${edgeOf(turn)}`));
    const isCooling = ({ symbol }: Turn): boolean => {
      const last = known.last.get(`${alert.id} ${symbol}`);
      // A change arms it anew: what was told before it counts no more.
      if (last === undefined || last < alert.updatedAt) return false;
      return now.getTime() < last.getTime() + alert.cooldownSeconds * 1000;
    };
    drafts.push(...news.filter((turn) => !isCooling(turn)).map((turn) => draftOf(alert, { turn, strategy, cause })));
    for (const turn of news.filter(isCooling)) {
      const extra = { reason: 'cooldown', facts: factsOf(turn, strategy) };
      await write.append(alertEvent('AlertSuppressed', alert, { cause, extra }));
    }
  }
  for (const alert of alerts) {
    const count = drafts.filter(({ alertId }) => alertId === alert.id).length;
    if (count === 0) continue;
    const fired = { phase: 'cooling_down', firedAt: now, lastTriggeredAt: now, triggerCount: { increment: count } };
    await write.db.alert.updateMany({ where: { id: alert.id }, data: fired });
  }
  return await storeTriggers(deps, write, drafts);
}

/** What was told already: of these bars, and when last of each symbol, as far back as a cooldown can reach. */
async function knownOf({ db }: JournalWrite, { alerts, turns, now }: Pick<Page, 'alerts' | 'turns'> & { now: Date }) {
  const longest = Math.max(0, ...alerts.map(({ cooldownSeconds }) => cooldownSeconds)) * 1000;
  const rows = await db.alertTrigger.findMany({
    where: {
      alertId: { in: alerts.map(({ id }) => id) },
      symbol: { in: turns.map(({ symbol }) => symbol) },
      OR: [{ edge: { in: turns.map(edgeOf) } }, { triggeredAt: { gt: new Date(now.getTime() - longest) } }],
    },
    select: { alertId: true, symbol: true, edge: true, triggeredAt: true },
    orderBy: { id: 'asc' },
  });
  return {
    edges: new Set(rows.map(({ alertId, edge }) => `${alertId} ${edge}`)),
    last: new Map(rows.map(({ alertId, symbol, triggeredAt }) => [`${alertId} ${symbol}`, triggeredAt])),
  };
}

function edgeOf({ symbol, date }: Turn): string {
  return `${symbol} ${date}`;
}

function factsOf(turn: Turn, strategy: Page['strategy']) {
  const { symbol, date, signal, target, previousTarget } = turn;
  const about = { strategy_id: strategy.id, strategy: strategy.name };
  return { ...about, symbol, date, signal, target, previous_target: previousTarget };
}

function draftOf(
  { id: alertId, ownerId, name }: AlertRow,
  { turn, strategy, cause }: { readonly turn: Turn; readonly strategy: Page['strategy']; readonly cause: Cause },
): TriggerDraft {
  return {
    ...{ ownerId, alertId, alertType: 'signal', cause },
    message: signalMessage(strategy.name, turn),
    context: { name, ...factsOf(turn, strategy) },
    symbol: turn.symbol,
    edge: edgeOf(turn),
    value: decimal(turn.target),
  };
}
