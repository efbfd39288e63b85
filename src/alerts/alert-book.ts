/**
 * The alerts that have a level, in memory, so that a quote needs no database unless something happens: price alerts by symbol
 * and threshold, risk alerts by owner. Rows are the truth; what is kept here says only which of them to look at.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import type { Log } from '../core/index.ts';
import type { AlertRow, Database } from '../storage/index.ts';
import { ruleOf, stateOf } from './alert.ts';
import { RISK_METRICS, type RiskMetric } from './condition.ts';
import { awaited, type LevelRule, type LevelState, type Observation, stepOf, type Threshold } from './level-state.ts';
import { PriceIndex } from './price-index.ts';

/** Rows that are read together. */
const PAGE = 1_000;

/** An alert as it is remembered. */
export interface RememberedAlert {
  readonly id: number;
  readonly ownerId: number;
  /** The empty text of a risk alert. */
  readonly symbol: string;
  readonly metric: RiskMetric | null;
  readonly rule: LevelRule;
  readonly version: number;
  /** As it will be when what is being stored is stored. */
  state: LevelState;
  /** Steps of it that are not stored yet. */
  pending: number;
  threshold: Threshold | null;
  place: number;
}

/** See the head of this file. */
export class AlertBook {
  readonly #log: Log;
  readonly #alerts = new Map<number, RememberedAlert>();
  readonly #prices = new PriceIndex<RememberedAlert>();
  readonly #risks = new Map<number, Set<RememberedAlert>>();

  constructor({ log }: { readonly log: Log }) {
    this.#log = log;
  }

  /** Alerts that are remembered. */
  get size(): number {
    return this.#alerts.size;
  }

  /** Ids of the alerts that are remembered. */
  ids(): Iterable<number> {
    return this.#alerts.keys();
  }

  /** Comparisons of prices with thresholds so far. */
  get comparisons(): number {
    return this.#prices.comparisons;
  }

  /** Symbols whose prices are waited for. */
  symbols(): readonly string[] {
    return this.#prices.symbols();
  }

  /** Owners of risk alerts, with them. */
  risks(): ReadonlyMap<number, ReadonlySet<RememberedAlert>> {
    return this.#risks;
  }

  get(id: number): RememberedAlert | undefined {
    return this.#alerts.get(id);
  }

  /** Remembers a row, unless a later state of it is known or on its way into the database. */
  put(row: AlertRow): void {
    const known = this.#alerts.get(row.id);
    if (known !== undefined && (known.pending > 0 || known.version > row.version)) return;
    this.forget(row.id);
    if (row.phase === 'disabled' || row.direction === null) return;
    const alert = this.#remembered(row);
    if (alert === null) return;
    this.#alerts.set(row.id, alert);
    if (alert.metric === null) this.#prices.add(alert);
    else this.#risks.set(row.ownerId, (this.#risks.get(row.ownerId) ?? new Set()).add(alert));
  }

  /** Null when the row was damaged: it must not keep the others from being remembered. */
  #remembered(row: AlertRow): RememberedAlert | null {
    const { id, ownerId, symbol, version } = row;
    const metric = RISK_METRICS.find((each) => each === row.metric) ?? null;
    try {
      const [rule, state] = [ruleOf(row), stateOf(row)];
      if (rule === null) return null;
      const about = { id, ownerId, symbol: symbol ?? '', metric, rule, version, state };
      return { ...about, pending: 0, threshold: awaited(rule, state.phase), place: -1 };
    } catch (err) {
      this.#log.error({ err, alert: id }, 'An alert cannot be read; it is left out until it is changed');
      return null;
    }
  }

  forget(id: number): void {
    const alert = this.#alerts.get(id);
    if (alert === undefined) return;
    this.#alerts.delete(id);
    if (alert.metric === null) this.#prices.remove(alert);
    const risks = this.#risks.get(alert.ownerId);
    risks?.delete(alert);
    if (risks?.size === 0) this.#risks.delete(alert.ownerId);
  }

  /** The alerts that take a step at this price of a symbol; they have taken it here when it answers. */
  priced(symbol: string, seen: Observation): readonly RememberedAlert[] {
    const crossed = this.#prices.takeCrossed(symbol, seen.value);
    const stepped = crossed.filter((alert) => step(alert, seen));
    for (const alert of crossed) this.#prices.add(alert);
    return stepped;
  }

  /** Whether a risk alert takes a step; it has taken it here then. */
  measured(alert: RememberedAlert, seen: Observation): boolean {
    return step(alert, seen);
  }

  /** Reads rows again; those that are gone are forgotten. */
  async reload({ read }: Pick<Database, 'read'>, ids: readonly number[]): Promise<void> {
    for (let first = 0; first < ids.length; first += PAGE) {
      const page = ids.slice(first, first + PAGE);
      const rows = new Map((await read.alert.findMany({ where: { id: { in: page } } })).map((row) => [row.id, row]));
      for (const id of page) {
        const row = rows.get(id);
        if (row === undefined) this.forget(id);
        else this.put(row);
      }
    }
  }

  /** Reads all rows that have a level and are enabled. */
  async load({ read }: Pick<Database, 'read'>): Promise<void> {
    let after = 0;
    for (;;) {
      const rows = await read.alert.findMany({
        where: { id: { gt: after }, direction: { not: null }, phase: { not: 'disabled' } },
        orderBy: { id: 'asc' },
        take: PAGE,
      });
      for (const row of rows) this.put(row);
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      after = last.id;
      await breathe();
    }
  }
}

/** Takes the step that an observation leads to; false when there is none. */
function step(alert: RememberedAlert, seen: Observation): boolean {
  const next = stepOf(alert.rule, alert.state, seen);
  if (next === null) return false;
  alert.state = next.state;
  alert.threshold = awaited(alert.rule, next.state.phase);
  return true;
}
