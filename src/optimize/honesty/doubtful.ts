/**
 * Which combinations the quick score `Σr·|Σr|/Σr²` cannot be trusted with: those with hardly any variance beside the mean,
 * or with almost no return at all. It is asked block by block: what each of some blocks has (of its own variance, at
 * least a share of its Σr²), their union has too, so that whoever passes here is safe in every half, and nothing needs to be
 * checked there. A block without any return takes nothing from a union. Of those who do not pass, most halves can be trusted
 * nevertheless, because one steady block among others is no steady half: `isTrusted` asks it of a half.
 */
import { at } from '../../strategies/index.ts';
import type { BlockReturns } from './block-returns.ts';

/** Below this share of Σr² the variance is not trusted to sums. */
const THIN = 1e-6;
/** Mean squared returns below this may hide a variance up to (10⁻¹⁵)², which is 10⁻⁹ of it, and is none. */
const TINY = 1e-21;

/**
 * Whether the quick score of a half is right. It is near ±bars with hardly any variance; without any return it is 0, and right.
 *
 * @param power Σr²
 */
export function isTrusted(score: number, power: number, bars: number): boolean {
  return power === 0 || (Math.abs(score) < bars * (1 - THIN) && power > bars * TINY);
}

/** Places of those that may have to be scored from exact moments in some half, ascending. */
export function doubtfulPlaces(returns: BlockReturns): readonly number[] {
  const { combinations, blocks, counts, means, squares } = returns;
  const least = TINY * counts.reduce((sum, count) => sum + count, 0);
  const isSafe = (block: number, place: number): boolean => {
    const [mean, square] = [at(means, block * combinations + place), at(squares, block * combinations + place)];
    const power = square + at(counts, block) * mean * mean;
    return power === 0 || (square > THIN * power && power > least);
  };
  const found: number[] = [];
  for (let place = 0; place < combinations; place++) {
    let block = 0;
    while (block < blocks && isSafe(block, place)) block++;
    if (block < blocks) found.push(place);
  }
  return found;
}
