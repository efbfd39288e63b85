/** A row per combination of a tuning job. */
import { setImmediate as breathe } from 'node:timers/promises';
import { OVERFLOW_REASON } from '../../backtest/index.ts';
import { type Columns, insertKeyedRows } from '../../storage/index.ts';
import { inPieces } from '../in-pieces.ts';
import type { TrialStatus } from '../optimization.ts';
import {
  isRankable,
  type RankingBasis,
  resultOf,
  scoreOf,
  type TuningFigures,
  type TuningResult,
} from '../tuning/index.ts';
import type { RowWrite } from './findings.ts';

/** Rows that are inserted before others have their turn. */
const INSERTED_AT_ONCE = 250;

/** A combination as it is stored. */
export interface TuningTrial {
  readonly index: number;
  readonly status: TrialStatus;
  readonly rank: number | null;
  /** JSON. */
  readonly params: string;
  readonly meanLoss: number | null;
  readonly lossStd: number | null;
  readonly meanAuc: number | null;
  readonly meanAccuracy: number | null;
  readonly sharpe: number | null;
  readonly maxDrawdown: number | null;
  readonly trades: number | null;
  /** JSON of `FoldScores[]`; of a combination without a rank the folds that were scored. */
  readonly folds: string;
  readonly fitSeconds: number | null;
  readonly reason: string | null;
}

const NO_FIGURES = {
  rank: null,
  meanLoss: null,
  lossStd: null,
  meanAuc: null,
  meanAccuracy: null,
  sharpe: null,
  maxDrawdown: null,
  trades: null,
  folds: '[]',
} as const;

/** The combinations that have an outcome, in their order. */
export async function trialsOf(
  figures: TuningFigures,
  results: readonly TuningResult[],
  basis: RankingBasis,
): Promise<readonly TuningTrial[]> {
  const ranked = new Map(results.map((result) => [result.index, result]));
  const scored = new Set(figures.scored());
  const trials = await inPieces(figures.params, (combination, index): TuningTrial | null => {
    const params = JSON.stringify(combination);
    const fitSeconds = secondsOf(figures, index);
    const skipped = figures.skipped.get(index);
    if (skipped !== undefined) {
      return { ...NO_FIGURES, index, params, status: 'skipped', fitSeconds: null, reason: skipped };
    }
    const result = ranked.get(index);
    if (result !== undefined) return rankedTrial(result, { params, fitSeconds });
    const reason = unrankedReason(figures, index, scored.has(index));
    if (reason === null) return null;
    return { ...droppedFigures(figures, index, basis), index, params, status: 'unranked', fitSeconds, reason };
  });
  return trials.filter((trial) => trial !== null);
}

/** What was found of a combination before it was dropped. */
function droppedFigures(figures: TuningFigures, index: number, basis: RankingBasis) {
  const until = figures.dropped.get(index);
  if (until === undefined || !isRankable(figures, index, until)) return NO_FIGURES;
  const { folds, ...result } = resultOf(figures, { index, rank: 0, until }, basis);
  return { ...result, rank: null, folds: JSON.stringify(folds) };
}

function rankedTrial(
  { folds, ...result }: TuningResult,
  { params, fitSeconds }: { readonly params: string; readonly fitSeconds: number },
): TuningTrial {
  return { ...result, params, folds: JSON.stringify(folds), status: 'ranked', fitSeconds, reason: null };
}

/** Null of a combination that the job did not get to. */
function unrankedReason(figures: TuningFigures, index: number, isScored: boolean): string | null {
  const folds = figures.dropped.get(index);
  if (folds !== undefined) {
    const slices = folds === 1 ? 'the first test slice' : `the first ${folds} test slices`;
    return `Its loss on ${slices} was in the worse half of those that were left.`;
  }
  return isScored && !isRankable(figures, index) ? OVERFLOW_REASON : null;
}

/** Its share of the trainings that it took. */
function secondsOf(figures: TuningFigures, index: number): number {
  let ms = 0;
  for (let fold = 0; fold < figures.folds; fold++) {
    const took = scoreOf(figures.row(index, fold), 'fitMs');
    if (!Number.isNaN(took)) ms += took;
  }
  return ms / 1000;
}

/** Every row has its columns in the same order, whichever way it came about. */
function columnsOf(optimizationId: number, trial: TuningTrial): Columns {
  const { index, status, rank, params, meanLoss, lossStd, meanAuc, meanAccuracy } = trial;
  const { sharpe, maxDrawdown, trades, folds, fitSeconds, reason } = trial;
  return {
    ...{ optimizationId, index, status, rank, params, meanLoss, lossStd, meanAuc, meanAccuracy },
    ...{ sharpe, maxDrawdown, trades, folds, fitSeconds, reason },
  };
}

/** Inserts trials, so many at once. */
export async function insertModelTrials(
  { db, optimizationId }: RowWrite,
  trials: readonly TuningTrial[],
): Promise<void> {
  for (let from = 0; from < trials.length; from += INSERTED_AT_ONCE) {
    await breathe();
    const data = trials.slice(from, from + INSERTED_AT_ONCE).map((trial) => columnsOf(optimizationId, trial));
    await insertKeyedRows(db, 'ModelTrial', data);
  }
}
