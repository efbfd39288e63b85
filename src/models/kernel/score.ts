/** What a leaf is worth: the second-order approximation of the loss, as in Chen and Guestrin (2016), equations 5 to 7. */
import { at } from '../../strategies/index.ts';
import { ALPHA, LAMBDA, MIN_CHILD_WEIGHT } from './layout.ts';

export interface Penalties {
  readonly lambda: number;
  readonly alpha: number;
  readonly minChildWeight: number;
}

export function penaltiesOf(settings: Float64Array): Penalties {
  return {
    lambda: at(settings, LAMBDA),
    alpha: at(settings, ALPHA),
    minChildWeight: at(settings, MIN_CHILD_WEIGHT),
  };
}

/**
 * T(G)²/(H + λ), where T moves G towards zero by α. Rounded to single precision, as XGBoost does: gains that differ by
 * rounding only are equal then, and the first of them is taken.
 */
export function scoreOf(gradient: number, hessian: number, { lambda, alpha }: Penalties): number {
  if (hessian <= 0) return 0;
  const moved = shrunken(gradient, alpha);
  return Math.fround((moved * moved) / (hessian + lambda));
}

/** G moved towards zero by α, and no further. */
export function shrunken(gradient: number, alpha: number): number {
  if (gradient > alpha) return gradient - alpha;
  return gradient < -alpha ? gradient + alpha : 0;
}
