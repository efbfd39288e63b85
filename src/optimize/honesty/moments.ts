import { CompensatedSum } from '../../strategies/index.ts';

/** A deviation of returns up to this is none, as in the definition of the Sharpe ratio. */
const NO_VARIANCE = 1e-15;

/** What the deflated Sharpe ratio asks of a series of returns. */
export interface ReturnShape {
  /** Bars. */
  readonly count: number;
  /** Mean return per bar; 0 without bars. */
  readonly mean: number;
  /** Sample standard deviation (n − 1) per bar; 0 for fewer than two bars. */
  readonly deviation: number;
  /** Population skewness `m₃/m₂^1.5`; null when the deviation is ≤ 10⁻¹⁵. */
  readonly skewness: number | null;
  /** Population kurtosis `m₄/m₂²`, not excess: 3 for a normal distribution; null as the skewness. */
  readonly kurtosis: number | null;
}

/**
 * Moments of a chain of returns, `m_k = Σ(r − mean)^k/n`.
 *
 * @param slices the chain's pieces in order, each [n] simple returns per bar
 */
export function returnShape(slices: readonly Float64Array[]): ReturnShape {
  const count = slices.reduce((sum, slice) => sum + slice.length, 0);
  const mean = count === 0 ? 0 : total(slices, (r) => r) / count;
  const squares = total(slices, (r) => (r - mean) ** 2);
  const deviation = count < 2 ? 0 : Math.sqrt(squares / (count - 1));
  if (!(deviation > NO_VARIANCE)) return { count, mean, deviation, skewness: null, kurtosis: null };
  // Of the standardised returns: the fourth power of a return itself could underflow.
  const scale = Math.sqrt(squares / count);
  return {
    count,
    mean,
    deviation,
    skewness: total(slices, (r) => ((r - mean) / scale) ** 3) / count,
    kurtosis: total(slices, (r) => ((r - mean) / scale) ** 4) / count,
  };
}

function total(slices: readonly Float64Array[], term: (value: number) => number): number {
  const sum = new CompensatedSum();
  for (const slice of slices) for (const value of slice) sum.add(term(value));
  return sum.value;
}
