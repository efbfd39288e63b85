import { expectedMaxSharpe, type Trials } from './expected-max-sharpe.ts';
import type { ReturnShape } from './moments.ts';
import { normalCdf } from './normal.ts';

/**
 * Deflated Sharpe ratio (Bailey & López de Prado 2014, "The Deflated Sharpe Ratio", eq. 2): the probability that the true
 * Sharpe ratio of the best combination exceeds SR₀, what the best of as many skill-less ones would show:
 * `Φ((SR − SR₀)·√(T − 1)/√(1 − γ₃·SR + (γ₄ − 1)/4·SR²))`, SR = mean/deviation per bar, T bars, γ₃ skewness, γ₄ kurtosis
 * (not excess).
 *
 * @param returns of the best-ranked combination
 * @returns in [0, 1]; null for fewer than two bars, without variance, and where the estimate of SR has no variance itself
 *   (returns of two values only can do that)
 */
export function deflatedSharpe(returns: ReturnShape, trials: Trials): number | null {
  const { count, mean, deviation, skewness, kurtosis } = returns;
  if (skewness === null || kurtosis === null) return null;
  const sharpe = mean / deviation;
  const uncertainty = 1 - skewness * sharpe + ((kurtosis - 1) / 4) * sharpe * sharpe;
  if (!(uncertainty > 0)) return null;
  return normalCdf(((sharpe - expectedMaxSharpe(trials)) * Math.sqrt(count - 1)) / Math.sqrt(uncertainty));
}
