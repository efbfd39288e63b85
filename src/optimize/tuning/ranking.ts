/** From the scores of combinations to their order. */
import { type BacktestSettings, mean, sampleDeviation } from '../../backtest/index.ts';
import { type Moments, mergeMoments, NO_MOMENTS } from '../figures.ts';
import { inPieces } from '../in-pieces.ts';
import { annualised, isUsable, returnsOf, scoreOf, shownScores } from './score-row.ts';
import type { TuningResult } from './tuning.ts';
import type { TuningFigures } from './tuning-figures.ts';

/** What is needed beside the figures to read them. */
export interface RankingBasis {
  /** Of each test slice. */
  readonly testBars: readonly number[];
  readonly settings: BacktestSettings;
}

/** Indexes of the scored combinations, the best first: least mean loss, then the order in which they were tried. */
export async function rankedIndexes(figures: TuningFigures): Promise<readonly number[]> {
  const measured = await inPieces(figures.scored(), (index) =>
    isRankable(figures, index) ? ([index, meanLossOf(figures, index)] as const) : null,
  );
  const losses = new Map(measured.filter((entry) => entry !== null));
  return Array.from(losses.keys()).toSorted((a, b) => (losses.get(a) ?? 0) - (losses.get(b) ?? 0) || a - b);
}

/** Whether all its scores on the folds up to (not including) `until` are numbers. */
export function isRankable(figures: TuningFigures, index: number, until = figures.folds): boolean {
  return foldsOf(figures, until).every((fold) => isUsable(figures.row(index, fold)));
}

/** Mean over the folds up to (not including) `until`. */
export function meanLossOf(figures: TuningFigures, index: number, until = figures.folds): number {
  const losses = foldsOf(figures, until).map((fold) => scoreOf(figures.row(index, fold), 'loss'));
  return mean(Float64Array.from(losses));
}

/** The returns of a combination's test slices, chained. */
export function chainedReturns(figures: TuningFigures, index: number, basis: RankingBasis): Moments {
  return chained(figures, index, { ...basis, folds: foldsOf(figures) });
}

function chained(
  figures: TuningFigures,
  index: number,
  { testBars, folds }: RankingBasis & { readonly folds: readonly number[] },
): Moments {
  return folds.reduce<Moments>(
    (chain, fold) => mergeMoments(chain, returnsOf(figures.row(index, fold), testBars[fold] ?? 0)),
    NO_MOMENTS,
  );
}

/** A combination as it is stored, by its scores on the folds up to (not including) `until`, all of them where it is left out. */
export function resultOf(
  figures: TuningFigures,
  { index, rank, until }: { readonly index: number; readonly rank: number; readonly until?: number },
  basis: RankingBasis,
): TuningResult {
  const folds = foldsOf(figures, until);
  const rows = folds.map((fold) => figures.row(index, fold));
  const losses = Float64Array.from(rows, (row) => scoreOf(row, 'loss'));
  const areas = Float64Array.from(rows, (row) => scoreOf(row, 'auc')).filter((area) => !Number.isNaN(area));
  return {
    rank,
    index,
    params: figures.params[index] ?? {},
    meanLoss: mean(losses),
    lossStd: losses.length < 2 ? 0 : sampleDeviation(losses),
    meanAuc: areas.length === 0 ? null : mean(areas),
    meanAccuracy: mean(Float64Array.from(rows, (row) => scoreOf(row, 'accuracy'))),
    sharpe: annualised(chained(figures, index, { ...basis, folds }), basis.settings),
    maxDrawdown: Math.min(...rows.map((row) => scoreOf(row, 'maxDrawdown'))),
    trades: rows.reduce((sum, row) => sum + scoreOf(row, 'trades'), 0),
    folds: rows.map((row, fold) => ({
      fold: fold + 1,
      ...shownScores(row, { bars: basis.testBars[fold] ?? 0, settings: basis.settings }),
    })),
  };
}

function foldsOf({ folds }: TuningFigures, until = folds): readonly number[] {
  return Array.from({ length: until }, (_, fold) => fold);
}
