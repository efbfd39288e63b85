/**
 * How the bars of a tuning job are cut. The last 15 % are a hold-out, which is scored once, by the best alone. What is
 * before it makes K + 1 equal blocks: fold k trains on the first k blocks and tests on the next one. Before each test
 * slice, and before the hold-out, the label's horizon and an embargo are left out, so that no training label looks into
 * what is tested (purging: López de Prado 2018, Advances in Financial Machine Learning, ch. 7).
 */
import type { Slice } from '../../backtest/index.ts';
import { invalid } from '../../core/index.ts';

/** Share of the bars at the end that nothing is chosen by. */
export const HOLDOUT_SHARE = 0.15;
/** Share of the bars that the embargo takes unless one is asked for. */
const EMBARGO_SHARE = 0.01;

/** What to learn from and what to test on, as bars counted from the first one that has every feature; half-open. */
export interface TuningFold {
  readonly train: Slice;
  readonly test: Slice;
}

/** The folds in time, then the hold-out. */
export interface TuningCut {
  readonly folds: readonly TuningFold[];
  readonly holdout: TuningFold;
  /** Bars left out between training and testing. */
  readonly gapBars: number;
}

/** What decides the cut. */
export interface CutSettings {
  readonly nSplits: number;
  /** The label's. */
  readonly horizon: number;
  readonly embargoBars: number;
}

/** The embargo where none was asked for: 1 % of the bars, rounded up. */
export function defaultEmbargo(bars: number): number {
  return Math.ceil(bars * EMBARGO_SHARE);
}

/**
 * Cuts so many bars, all of which have features and a label.
 *
 * @param minBars bars that every slice needs
 * @throws {DomainError} VALIDATION on `nSplits` saying how many bars there are and how many it takes
 */
export function cutBars(bars: number, settings: CutSettings, minBars: number): TuningCut {
  const { nSplits, horizon, embargoBars } = settings;
  const gapBars = horizon + embargoBars;
  const holdoutFrom = bars - Math.ceil(bars * HOLDOUT_SHARE);
  const chosenOn = holdoutFrom - gapBars;
  const block = Math.floor(chosenOn / (nSplits + 1));
  if (block - gapBars < minBars) throw tooFewBars(bars, { ...settings, gapBars, minBars });
  const folds = Array.from({ length: nSplits }, (_, fold) => {
    // The first block takes the remainder, so that the test slices are of one length.
    const from = chosenOn - (nSplits - fold) * block;
    return { train: { from: 0, to: from - gapBars }, test: { from, to: from + block } };
  });
  const holdout = { train: { from: 0, to: chosenOn }, test: { from: holdoutFrom, to: bars } };
  return { folds, holdout, gapBars };
}

function tooFewBars(
  bars: number,
  { nSplits, gapBars, minBars }: CutSettings & { readonly gapBars: number; readonly minBars: number },
): Error {
  const required = Math.ceil(((nSplits + 1) * (minBars + gapBars) + gapBars) / (1 - HOLDOUT_SHARE));
  return invalid(
    'nSplits',
    `There are ${bars} bars with features and a label; ${nSplits} splits of at least ${minBars} bars, ${gapBars} bars ` +
      `before each and a hold-out of ${100 * HOLDOUT_SHARE} % take ${required}. Ask for a longer range or fewer splits.`,
    { observed: bars, required, limit: required },
  );
}
