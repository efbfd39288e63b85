/** Turns a job's row back into what the workers compute. */
import { DomainError } from '../core/index.ts';
import type { MarketData } from '../market/index.ts';
import type { OptimizationRow } from '../storage/index.ts';
import type { StrategyRegistry } from '../strategies/index.ts';
import type { ComputableJob } from './compute-job.ts';
import { indicatorDemand } from './indicator-table.ts';
import type { JobBars } from './job-outcome.ts';
import { asGrid } from './search-adapter.ts';
import { readConfig } from './stored-job.ts';
import { walkForwardFolds } from './walk-forward.ts';

/**
 * Loads the bars that the job was submitted with.
 *
 * @throws {DomainError} CONFLICT when they have changed since: the result would not be the one that was asked for
 */
export async function loadJob(
  deps: { readonly market: MarketData; readonly registry: StrategyRegistry },
  row: OptimizationRow,
): Promise<JobBars & { readonly computable: ComputableJob }> {
  const config = readConfig(row);
  const [section] = config.sections;
  if (section === undefined) throw new Error('A job has a section.');
  const grid = asGrid(section.paramGrid);
  const { symbols, interval, start, end } = config;
  const data = await deps.market.alignedBars(row.ownerId, {
    symbols,
    interval,
    start,
    end,
    source: row.dataSource,
    until: row.lastBar,
  });
  if (data.hash !== row.dataHash) {
    throw new DomainError('CONFLICT', 'The bars have changed since this job was submitted; submit it again.');
  }
  const type = deps.registry.get(section.strategyType);
  const { bars } = data;
  // That the windows are long enough was checked when the job was submitted.
  const folds = walkForwardFolds(row.bars, config, 1);
  return {
    bars,
    folds,
    computable: {
      typeName: type.name,
      grid,
      bars,
      folds,
      settings: config.settings,
      combinations: row.totalCombinations,
      specs: indicatorDemand(type, grid, bars).specs,
    },
  };
}
