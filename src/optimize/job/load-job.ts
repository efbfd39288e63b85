/** Turns a job's row back into what the workers compute. */
import { DomainError } from '../../core/index.ts';
import type { AlignedBars, MarketData } from '../../market/index.ts';
import type { OptimizationRow } from '../../storage/index.ts';
import type { StrategyRegistry } from '../../strategies/index.ts';
import type { ComputableJob, ComputableSection } from '../engine/compute-job.ts';
import { predictionsOf } from '../followed-models.ts';
import type { OptimizationConfig } from '../optimization.ts';
import { planSegments } from '../segments.ts';
import { walkForwardFolds } from '../walk-forward.ts';
import type { HeldJob, WorkDeps } from './job-work.ts';
import { readConfig } from './stored-job.ts';

/** What loading works with. */
type LoadDeps = Pick<WorkDeps, 'market' | 'registry' | 'models' | 'memory'>;

/** Turns a strategy job's row into what is computed. @throws {DomainError} as `loadBarsAgain` and `predictionsOf` */
export async function loadJob(
  deps: LoadDeps,
  { row, signal, submitted }: Pick<HeldJob, 'row' | 'signal' | 'submitted'>,
): Promise<ComputableJob> {
  const config = readConfig(row);
  const data = submitted ?? (await loadBarsAgain(deps, row, config));
  // That the windows are long enough was checked when the job was submitted.
  const folds = walkForwardFolds(row.bars, config, 1);
  const asked = { ...config, ownerId: row.ownerId, stamps: config.models ?? [], bars: data.bars };
  const columnOf = (length: number) => deps.memory.column(length);
  return {
    predictions: await predictionsOf(deps.models, asked, { columnOf, signal }),
    bars: data.bars,
    folds,
    segments: planSegments(folds),
    settings: config.settings,
    search: { method: config.method, maxTrials: config.maxTrials, seed: config.seed },
    sections: sectionsOf(deps.registry, config),
  };
}

function sectionsOf(registry: StrategyRegistry, { sections }: OptimizationConfig): readonly ComputableSection[] {
  let next = 0;
  return sections.map(({ strategyType, paramGrid, trials }) => {
    const from = next;
    next += trials;
    return { type: registry.get(strategyType), space: paramGrid, from, to: next };
  });
}

/**
 * Loads the bars that the job was submitted with.
 *
 * @throws {DomainError} CONFLICT when they have changed since: the result would not be the one that was asked for
 */
export async function loadBarsAgain(
  { market }: { readonly market: MarketData },
  row: OptimizationRow,
  config: Pick<OptimizationConfig, 'symbols' | 'interval' | 'start' | 'end'>,
): Promise<AlignedBars> {
  const { symbols, interval, start, end } = config;
  const data = await market.alignedBars(row.ownerId, {
    symbols,
    interval,
    start,
    end,
    source: row.dataSource,
    until: row.lastBar,
  });
  if (data.hash === row.dataHash) return data;
  throw new DomainError('CONFLICT', 'The bars have changed since this job was submitted; submit it again.');
}
