import type { OptimizationRow } from '../../storage/index.ts';
import type { OptimizationProgress } from '../optimization.ts';
import { readConfig } from './stored-job.ts';

/** What is read of a job's row to say how far it is. */
export type ProgressRow = Pick<
  OptimizationRow,
  'id' | 'status' | 'jobType' | 'config' | 'progressCombo' | 'progressFold' | 'totalCombinations' | 'nFolds'
>;

/** How far a job is, from what was counted; sections are searched in turn, so that the count says which one it is. */
export function progressOf(
  row: ProgressRow,
  { combo, fold }: { readonly combo: number; readonly fold: number },
): OptimizationProgress {
  return { combo, total: row.totalCombinations, fold, nFolds: row.nFolds, ...sectionAt(row, combo) };
}

function sectionAt(
  row: ProgressRow,
  combo: number,
): Pick<OptimizationProgress, 'currentStrategy' | 'strategyIndex' | 'totalStrategies'> {
  if (row.jobType !== 'sweep') return { currentStrategy: null, strategyIndex: null, totalStrategies: null };
  const { sections } = readConfig(row);
  let end = 0;
  const found = sections.findIndex(({ trials }) => {
    end += trials;
    return combo < end;
  });
  const place = found === -1 ? sections.length - 1 : found;
  return {
    currentStrategy: sections[place]?.strategyType ?? null,
    strategyIndex: place + 1,
    totalStrategies: sections.length,
  };
}
