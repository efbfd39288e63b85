/** The row of a job that is submitted: what was asked, and that nothing has been computed yet. */
import type { AlignedBars } from '../../market/index.ts';
import type { ModelType } from '../../models/index.ts';
import type { OptimizationRow } from '../../storage/index.ts';
import { engineVersionOf } from '../engine-version.ts';
import type { OptimizationConfig, OptimizationJobType } from '../optimization.ts';

/** A job of any kind that was checked. */
export interface CheckedJob {
  readonly jobType: OptimizationJobType;
  readonly strategyType?: string | null;
  readonly modelType?: ModelType;
  readonly strategyId?: number | null;
  /** Stored whole. */
  readonly config: Pick<OptimizationConfig, 'symbols' | 'nSplits'>;
  /** Combinations in all. */
  readonly trials: number;
  readonly data: AlignedBars;
}

const UNTOUCHED = {
  status: 'pending',
  attempt: 0,
  progressCombo: 0,
  progressFold: 0,
  partial: false,
  results: null,
  bestParams: null,
  bestSharpe: null,
  skipped: null,
  unranked: null,
  overfitting: null,
  curve: null,
  tuning: null,
  error: null,
  leaseOwner: null,
  leaseUntil: null,
  cancelRequestedAt: null,
  startedAt: null,
  finishedAt: null,
} as const;

/** All columns of the row but its id. */
export function newJobRow(
  job: CheckedJob,
  by: { readonly ownerId: number; readonly correlationId: string; readonly now: Date },
): Omit<OptimizationRow, 'id'> {
  const { jobType, config, data } = job;
  const time = data.bars[0]?.time ?? new Float64Array();
  return {
    ...UNTOUCHED,
    ownerId: by.ownerId,
    jobType,
    strategyType: job.strategyType ?? null,
    modelType: job.modelType ?? null,
    symbolKey: symbolKey(config.symbols),
    strategyId: job.strategyId ?? null,
    config: JSON.stringify(config),
    dataSource: data.source,
    dataHash: data.hash,
    firstBar: new Date(time[0] ?? 0),
    lastBar: new Date(time.at(-1) ?? 0),
    bars: time.length,
    engineVersion: engineVersionOf(jobType),
    totalCombinations: job.trials,
    nFolds: config.nSplits,
    correlationId: by.correlationId,
    createdAt: by.now,
  };
}

/** The symbols in alphabetical order, for finding jobs on the same data whatever the order in which they were named. */
function symbolKey(symbols: readonly string[]): string {
  return symbols.toSorted().join(',');
}
