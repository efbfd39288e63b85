/** Jobs for tests: what is submitted, and waiting for what comes of it. */
import type { Delivery } from '../../src/events/index.ts';
import { type StrategyOptimizationInput, startStrategyOptimization } from '../../src/optimize/index.ts';
import type { OptimizationRow } from '../../src/storage/index.ts';
import type { TestServices } from './compose.ts';
import { eventually } from './eventually.ts';

export { eventually };

/** 18 combinations, of which two are invalid, over 1,260 bars of the simulation. */
export const EXAMPLE: StrategyOptimizationInput = {
  strategyType: 'momentum',
  symbols: ['AAPL'],
  start: '2020-01-02',
  end: '2024-12-31',
  nSplits: 5,
  trainRatio: 0.7,
};

/** A second or more of work for two threads: long enough to be interrupted, short enough to be computed whole. */
export const LONG: StrategyOptimizationInput = {
  ...EXAMPLE,
  strategyType: 'market_making',
  start: '2004-01-02',
  paramGrid: {
    spread_bps: Array.from({ length: 60 }, (_, i) => i + 2),
    max_inventory: Array.from({ length: 50 }, (_, i) => 10 * i + 50),
  },
};

/** As many combinations as there may be, of several symbols: it is always interrupted. */
export const ENDLESS: StrategyOptimizationInput = {
  ...LONG,
  symbols: ['AAPL', 'MSFT', 'AMZN', 'GOOG'],
  start: '1990-01-02',
  paramGrid: {
    spread_bps: Array.from({ length: 100 }, (_, i) => i + 2),
    max_inventory: Array.from({ length: 100 }, (_, i) => 10 * i + 50),
  },
};

/** Submits a job for the default user. */
export function submit(services: TestServices, input: StrategyOptimizationInput = EXAMPLE): Promise<OptimizationRow> {
  return startStrategyOptimization(services, services.user, input);
}

/** The row as it is now. */
export function readJob(services: TestServices, id: number): Promise<OptimizationRow> {
  return services.database.read.optimization.findUniqueOrThrow({ where: { id } });
}

/** The trials of a job as they are stored, in the order of the grid. */
export async function readTrials({ database }: TestServices, id: number): Promise<readonly unknown[]> {
  const rows = await database.read.optimizationTrial.findMany({
    where: { optimizationId: id },
    orderBy: { index: 'asc' },
    omit: { optimizationId: true },
  });
  return rows;
}

/** Waits until the job has ended, in whatever way. */
export function ended(services: TestServices, id: number, limitMs?: number): Promise<OptimizationRow> {
  return eventually(
    `job ${id} to end`,
    async () => {
      const row = await readJob(services, id);
      return row.finishedAt === null ? null : row;
    },
    limitMs,
  );
}

/** Waits until the job has computed something. */
export async function underWay(services: TestServices, id: number): Promise<void> {
  await eventually(`job ${id} to get under way`, async () => {
    const row = await readJob(services, id);
    if (row.finishedAt !== null) throw new Error(`Job ${id} ended (${row.status}) before it could be interrupted.`);
    return services.runner.progressOf(row).combo > 0 ? true : null;
  });
}

/** The types of the stored events about a job, as they were heard. */
export function eventsOf(heard: readonly Delivery[], id: number): readonly string[] {
  return heard.filter(({ kind, event }) => kind === 'event' && event.subjectId === id).map(({ event }) => event.type);
}

/** The types of the stored events about a job, as the journal holds them. */
export async function journalOf({ database }: TestServices, id: number): Promise<readonly string[]> {
  const rows = await database.read.event.findMany({
    where: { subjectType: 'optimization', subjectId: id },
    orderBy: { cursor: 'asc' },
  });
  return rows.map((row) => row.type);
}

/** Everything that a job found, as it is stored: equal for equal jobs, whoever computed them and however often. */
export async function findings(services: TestServices, id: number): Promise<object> {
  const row = await readJob(services, id);
  const { status, partial, results, bestParams, bestSharpe, skipped, unranked, overfitting, curve, error } = row;
  const trials = await readTrials(services, id);
  return { status, partial, results, bestParams, bestSharpe, skipped, unranked, overfitting, curve, error, trials };
}
