import { inBlocks } from '../../core/index.ts';
import { at } from '../../strategies/index.ts';

/**
 * Simple returns of an equity curve: `r_t = E_t/E_{t−1} − 1`, with E before the first bar = `initialCapital`; 0 from the
 * bar after equity has reached 0 or less.
 *
 * @param equity [T], oldest first
 * @returns [T]
 */
export function equityReturns(equity: Float64Array, initialCapital: number): Float64Array {
  const returns = new Float64Array(equity.length);
  let previous = initialCapital;
  inBlocks(equity.length, ({ from, to }) => {
    let last = previous;
    for (let t = from; t < to && last > 0; t++) {
      const current = at(equity, t);
      returns[t] = current / last - 1;
      last = current;
    }
    previous = last;
  });
  return returns;
}
