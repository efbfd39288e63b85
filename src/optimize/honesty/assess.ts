import { sharpePerBar, sliceMoments } from '../figures.ts';
import type { SegmentPlan } from '../segments.ts';
import type { PboTally } from './cscv.ts';
import { deflatedSharpe } from './deflated-sharpe.ts';
import { type InSampleSelection, inSampleSelection } from './in-sample-selection.ts';
import type { ReturnShape } from './moments.ts';
import { trialVariance } from './trial-variance.ts';
import { judge, VERDICT_THRESHOLDS, type VerdictOutcome, type VerdictThresholds } from './verdict.ts';

/** Whether the best result of a job is luck. */
export interface Overfitting {
  /** Probability, in [0, 1], that the best combination is more than luck; null when its test returns do not vary. */
  readonly deflatedSharpe: number | null;
  /** Probability of backtest overfitting, in [0, 1]; null for fewer than 40 test bars or 2 ranked combinations. */
  readonly pbo: number | null;
  /** Mean test Sharpe of what was best in training / its mean train Sharpe; null when the latter is ≤ 0. */
  readonly walkForwardEfficiency: number | null;
  /** Annualised Sharpe of the chained test slices of what was best in training; null when nothing was simulated. */
  readonly oosSharpe: number | null;
  /** Different valid combinations of this job and of earlier ones on the same bars. */
  readonly nTrials: number;
  /** Mean `mean_sharpe` of the winner's neighbours / its own, ≤ 1; null without neighbours or when its own is ≤ 0. */
  readonly stability: number | null;
  /** Numeric parameters of which the winner has the smallest or largest value searched. */
  readonly gridEdge: readonly string[];
  readonly verdict: VerdictOutcome;
  /** In plain words, each with the observed value and its limit. */
  readonly reasons: readonly string[];
  readonly thresholds: VerdictThresholds;
}

/** What the figures of all combinations say, however many were tried. */
export interface Field {
  readonly selection: InSampleSelection;
  /** Variance of the ranked ones' Sharpe ratios per bar. */
  readonly trialVariance: number;
}

/** Rows of figures of one group of combinations. */
export interface FieldRows {
  readonly plan: SegmentPlan;
  /** Annualises Sharpe ratios. */
  readonly periodsPerYear: number;
  /** Of every evaluated combination (those skipped left out), in grid order. */
  readonly evaluated: readonly Float64Array[];
  /** Of every ranked combination, in any order. */
  readonly ranked: readonly Float64Array[];
}

/** What a job knows when all its combinations are computed. */
export interface Assessment {
  readonly field: Field;
  /** The best-ranked; null when none has a rank. */
  readonly winner: Winner | null;
  /** Different valid combinations of this job and of earlier ones, ≥ 1. */
  readonly nTrials: number;
  /** Over all splits; null without any. */
  readonly pbo: PboTally | null;
}

/** The best-ranked combination. */
export interface Winner {
  /** Its place in what was searched, as in `Overfitting`. */
  readonly stability: number | null;
  readonly gridEdge: readonly string[];
  /** Test windows in which it has a Sharpe ratio > 0, and all of them. */
  readonly folds: { readonly positive: number; readonly total: number };
  /** Of its chained test returns. */
  readonly returns: ReturnShape;
}

/** Reads all rows once: the part of an assessment that takes time. */
export function readField({ plan, evaluated, ranked, periodsPerYear }: FieldRows): Field {
  return {
    selection: inSampleSelection(evaluated, plan, { periodsPerYear }),
    trialVariance: trialVariance(ranked, plan),
  };
}

/** Everything that is said about luck, from what a job has at its end. */
export function assess({ field, winner, pbo: tally, nTrials }: Assessment): Overfitting {
  const { selection } = field;
  const trials = { count: nTrials, variance: field.trialVariance };
  const deflated = winner === null ? null : deflatedSharpe(winner.returns, trials);
  const pbo = tally === null ? null : tally.overfitted / tally.splits;
  return {
    deflatedSharpe: deflated,
    pbo,
    ...selection,
    nTrials,
    stability: winner?.stability ?? null,
    gridEdge: winner?.gridEdge ?? [],
    ...judge({ deflatedSharpe: deflated, pbo, oosSharpe: selection.oosSharpe, folds: winner?.folds ?? null, nTrials }),
    thresholds: VERDICT_THRESHOLDS,
  };
}

/** How many test slices of a row have a Sharpe ratio > 0. */
export function positiveFolds(row: Float64Array, plan: SegmentPlan): Winner['folds'] {
  let positive = 0;
  for (let fold = 0; fold < plan.folds; fold++) {
    if (sharpePerBar(sliceMoments(row, plan, 2 * fold + 1)) > 0) positive++;
  }
  return { positive, total: plan.folds };
}
