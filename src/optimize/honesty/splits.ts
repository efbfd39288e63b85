/**
 * The ways to halve S blocks. A split and its mirror (the halves changed round) are one pair: both need the same two sums,
 * so that they are computed together.
 */
import { invariant } from '../../core/index.ts';

/** Pairs of mirrored splits: half of C(S, S/2); 6,435 for 16 blocks. */
export function splitPairs(blocks: number): number {
  return splitMasks(blocks).length;
}

/**
 * One half of each pair, as a bit mask of its blocks (bit b is block b): the half without the last block. Ascending, so
 * that a place in this list means the same split everywhere.
 *
 * @param blocks even, 2 to 16
 */
export function splitMasks(blocks: number): Uint16Array {
  invariant(blocks % 2 === 0 && blocks >= 2 && blocks <= 16, `${blocks} blocks can be halved`);
  const masks: number[] = [];
  for (let mask = (1 << (blocks / 2)) - 1; mask < 1 << (blocks - 1); mask = nextMask(mask)) masks.push(mask);
  return Uint16Array.from(masks);
}

/** The next larger mask with as many bits set (Gosper's hack, HAKMEM 175). */
function nextMask(mask: number): number {
  const lowest = mask & -mask;
  const carried = mask + lowest;
  return carried | (((mask ^ carried) >>> 2) / lowest);
}
