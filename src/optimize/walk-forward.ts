import type { Slice } from '../backtest/index.ts';
import { type FieldError, invalid, shown, throwIfAny } from '../core/index.ts';

/** How the bars are cut into windows of training and testing. */
export interface WalkForwardSettings {
  /** Consecutive windows, an integer ≥ 1. */
  readonly nSplits: number;
  /** Share of each window that trains, in [0.1, 0.9]. */
  readonly trainRatio: number;
}

/** One window: the bars to choose on, and the later ones to judge by. Half-open bar indexes. */
export interface Fold {
  readonly train: Slice;
  readonly test: Slice;
}

const DEFAULTS: WalkForwardSettings = { nSplits: 5, trainRatio: 0.7 };

/** Keeps ⌊100 · 0.7⌋ at 70, where the product is 69.999…. */
const FLOOR_MARGIN = 1e-9;

/**
 * Checks the settings before any bars are known.
 *
 * @throws {DomainError} VALIDATION naming each setting that is out of its range
 */
export function parseWalkForward(raw: {
  readonly nSplits?: number | null | undefined;
  readonly trainRatio?: number | null | undefined;
}): WalkForwardSettings {
  const nSplits = raw.nSplits ?? DEFAULTS.nSplits;
  const trainRatio = raw.trainRatio ?? DEFAULTS.trainRatio;
  const errors: FieldError[] = [];
  if (!Number.isSafeInteger(nSplits) || nSplits < 1) {
    errors.push({ path: ['nSplits'], message: `nSplits must be an integer of at least 1, found ${shown(nSplits)}.` });
  }
  if (!(typeof trainRatio === 'number' && trainRatio >= 0.1 && trainRatio <= 0.9)) {
    errors.push({
      path: ['trainRatio'],
      message: `trainRatio must be a number from 0.1 to 0.9, found ${shown(trainRatio)}.`,
    });
  }
  throwIfAny(errors);
  return { nSplits, trainRatio };
}

/**
 * Cuts `bars` into nSplits consecutive windows of ⌊bars/nSplits⌋; the last takes the remainder. In each the first
 * ⌊length·trainRatio + 10⁻⁹⌋ bars train, the rest test.
 *
 * @param minBarsPerSplit bars that every window needs
 * @throws {DomainError} VALIDATION on `nSplits` saying how many bars there are and how many it takes
 */
export function walkForwardFolds(
  bars: number,
  { nSplits, trainRatio }: WalkForwardSettings,
  minBarsPerSplit: number,
): readonly Fold[] {
  const length = Math.floor(bars / nSplits);
  if (length < minBarsPerSplit) throw tooFewBars(bars, nSplits, minBarsPerSplit);
  return Array.from({ length: nSplits }, (_, split) => {
    const from = split * length;
    const to = split === nSplits - 1 ? bars : from + length;
    const border = from + Math.floor((to - from) * trainRatio + FLOOR_MARGIN);
    return { train: { from, to: border }, test: { from: border, to } };
  });
}

function tooFewBars(bars: number, nSplits: number, minBarsPerSplit: number): Error {
  const required = nSplits * minBarsPerSplit;
  return invalid(
    'nSplits',
    `There are ${bars} bars; ${nSplits} splits of at least ${minBarsPerSplit} bars take ${required}. ` +
      'Ask for a longer range or fewer splits.',
    { observed: bars, required, limit: required },
  );
}
