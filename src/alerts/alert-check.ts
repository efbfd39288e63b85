/** The job type `alert_check`: alerts are held against what they watch now, and what came of each is kept. It places no orders. */
import type { Principal } from '../access/index.ts';
import { counted, invalid, isRowId, type JsonObject, shown } from '../core/index.ts';
import { configEntries, type JobType, type RunContext } from '../scheduler/index.ts';
import type { AlertRow } from '../storage/index.ts';
import { shownAlertState } from './alert.ts';
import type { AlertDeps } from './deps.ts';
import { evaluateLevels, type Sighting, STEPS_PER_TRANSACTION } from './evaluate-levels.ts';
import { type Looks, lookAtAlerts } from './look.ts';
import { tellSignals } from './tell-signals.ts';

/** Ids in a config. */
const MAX_IDS = 1_000;

/** Alerts whose evaluations are kept one by one; of more, only those that fired or could not be looked at. */
const MAX_KEPT = 1_000;

/** Rows that are read together. */
const PAGE = 1_000;

/** What came of an alert. */
interface Evaluation {
  readonly alert_id: number;
  readonly alert_type: string;
  /** `triggered`, `not_triggered`, `no_data` (nothing could be decided), `disabled`, or `gone`. */
  readonly outcome: string;
  readonly state: string;
  readonly value: number | null;
  readonly reason: string | null;
}

/** The job type, whose config is `{alert_ids?}`: all of the owner's alerts when left out. */
export function alertCheck(deps: AlertDeps): JobType {
  return {
    name: 'alert_check',
    description: 'Evaluates alerts.',
    placesOrders: false,
    catchupPolicy: 'skip',
    parseConfig: (raw, principal) => parseConfig(deps, principal, raw),
    run: async (context) => {
      const evaluations: Evaluation[] = [];
      for await (const rows of pagesOf(deps, context)) evaluations.push(...(await check(deps, context, rows)));
      evaluations.push(...goneOf(idsOf(context.config), evaluations));
      const triggered = evaluations.filter(({ outcome }) => outcome === 'triggered').length;
      const kept = evaluations.length <= MAX_KEPT ? evaluations : evaluations.filter(isRemarkable).slice(0, MAX_KEPT);
      return {
        summary: `${counted(evaluations.length, 'alert')} evaluated, ${triggered} triggered.`,
        output: { evaluated: evaluations.length, triggered, evaluations: kept.map((each) => ({ ...each })) },
      };
    },
  };
}

function isRemarkable({ outcome }: Evaluation): boolean {
  return outcome === 'triggered' || outcome === 'no_data';
}

async function parseConfig({ database }: AlertDeps, principal: Principal, raw: unknown): Promise<JsonObject> {
  const given = configEntries(raw, 'alert_check', ['alert_ids']).get('alert_ids');
  if (given === undefined || given === null) return {};
  const ids = parseIds(given);
  const rows = await database.read.alert.findMany({
    where: { id: { in: [...ids] }, ownerId: principal.userId },
    select: { id: true },
  });
  const known = new Set(rows.map(({ id }) => id));
  const missing = ids.find((id) => !known.has(id));
  if (missing !== undefined) throw invalid('config.alert_ids', `There is no alert ${missing}.`);
  return { alert_ids: ids };
}

function parseIds(raw: unknown): readonly number[] {
  const path = 'config.alert_ids';
  if (!Array.isArray(raw) || raw.length === 0 || raw.length > MAX_IDS) {
    throw invalid(path, `alert_ids must be a list of 1 to ${MAX_IDS} ids; found ${shown(raw)}.`);
  }
  const ids = raw.map((id: unknown) => {
    if (isRowId(id)) return id;
    throw invalid(path, `alert_ids must be ids of alerts; found ${shown(id)}.`);
  });
  if (new Set(ids).size === ids.length) return ids;
  throw invalid(path, 'alert_ids must name each alert once.');
}

/** Stored configs were made by `parseConfig`; null: all of them. */
function idsOf(config: JsonObject): readonly number[] | null {
  const { alert_ids: ids } = config;
  return Array.isArray(ids) ? ids.filter(isRowId) : null;
}

async function* pagesOf({ database }: AlertDeps, { principal, config, signal }: RunContext) {
  const ids = idsOf(config);
  for (let after = 0; ; ) {
    signal.throwIfAborted();
    const rows = await database.read.alert.findMany({
      where: { ownerId: principal.userId, id: { gt: after, ...(ids === null ? {} : { in: [...ids] }) } },
      orderBy: { id: 'asc' },
      take: PAGE,
    });
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last.id;
  }
}

async function check(deps: AlertDeps, context: RunContext, rows: readonly AlertRow[]): Promise<readonly Evaluation[]> {
  const enabled = rows.filter(({ enabled: isEnabled }) => isEnabled);
  const before = new Map(rows.map((row) => [row.id, row.triggerCount]));
  const looks = await lookAtAlerts(deps, context.principal, enabled);
  const { correlationId, causationId } = context;
  const cause = { correlationId, causationId };
  const sightings = [...looks.sightings];
  for (let first = 0; first < sightings.length; first += STEPS_PER_TRANSACTION) {
    const page = new Map(sightings.slice(first, first + STEPS_PER_TRANSACTION));
    await deps.journal.write((write) => evaluateLevels(deps, write, { sightings: page, cause }));
  }
  const ownerId = context.principal.userId;
  for (const [strategyId, turns] of looks.turns) {
    const alertIds = enabled.filter((row) => row.strategyId === strategyId).map(({ id }) => id);
    await deps.journal.write((write) => tellSignals(deps, write, { ownerId, strategyId, turns, alertIds, cause }));
  }
  const after = await deps.database.read.alert.findMany({
    where: { id: { in: rows.map(({ id }) => id) } },
    orderBy: { id: 'asc' },
  });
  // Whoever told it while this run looked: it has triggered.
  return after.map((row) => evaluationOf(row, { looks, isNew: row.triggerCount > (before.get(row.id) ?? 0), deps }));
}

function evaluationOf(
  row: AlertRow,
  { looks, isNew, deps }: { readonly looks: Looks; readonly isNew: boolean; readonly deps: AlertDeps },
): Evaluation {
  const reason = looks.failures.get(row.id) ?? null;
  const quiet = reason === null ? 'not_triggered' : 'no_data';
  return {
    alert_id: row.id,
    alert_type: row.alertType,
    outcome: isNew ? 'triggered' : row.enabled ? quiet : 'disabled',
    state: shownAlertState(row, deps.clock.now()),
    value: valueOf(looks.sightings.get(row.id)),
    reason,
  };
}

function valueOf(sighting: Sighting | undefined): number | null {
  return sighting === undefined ? null : sighting.exact.toNumber();
}

/** Alerts that were named and have been deleted since, or while the run looked at them. */
function goneOf(ids: readonly number[] | null, found: readonly Evaluation[]): readonly Evaluation[] {
  const known = new Set(found.map(({ alert_id: id }) => id));
  const gone = (ids ?? []).filter((id) => !known.has(id));
  return gone.map((id) => {
    const nothing = { value: null, reason: 'The alert was deleted.' };
    return { alert_id: id, alert_type: 'unknown', outcome: 'gone', state: 'disabled', ...nothing };
  });
}
