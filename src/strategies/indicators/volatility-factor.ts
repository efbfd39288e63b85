import { type Block, inBlocks } from '../../core/index.ts';
import { at } from './column.ts';
import { CompensatedSum } from './compensated-sum.ts';
import { rollingDeviation } from './rolling-moments.ts';

/** A factor to compute: its window, an integer ≥ 2, in returns, and where to write it, [T]; always ≥ 1. */
export interface VolatilityFactor {
  readonly window: number;
  readonly out: Float64Array;
}

/**
 * How much wider than usual a market maker quotes: `max(1, v/v̄)`, where v is the sample standard deviation of the last
 * `window` simple returns and v̄ the mean of every v so far, the current one included. 1 while v is undefined (the first
 * `window` bars) and where v̄ = 0.
 *
 * @param close [T] prices, oldest first, positive
 */
export function volatilityFactors(close: Float64Array, factors: readonly VolatilityFactor[]): void {
  const returns = simpleReturns(close);
  for (const { window, out } of factors) {
    rollingDeviation({ values: returns, window, out: out.subarray(1) });
    out.fill(1, 0, Math.min(window, out.length));
    const sum = new CompensatedSum();
    inBlocks(out.length, (block) => relateToUsual({ window, out }, sum, block));
  }
}

/** Writes the factors of a block over its deviations. */
function relateToUsual({ window, out }: VolatilityFactor, sum: CompensatedSum, { from, to }: Block): void {
  for (let t = Math.max(from, window); t < to; t++) {
    const current = at(out, t);
    sum.add(current);
    const usual = sum.value / (t - window + 1);
    out[t] = usual > 0 ? Math.max(1, current / usual) : 1;
  }
}

/** [T − 1] `c_t/c_{t−1} − 1`. */
function simpleReturns(close: Float64Array): Float64Array {
  const returns = new Float64Array(Math.max(0, close.length - 1));
  inBlocks(returns.length, ({ from, to }) => {
    for (let i = from; i < to; i++) returns[i] = at(close, i + 1) / at(close, i) - 1;
  });
  return returns;
}
