/**
 * What a trader would have got who had looked at the training bars only: in each window the combination with the best
 * train Sharpe (ties: grid order, see `firstOfBest`) is chosen, and its test slice is what follows.
 */
import { at } from '../../strategies/index.ts';
import { mergeMoments, NO_MOMENTS, sharpePerBar, sharpesOf, sliceMoments } from '../figures.ts';
import type { SegmentPlan } from '../segments.ts';
import { firstOfBest } from './first-of-best.ts';

/** Sharpe ratios per bar this near to each other tie: the same positions, rounded on different ways to them. */
const TIE = { share: 1e-12, floor: 1 };

/** Figures of choosing by training bars. */
export interface InSampleSelection {
  /** Sharpe ratio of the chosen test slices, chained; annualised. Null when nothing was evaluated. */
  readonly oosSharpe: number | null;
  /** Mean test Sharpe of the choices / mean train Sharpe of them; null when the latter is ≤ 0. */
  readonly walkForwardEfficiency: number | null;
}

/**
 * Chooses per window, and measures what follows.
 *
 * @param rows figures of every evaluated combination, also of those without a fill in a test slice; in grid order
 * @param options.periodsPerYear annualises
 */
export function inSampleSelection(
  rows: readonly Float64Array[],
  plan: SegmentPlan,
  { periodsPerYear }: { readonly periodsPerYear: number },
): InSampleSelection {
  let chained = NO_MOMENTS;
  let [trained, tested] = [0, 0];
  for (let fold = 0; fold < plan.folds; fold++) {
    const choice = bestTrained(rows, plan, fold);
    if (choice === null) return { oosSharpe: null, walkForwardEfficiency: null };
    const test = sliceMoments(choice.row, plan, 2 * fold + 1);
    chained = mergeMoments(chained, test);
    trained += choice.sharpe;
    tested += sharpePerBar(test);
  }
  // Both means are over the same windows and annualised alike, so that the sums have the same ratio.
  return {
    oosSharpe: sharpePerBar(chained) * Math.sqrt(periodsPerYear),
    walkForwardEfficiency: trained > 0 ? tested / trained : null,
  };
}

/** The first of the combinations whose train Sharpe per bar ties with the highest; null when there are none. */
function bestTrained(
  rows: readonly Float64Array[],
  plan: SegmentPlan,
  fold: number,
): { readonly row: Float64Array; readonly sharpe: number } | null {
  const sharpes = sharpesOf(rows, (row) => sliceMoments(row, plan, 2 * fold));
  const first = firstOfBest(sharpes, TIE);
  const row = rows[first];
  return row === undefined ? null : { row, sharpe: at(sharpes, first) };
}
