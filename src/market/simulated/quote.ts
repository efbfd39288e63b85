/**
 * The simulated price at any instant: the session's path while the market is open, a straight line from the close to
 * the next opening while it is not, and around both a noise of a few basis points that changes several times a second.
 */
import { priceDecimals, roundPrice } from './price-grid.ts';

/** Period in milliseconds and amplitude (fraction of the price) of each octave of the noise. */
const OCTAVES: readonly (readonly [periodMs: number, amplitude: number])[] = [
  [200, 0.000_04],
  [1000, 0.000_06],
  [7000, 0.000_12],
  [60_000, 0.000_2],
];
/** Half of the distance between bid and ask, as a fraction of the price. */
const HALF_SPREAD = 0.000_1;

/** Price, bid and ask on the price grid, bid < price < ask, for an undisturbed price at an instant. */
export function quoteAround(level: number, instant: number, seed: number): { price: number; bid: number; ask: number } {
  const price = roundPrice(level * (1 + noise(instant, seed)));
  const tick = 10 ** -priceDecimals(price);
  const half = Math.max(tick, price * HALF_SPREAD);
  return { price, bid: roundPrice(price - half), ask: roundPrice(price + half) };
}

/** Value noise: between random values at whole periods it moves smoothly, so it is continuous in time. */
function noise(instant: number, seed: number): number {
  let sum = 0;
  for (const [periodMs, amplitude] of OCTAVES) {
    const position = instant / periodMs;
    const index = Math.floor(position);
    const part = position - index;
    const smooth = part * part * (3 - 2 * part);
    const from = latticeValue(index, seed ^ periodMs);
    const to = latticeValue(index + 1, seed ^ periodMs);
    sum += amplitude * (from + (to - from) * smooth);
  }
  return sum;
}

/** A fixed pseudo-random number in [-1, 1) for each integer: the finalizer of MurmurHash3 on index and seed. */
function latticeValue(index: number, seed: number): number {
  let hash = ((index % 4_294_967_296) | 0) ^ seed;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2_147_483_648 - 1;
}
