/**
 * How the bars of a tuning job are cut. The last 15 % are a hold-out, which is scored once, by the best alone. What is
 * before it makes K + 1 equal blocks: fold k trains on the first k blocks and tests on the next one. Before each test
 * slice, and before the hold-out, the label's horizon and an embargo are left out, so that no training label looks into
 * what is tested (purging: López de Prado 2018, Advances in Financial Machine Learning, ch. 7).
 */
import type { Slice } from '../../backtest/index.ts';
import { invalid, invariant } from '../../core/index.ts';

/** Share of the bars at the end that nothing is chosen by. */
export const HOLDOUT_SHARE = 0.15;
/** Share of the bars that the embargo takes unless one is asked for. */
const EMBARGO_SHARE = 0.01;
/** No range has as many. */
const MOST_BARS = 1e9;

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
 * Cuts so many bars, all of which have features and a label: at least so many that no slice is empty, which is checked when
 * a job is submitted.
 */
export function cutBars(bars: number, settings: CutSettings): TuningCut {
  const { nSplits } = settings;
  const { gapBars, holdoutFrom, chosenOn, block } = measures(bars, settings);
  invariant(block > gapBars, `${bars} bars can be cut into ${nSplits} folds`);
  const folds = Array.from({ length: nSplits }, (_, fold) => {
    // The first block takes the remainder, so that the test slices are of one length.
    const from = chosenOn - (nSplits - fold) * block;
    return { train: { from: 0, to: from - gapBars }, test: { from, to: from + block } };
  });
  const holdout = { train: { from: 0, to: chosenOn }, test: { from: holdoutFrom, to: bars } };
  return { folds, holdout, gapBars };
}

function measures(bars: number, { nSplits, horizon, embargoBars }: CutSettings) {
  const gapBars = horizon + embargoBars;
  const holdoutFrom = bars - Math.ceil(bars * HOLDOUT_SHARE);
  const chosenOn = holdoutFrom - gapBars;
  return { gapBars, holdoutFrom, chosenOn, block: Math.floor(chosenOn / (nSplits + 1)) };
}

/** A range of bars that is to be cut. */
export interface CutRange extends Pick<CutSettings, 'nSplits' | 'horizon'> {
  /** All of them, those without features or a label included. */
  readonly bars: number;
  /** Bars at the front without features. */
  readonly warmUpBars: number;
  /** Null: 1 % of the bars. */
  readonly embargoBars: number | null;
}

/**
 * @param minBars bars that every slice needs
 * @throws {DomainError} VALIDATION on `nSplits` saying how many bars the range has, and with how many it could be cut
 */
export function requireEnoughBars(range: CutRange, minBars: number): void {
  const { bars, nSplits } = range;
  if (isEnough(range, bars, minBars)) return;
  const settings = settingsAt(range, bars);
  const { gapBars } = measures(bars, settings);
  const required = fewestBars((count) => isEnough(range, count, minBars));
  const advice =
    required === null
      ? 'no range is long enough for, because the embargo grows with it. Ask for fewer splits, or for an embargo'
      : `take a range of ${required}. Ask for a longer one or for fewer splits`;
  throw invalid(
    'nSplits',
    `This range has ${bars} bars, of which ${usableBars(range, bars)} have features and a label; ${nSplits} splits of ` +
      `at least ${minBars} bars, ${gapBars} bars before each and a hold-out of ${100 * HOLDOUT_SHARE} % ${advice}.`,
    required === null ? { observed: bars } : { observed: bars, required, limit: required },
  );
}

function isEnough(range: CutRange, bars: number, minBars: number): boolean {
  const { block, gapBars } = measures(usableBars(range, bars), settingsAt(range, bars));
  return block - gapBars >= minBars;
}

/** Bars with features and a label. */
function usableBars({ warmUpBars, horizon }: CutRange, bars: number): number {
  return Math.max(0, bars - warmUpBars - horizon);
}

function settingsAt(range: CutRange, bars: number): CutSettings {
  return { ...range, embargoBars: range.embargoBars ?? defaultEmbargo(bars) };
}

/**
 * A number that is enough, by halving, and seldom more than the least one: the embargo is rounded up, so that one bar more can
 * make slices a bar shorter, and a few smaller ones may be enough, too. Null when a billion is not.
 */
function fewestBars(isEnoughAt: (bars: number) => boolean): number | null {
  let enough = MOST_BARS;
  if (!isEnoughAt(enough)) return null;
  for (let few = 0; enough - few > 1; ) {
    const middle = Math.floor((few + enough) / 2);
    if (isEnoughAt(middle)) enough = middle;
    else few = middle;
  }
  return enough;
}
