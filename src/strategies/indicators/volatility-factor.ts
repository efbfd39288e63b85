import { at } from './column.ts';
import { CompensatedSum } from './compensated-sum.ts';
import { rollingDeviation } from './rolling-moments.ts';

/**
 * How much wider than usual a market maker quotes: `max(1, v/v̄)`, where v is the sample standard deviation of the last
 * `window` simple returns and v̄ the mean of every v so far, the current one included. 1 while v is undefined (the first
 * `window` bars) and where v̄ = 0.
 *
 * @param close [T] prices, oldest first, positive
 * @param window an integer ≥ 2, in returns
 * @param out [T], overwritten; always ≥ 1
 */
export function volatilityFactor(close: Float64Array, window: number, out: Float64Array): void {
  out.fill(1);
  if (close.length < 2) return;
  const volatility = new Float64Array(close.length - 1);
  rollingDeviation({ values: simpleReturns(close), window, out: volatility });
  const sum = new CompensatedSum();
  for (let i = window - 1; i < volatility.length; i++) {
    const current = at(volatility, i);
    sum.add(current);
    const usual = sum.value / (i - window + 2);
    if (usual > 0) out[i + 1] = Math.max(1, current / usual);
  }
}

/** [T − 1] `c_t/c_{t−1} − 1`. */
function simpleReturns(close: Float64Array): Float64Array {
  const returns = new Float64Array(close.length - 1);
  for (let i = 0; i < returns.length; i++) returns[i] = at(close, i + 1) / at(close, i) - 1;
  return returns;
}
