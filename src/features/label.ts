import { at } from '../strategies/index.ts';

/** What a model predicts of the return over the next bars: whether it is above 0, or how large it is. */
export const LABEL_KINDS = ['direction', 'return'] as const;

/** One of `LABEL_KINDS`. */
export type LabelKind = (typeof LABEL_KINDS)[number];

/** Farthest that a label looks ahead, in bars. */
export const MAX_HORIZON = 250;

/**
 * The label after bar t: the return `ln(c_{t+horizon} / c_t)`, or for `direction` 1 where it is above 0, else 0 (no change
 * is no rise). NaN for the last `horizon` bars, whose future is not known: they train and test nothing.
 */
export function labelAfter(
  close: Float64Array,
  bar: number,
  { label, horizon }: { readonly label: LabelKind; readonly horizon: number },
): number {
  const forward = Math.log(at(close, bar + horizon) / at(close, bar));
  if (label === 'return' || Number.isNaN(forward)) return forward;
  return forward > 0 ? 1 : 0;
}
