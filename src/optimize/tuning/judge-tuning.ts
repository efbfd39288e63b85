/** From the figures of a complete tuning job to what is said about its best combination. */
import { sampleDeviation } from '../../backtest/index.ts';
import { formatBarTime } from '../../market/index.ts';
import { type Moments, mergeMoments, NO_MOMENTS, sharpePerBar } from '../figures.ts';
import { deflatedSharpe, returnShape } from '../honesty/index.ts';
import { inPieces } from '../in-pieces.ts';
import type { TuningFold } from './cut.ts';
import { EDGE_THRESHOLDS, judgeEdge, type MeasuredGain } from './edge-verdict.ts';
import { chainedReturns, isRankable, meanLossOf, type RankingBasis, resultOf } from './ranking.ts';
import { scoreOf, shownScores } from './score-row.ts';
import type { SliceDates, TuningCuts, TuningFindings } from './tuning.ts';
import type { TuningFigures } from './tuning-figures.ts';
import type { TuningJob } from './tuning-job.ts';
import type { FinalFit } from './tuning-tasks.ts';

/** What a complete job knows. */
export interface JudgedTuning {
  readonly job: TuningJob;
  readonly figures: TuningFigures;
  /** Indexes of the ranked combinations, the best first; at least one. */
  readonly ranked: readonly number[];
  /** The best, trained on all that was chosen by. */
  readonly final: FinalFit;
  /** Its returns on the test slices, in time. */
  readonly returns: readonly Float64Array[];
  /** Different combinations tried on these bars, by this job and by earlier ones; ≥ 1. */
  readonly nTrials: number;
}

/** Bars of each test slice, and what annualises. */
export function basisOf({ cut, settings }: TuningJob): RankingBasis {
  return { testBars: cut.folds.map(({ test }) => test.to - test.from), settings };
}

/** Everything that is said about the best. */
export async function judgeTuning({
  job,
  figures,
  ranked,
  final,
  returns,
  nTrials,
}: JudgedTuning): Promise<TuningFindings> {
  const [best = 0] = ranked;
  const basis = basisOf(job);
  const result = resultOf(figures, { index: best, rank: 1 }, basis);
  const { from, to } = job.cut.holdout.test;
  const holdout = shownScores(final.scores, { bars: to - from, settings: job.settings });
  const totalReturn = result.folds.reduce((product, fold) => product * (1 + fold.totalReturn), 1) - 1;
  const { sharpe, maxDrawdown, trades } = result;
  const sharpes = await inPieces(ranked, (index) => sharpePerBar(chainedReturns(figures, index, basis)));
  const chosen = await chosenBeforeEach(figures);
  const { verdict, reasons } = judgeEdge({
    lossGain: gainOf(job, figures, { column: 'loss', choose: () => best }),
    accuracyGain: gainOf(job, figures, { column: 'accuracy', choose: () => best }),
    selectedGain: gainOf(job, figures, { column: 'loss', choose: (fold) => chosen[fold] ?? null }),
    holdoutGain: scoreOf(final.scores, 'lossGain'),
    sharpe,
  });
  return {
    cuts: cutsOf(job),
    holdout,
    trading: {
      ...{ sharpe, totalReturn, maxDrawdown, trades, nTrials },
      deflatedSharpe: deflatedSharpe(returnShape(returns), { count: nTrials, variance: variationOf(sharpes) }),
    },
    verdict,
    reasons,
    thresholds: EDGE_THRESHOLDS,
    importance: final.importance,
  };
}

function variationOf(sharpes: readonly number[]): number {
  return sharpes.length < 2 ? 0 : sampleDeviation(Float64Array.from(sharpes)) ** 2;
}

/** What one would have chosen before each fold: the least mean loss so far; null before the first. */
async function chosenBeforeEach(figures: TuningFigures): Promise<readonly (number | null)[]> {
  const chosen: (number | null)[] = [null];
  for (let fold = 1; fold < figures.folds; fold++) {
    const losses = await inPieces(figures.params, (_, index) =>
      wasTried(figures, index, fold) ? meanLossOf(figures, index, fold) : null,
    );
    const least = losses.reduce<number>((smallest, loss) => Math.min(smallest, loss ?? smallest), Infinity);
    const first = losses.indexOf(least);
    chosen.push(first === -1 ? null : first);
  }
  return chosen;
}

/** Whether a combination was still there in a fold. */
function wasTried(figures: TuningFigures, index: number, fold: number): boolean {
  const droppedAfter = figures.dropped.get(index) ?? figures.folds;
  return (
    !figures.skipped.has(index) && fold < droppedAfter && (droppedAfter < figures.folds || isRankable(figures, index))
  );
}

/**
 * The gain of a choice over the baseline on the chained test bars. Labels of neighbouring bars overlap by the horizon, so
 * the standard error is widened by its root, which is what a sum of overlapping returns takes.
 */
function gainOf(
  { cut, featureConfig }: TuningJob,
  figures: TuningFigures,
  { column, choose }: { readonly column: 'loss' | 'accuracy'; readonly choose: (fold: number) => number | null },
): MeasuredGain {
  const { count, mean, squares } = cut.folds.reduce<Moments>((chain, { test }, fold) => {
    const index = choose(fold);
    if (index === null) return chain;
    const row = figures.row(index, fold);
    const gain = { mean: scoreOf(row, `${column}Gain`), squares: scoreOf(row, `${column}GainSquares`) };
    return mergeMoments(chain, { count: test.to - test.from, ...gain });
  }, NO_MOMENTS);
  const deviation = count < 2 ? Number.NaN : Math.sqrt(squares / (count - 1));
  return { mean, standardError: (deviation * Math.sqrt(featureConfig.horizon)) / Math.sqrt(count) };
}

/** From when to when each slice is. */
function cutsOf({ cut, bars, firstBar }: TuningJob): TuningCuts {
  const [series] = bars;
  const label = (bar: number) =>
    series === undefined ? '' : formatBarTime(series.time[firstBar + bar] ?? 0, series.interval);
  const dates = ({ from, to }: TuningFold['train']): SliceDates => ({
    start: label(from),
    end: label(to - 1),
    bars: to - from,
  });
  const shown = ({ train, test }: TuningFold) => ({ train: dates(train), test: dates(test) });
  return { folds: cut.folds.map(shown), holdout: shown(cut.holdout), gapBars: cut.gapBars };
}
