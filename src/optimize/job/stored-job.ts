/** The JSON columns of a job's row, read back; rows of engine version 1 included. */
import { readJson } from '../../core/index.ts';
import type { OptimizationRow } from '../../storage/index.ts';
import type { Overfitting } from '../honesty/index.ts';
import type { EquityCurve, OptimizationConfig, OptimizationResult, SweepResults, Unranked } from '../optimization.ts';
import type { ParameterSpace } from '../search/index.ts';
import type { TuningConfig, TuningFindings, TuningResult } from '../tuning/index.ts';

/** As engine version 1 stored it: one grid, and nothing of methods and sections. */
interface FirstConfig extends Omit<OptimizationConfig, 'sections' | 'skippedTypes' | 'method' | 'maxTrials' | 'seed'> {
  readonly strategyType: string;
  readonly paramGrid: ParameterSpace;
}

/** What was asked of a job about strategies. */
export function readConfig(row: Pick<OptimizationRow, 'config' | 'totalCombinations'>): OptimizationConfig {
  const stored = readJson<OptimizationConfig | FirstConfig>(row.config);
  if (!('paramGrid' in stored)) return stored;
  const { strategyType, paramGrid, ...rest } = stored;
  const sections = [{ strategyType, paramGrid, trials: row.totalCombinations }];
  return { ...rest, sections, skippedTypes: [], method: 'grid', maxTrials: null, seed: null };
}

/** What was asked of a job about a model; null for other jobs. */
export function readTuningConfig(row: Pick<OptimizationRow, 'jobType' | 'config'>): TuningConfig | null {
  return row.jobType === 'model' ? readJson<TuningConfig>(row.config) : null;
}

/** The best 20 of a job about a model, best first; null until it has ended, and for other jobs. */
export function readTuningResults(row: Pick<OptimizationRow, 'jobType' | 'results'>): readonly TuningResult[] | null {
  return row.jobType === 'model' && row.results !== null ? readJson<readonly TuningResult[]>(row.results) : null;
}

/** How the best of a job about a model was judged; null unless the job is complete and ranked something. */
export function readTuningFindings(row: Pick<OptimizationRow, 'tuning'>): TuningFindings | null {
  return row.tuning === null ? null : readJson<TuningFindings>(row.tuning);
}

/** The best 20 of a strategy job, best first; null until it has ended, and for a sweep. */
export function readResults(
  row: Pick<OptimizationRow, 'jobType' | 'results' | 'strategyType'>,
): readonly OptimizationResult[] | null {
  if (row.jobType !== 'strategy' || row.results === null) return null;
  const { results, strategyType } = row;
  // Engine version 1 did not repeat the type in every result.
  return readJson<readonly OptimizationResult[]>(results).map((result) => Object.assign({ strategyType }, result));
}

/** What a sweep found; null until it has ended, and for other jobs. */
export function readSweepResults(row: Pick<OptimizationRow, 'jobType' | 'results'>): SweepResults | null {
  return row.jobType === 'sweep' && row.results !== null ? readJson<SweepResults>(row.results) : null;
}

/** Combinations that are invalid in themselves; null until the job has ended. */
export function readSkipped(row: Pick<OptimizationRow, 'skipped'>): readonly Unranked[] | null {
  return row.skipped === null ? null : readJson<readonly Unranked[]>(row.skipped);
}

/** Combinations without a fill in any test slice; null until the job has ended. */
export function readUnranked(row: Pick<OptimizationRow, 'unranked'>): readonly Unranked[] | null {
  return row.unranked === null ? null : readJson<readonly Unranked[]>(row.unranked);
}

/** Whether the best is more than luck; null unless the job is complete and ranked something. */
export function readOverfitting(row: Pick<OptimizationRow, 'overfitting'>): Overfitting | null {
  return row.overfitting === null ? null : readJson<Overfitting>(row.overfitting);
}

/** The best combination's equity; null unless the job is complete and ranked something. */
export function readCurve(row: Pick<OptimizationRow, 'curve'>): EquityCurve | null {
  return row.curve === null ? null : readJson<EquityCurve>(row.curve);
}
