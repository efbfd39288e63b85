import { type Block, inBlocks } from '../../core/index.ts';
import { at, CompensatedSum } from '../../strategies/index.ts';

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
  const mean = count === 0 ? 0 : sumOf(slices) / count;
  const squares = sumOfSquares(slices, mean);
  const deviation = count < 2 ? 0 : Math.sqrt(squares / (count - 1));
  if (!(deviation > NO_VARIANCE)) return { count, mean, deviation, skewness: null, kurtosis: null };
  const { cubes, fourths } = standardizedSums(slices, mean, Math.sqrt(squares / count));
  return { count, mean, deviation, skewness: cubes / count, kurtosis: fourths / count };
}

function sumOf(slices: readonly Float64Array[]): number {
  const sum = new CompensatedSum();
  for (const slice of slices) inBlocks(slice.length, (block) => addAll(sum, slice, block));
  return sum.value;
}

function addAll(sum: CompensatedSum, returns: Float64Array, { from, to }: Block): void {
  for (let t = from; t < to; t++) sum.add(at(returns, t));
}

/** Σ(r − mean)², of which no term is negative and nothing cancels. */
function sumOfSquares(slices: readonly Float64Array[], mean: number): number {
  let squares = 0;
  for (const slice of slices) {
    inBlocks(slice.length, ({ from, to }) => {
      let sum = squares;
      for (let t = from; t < to; t++) sum += (at(slice, t) - mean) ** 2;
      squares = sum;
    });
  }
  return squares;
}

/** Σz³ and Σz⁴ of z = (r − mean)/scale: the fourth power of a return itself could underflow. */
function standardizedSums(
  slices: readonly Float64Array[],
  mean: number,
  scale: number,
): { readonly cubes: number; readonly fourths: number } {
  const cubes = new CompensatedSum();
  let fourths = 0;
  for (const slice of slices) {
    inBlocks(slice.length, ({ from, to }) => {
      let sum = fourths;
      for (let t = from; t < to; t++) {
        const z = (at(slice, t) - mean) / scale;
        cubes.add(z * z * z);
        sum += z * z * (z * z);
      }
      fourths = sum;
    });
  }
  return { cubes: cubes.value, fourths };
}
