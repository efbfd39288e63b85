/** A whole job without threads and rows of a database: grid, plain evaluation, ranks, honesty. */
import { equityReturns, parseSettings, prepareSimulation } from '../../../src/backtest/index.ts';
import type { Bars } from '../../../src/market/index.ts';
import { type EvaluationPlan, evaluatePlainly } from '../../../src/optimize/evaluate.ts';
import { sharpePerBar, sliceMoments, sliceOffset } from '../../../src/optimize/figures.ts';
import {
  assess,
  blockReturns,
  countOverfitted,
  gridEdge,
  type Overfitting,
  positiveFolds,
  readField,
  returnShape,
  splitPairs,
  stability,
} from '../../../src/optimize/honesty/index.ts';
import { combinationAt, combinationCount } from '../../../src/optimize/search/index.ts';
import { planSegments } from '../../../src/optimize/segments.ts';
import { walkForwardFolds } from '../../../src/optimize/walk-forward.ts';
import {
  computeIndicators,
  indicatorSpecs,
  type Parameters,
  type StrategyType,
} from '../../../src/strategies/index.ts';

const PERIODS_PER_YEAR = 252;

interface Combination {
  readonly params: Parameters;
  readonly row: Float64Array;
  readonly meanSharpe: number;
  readonly hasFill: boolean;
}

/** The assessment of a job, and what it would be if its trials were not counted. */
export interface JudgedJob extends Overfitting {
  /** Deflated Sharpe ratio as of a single trial. */
  readonly undeflated: number | null;
}

/** Judges the type's default grid on five windows of these bars, costs as a job has them by default. */
export function judgedJob(type: StrategyType, bars: Bars): JudgedJob {
  const plan = planOf(type, bars);
  const evaluated = evaluateGrid(plan, type);
  const ranked = evaluated.filter(({ hasFill }) => hasFill);
  const best = ranked.toSorted((a, b) => b.meanSharpe - a.meanSharpe)[0];
  const rows = ranked.map(({ row }) => row);
  const blocks = blockReturns(rows, plan.segments);
  const space = type.defaultGrid;
  const job = {
    field: readField({
      plan: plan.segments,
      periodsPerYear: PERIODS_PER_YEAR,
      evaluated: evaluated.map(({ row }) => row),
      ranked: rows,
    }),
    winner:
      best === undefined
        ? null
        : {
            stability: stability({ space, trials: ranked, winner: best }),
            gridEdge: gridEdge({ space, winner: best }),
            folds: positiveFolds(best.row, plan.segments),
            returns: testedShape(plan, type, best.params),
          },
    nTrials: evaluated.length,
    pbo: blocks === null ? null : countOverfitted(blocks, [{ from: 0, to: splitPairs(blocks.blocks) }]),
  };
  return { ...assess(job), undeflated: assess({ ...job, nTrials: 1 }).deflatedSharpe };
}

function combinationsOf(type: StrategyType): readonly Parameters[] {
  const count = combinationCount(type.defaultGrid);
  return Array.from({ length: count }, (_, index) => combinationAt(type, type.defaultGrid, index));
}

function planOf(type: StrategyType, bars: Bars): EvaluationPlan {
  const folds = walkForwardFolds(bars.time.length, { nSplits: 5, trainRatio: 0.7 }, 100);
  return {
    typeName: type.name,
    bars: [bars],
    folds,
    segments: planSegments(folds),
    settings: parseSettings({}, { periodsPerYear: PERIODS_PER_YEAR }),
    indicators: computeIndicators(
      combinationsOf(type)
        .filter((params) => type.problem(params) === null)
        .flatMap((params) => indicatorSpecs(type, params, 1)),
      [bars],
    ),
  };
}

function evaluateGrid(plan: EvaluationPlan, type: StrategyType): readonly Combination[] {
  const folds = [...plan.folds.keys()];
  return combinationsOf(type).flatMap((params) => {
    const row = evaluatePlainly(plan, type, params);
    if (!(row instanceof Float64Array)) return [];
    const sharpes = folds.map((fold) => sharpePerBar(sliceMoments(row, plan.segments, 2 * fold + 1)));
    return {
      params,
      row,
      meanSharpe: (sharpes.reduce((sum, sharpe) => sum + sharpe, 0) / folds.length) * Math.sqrt(PERIODS_PER_YEAR),
      hasFill: folds.some((fold) => (row[sliceOffset(2 * fold + 1) + 4] ?? 0) > 0),
    };
  });
}

function testedShape(plan: EvaluationPlan, type: StrategyType, params: Parameters) {
  const simulate = prepareSimulation({ type, params, ...plan });
  return returnShape(plan.folds.map(({ test }) => equityReturns(simulate(test).equity, plan.settings.initialCapital)));
}
