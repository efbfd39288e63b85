import { normalQuantile } from './normal.ts';

/** The Euler–Mascheroni constant. */
const EULER = 0.5772156649015329;

/** How hard chance was asked. */
export interface Trials {
  /** N, different combinations that were tried, ≥ 1. */
  readonly count: number;
  /** V, variance of their Sharpe ratios per bar; ≥ 0. */
  readonly variance: number;
}

/**
 * The Sharpe ratio per bar that the best of N combinations without skill is expected to show (Bailey & López de Prado
 * 2014, "The Deflated Sharpe Ratio", eq. 1): `√V·((1 − γ)·Φ⁻¹(1 − 1/N) + γ·Φ⁻¹(1 − 1/(N·e)))`, γ the Euler–Mascheroni
 * constant.
 *
 * @returns 0 for one trial and without variance
 */
export function expectedMaxSharpe({ count, variance }: Trials): number {
  if (count <= 1 || variance === 0) return 0;
  // Φ⁻¹(1 − p) = −Φ⁻¹(p), which keeps the digits of a small p.
  const typical = -normalQuantile(1 / count);
  const extreme = -normalQuantile(1 / (count * Math.E));
  return Math.sqrt(variance) * ((1 - EULER) * typical + EULER * extreme);
}
