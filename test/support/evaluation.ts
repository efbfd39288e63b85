/** Plans of evaluations for tests, and rows that are compared as what they mean. */
import { parseSettings, type RawSettings } from '../../src/backtest/index.ts';
import type { Bars } from '../../src/market/index.ts';
import type { EvaluationPlan } from '../../src/optimize/evaluate.ts';
import { SLICE_COLUMNS, segmentMoments, sharpePerBar, sliceMoments, sliceOffset } from '../../src/optimize/figures.ts';
import { planSegments, type SegmentPlan } from '../../src/optimize/segments.ts';
import { type WalkForwardSettings, walkForwardFolds } from '../../src/optimize/walk-forward.ts';
import {
  computeIndicators,
  indicatorSpecs,
  type Parameters,
  parseParameters,
  type StrategyType,
} from '../../src/strategies/index.ts';
import { expectClose } from './close-to.ts';

/** Every parameter a default but these; unlike `parseParameters`, also those that make no sense together. */
export function paramsOf(type: StrategyType, raw: Parameters): Parameters {
  return { ...parseParameters(type, {}, 'params'), ...raw };
}

export interface PlanOptions {
  readonly params: readonly Parameters[];
  readonly bars: readonly Bars[];
  readonly settings?: RawSettings;
  readonly walkForward?: WalkForwardSettings;
}

/** A plan for these combinations of a type, 252 bars a year. */
export function evaluationPlan(type: StrategyType, options: PlanOptions): EvaluationPlan {
  const { params, bars, settings = {}, walkForward = { nSplits: 3, trainRatio: 0.7 } } = options;
  const folds = walkForwardFolds(bars[0]?.time.length ?? 0, walkForward, 1);
  const valid = params.filter((each) => type.problem(each) === null);
  return {
    typeName: type.name,
    bars,
    folds,
    segments: planSegments(folds),
    settings: parseSettings(settings, { periodsPerYear: 252 }),
    indicators: computeIndicators(
      valid.flatMap((each) => indicatorSpecs(type, each, bars.length)),
      bars,
    ),
  };
}

/** Every figure of a row by name, and the Sharpe ratios that follow from it, annualised. */
export function figuresOf(row: Float64Array, plan: SegmentPlan): ReadonlyMap<string, number> {
  const figures = new Map<string, number>();
  for (let slice = 0; slice < 2 * plan.folds; slice++) {
    const name = `slice ${slice}`;
    SLICE_COLUMNS.forEach((column, i) => figures.set(`${name} ${column}`, row[sliceOffset(slice) + i] ?? Number.NaN));
    figures.set(`${name} sharpe`, sharpePerBar(sliceMoments(row, plan, slice)) * Math.sqrt(252));
  }
  plan.sliceOf.forEach((_, segment) => {
    const { mean, squares } = segmentMoments(row, plan, segment);
    figures.set(`segment ${segment} mean`, mean);
    figures.set(`segment ${segment} squares`, squares);
  });
  return figures;
}

/** Compares two rows figure by figure. */
export function expectSameFigures(actual: Float64Array, expected: Float64Array, plan: SegmentPlan, what: string): void {
  const found = figuresOf(actual, plan);
  for (const [name, value] of figuresOf(expected, plan)) expectClose(found.get(name), value, `${what}, ${name}`);
}
