/** What a report of an ended job shows beside the job itself: the landscape of the search, the winner and its equity. */
import { setImmediate as othersTurn } from 'node:timers/promises';
import { type Principal, requireScope } from '../../access/index.ts';
import { conflict, memberOf, notFound, readJson } from '../../core/index.ts';
import type { Database, OptimizationRow } from '../../storage/index.ts';
import type { Parameters } from '../../strategies/index.ts';
import { readConfig, readCurve, readResults, readSweepResults } from '../job/stored-job.ts';
import { type EquityPoint, isFinal, type OptimizationResult } from '../optimization.ts';
import type { ParameterSpace } from '../search/index.ts';
import { type HeatMap, heatMapsOf, type MappedTrial } from './heat-map.ts';

/** Trials that are read at a time: between two pages others have their turn, which an embedded database does not give. */
const PAGE_ROWS = 1000;

const STATUSES = ['ranked', 'unranked', 'skipped'] as const;

/** The search of one strategy type. */
export interface ReportSection {
  readonly strategyType: string;
  /** Combinations that were ranked, that never traded in a test slice, and that are invalid in themselves. */
  readonly ranked: number;
  readonly unranked: number;
  readonly skipped: number;
  /** The pairs of parameters that explain most first; see `heatMapsOf`. */
  readonly heatMaps: readonly HeatMap[];
}

/** The pictures of a job that has ended. */
export interface OptimizationReport {
  /** One per strategy type, in the order in which they were searched. */
  readonly sections: readonly ReportSection[];
  /** The best combination with all its folds: of a sweep that which it recommends. Null when nothing was ranked. */
  readonly winner: OptimizationResult | null;
  /** The winner's equity, each slice from the initial capital; empty unless the job is complete. */
  readonly curve: readonly EquityPoint[];
}

/**
 * The report of a job that has ended, in whatever way. Scope `read`.
 *
 * @throws {DomainError} NOT_FOUND; CONFLICT while the job waits or runs, and for a job about a model
 */
export async function optimizationReport(
  { database }: { readonly database: Database },
  principal: Principal,
  id: number,
): Promise<OptimizationReport> {
  requireScope(principal, 'read');
  const row = await database.read.optimization.findFirst({ where: { id, ownerId: principal.userId } });
  if (row === null) throw notFound('optimization', id);
  if (row.jobType === 'model') {
    throw conflict(`Optimization ${id} is about a model: what it found stands in its \`tuning\`; it has no report.`, {
      jobType: row.jobType,
    });
  }
  if (!isFinal(row)) {
    const message = `Optimization ${id} is ${row.status}: its report is there once it has ended. Wait for it or cancel it.`;
    throw conflict(message, { status: row.status });
  }
  const trials = await readTrials(database, id);
  const sections: ReportSection[] = [];
  for (const { strategyType, paramGrid } of readConfig(row).sections) {
    // Trials of engine version 1 do not name their type: their jobs had one.
    const ofType = [...(trials.get(strategyType) ?? []), ...(trials.get('') ?? [])];
    sections.push(await sectionOf(strategyType, paramGrid, ofType));
  }
  return { sections, winner: winnerOf(row), curve: readCurve(row)?.points ?? [] };
}

async function sectionOf(
  strategyType: string,
  space: ParameterSpace,
  trials: readonly MappedTrial[],
): Promise<ReportSection> {
  const count = (status: MappedTrial['status']) => trials.filter((trial) => trial.status === status).length;
  return {
    strategyType,
    ranked: count('ranked'),
    unranked: count('unranked'),
    skipped: count('skipped'),
    heatMaps: await heatMapsOf(space, trials),
  };
}

function winnerOf(row: OptimizationRow): OptimizationResult | null {
  const sweep = readSweepResults(row);
  if (sweep === null) return readResults(row)?.[0] ?? null;
  const { strategyType } = sweep.recommendation;
  return sweep.byStrategy.find((entry) => entry.strategyType === strategyType)?.results[0] ?? null;
}

/** The trials of a job by strategy type, in the order in which they were tried. */
async function readTrials(database: Database, id: number): Promise<ReadonlyMap<string, readonly MappedTrial[]>> {
  const trials = new Map<string, MappedTrial[]>();
  for (let last = -1; ; ) {
    const rows = await database.read.optimizationTrial.findMany({
      where: { optimizationId: id, index: { gt: last } },
      orderBy: { index: 'asc' },
      take: PAGE_ROWS,
      select: { index: true, strategyType: true, status: true, params: true, meanSharpe: true },
    });
    for (const { strategyType, status, params, meanSharpe } of rows) {
      const ofType = trials.get(strategyType) ?? [];
      ofType.push({ status: memberOf(STATUSES, status), params: readJson<Parameters>(params), meanSharpe });
      trials.set(strategyType, ofType);
    }
    if (rows.length < PAGE_ROWS) return trials;
    last = rows.at(-1)?.index ?? last;
    await othersTurn();
  }
}
