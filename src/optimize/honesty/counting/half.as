/** One half of the blocks, and what is known of how the combinations do in it. */
import { kept, roughUnions, row, unions } from './memory';
import { openRow, Row } from './row';

/** As in `counter.ts`. */
const TIE: f64 = 1e-10;
const FAINT: f64 = 1e-6;

// @ts-ignore: decorator
@unmanaged
export class Half {
  mask: i32;
  /** Bars in it. */
  bars: f64;
  /** The scores, f64, and whether all of them are known; else none is. */
  fine: Row;
  isScored: bool;
  /** The rough scores, f32. */
  rough: Row;
  /** [row / 4] i32 bytes from the first rough score to each vector in which the best may be. */
  hits: usize;
}

export const one = changetype<Half>(memory.data(offsetof<Half>(), 8));
export const other = changetype<Half>(memory.data(offsetof<Half>(), 8));
one.fine = changetype<Row>(memory.data(offsetof<Row>(), 8));
one.rough = changetype<Row>(memory.data(offsetof<Row>(), 8));
other.fine = changetype<Row>(memory.data(offsetof<Row>(), 8));
other.rough = changetype<Row>(memory.data(offsetof<Row>(), 8));

/** Gives both halves their memory. */
export function openHalves(): void {
  openHalf(other, openHalf(one, kept));
}

function openHalf(half: Half, from: usize): usize {
  const rough = openRow<f64>(half.fine, unions, from);
  half.hits = openRow<f32>(half.rough, roughUnions, rough);
  return (half.hits + row / 8 + 15) & ~15;
}

/** Makes it the half of these blocks, which have so many bars. */
export function move(half: Half, mask: i32, bars: f64): void {
  half.mask = mask;
  half.bars = bars;
  half.isScored = false;
}

/** How far from this score others tie with it. */
export function slackOf(half: Half, score: f64): f64 {
  return TIE * larger(abs(score), half.bars * FAINT);
}

/** The larger of two numbers; the first where they do not compare, as `f64x2.pmax`. */
// @ts-ignore: decorator
@inline
export function larger(a: f64, b: f64): f64 {
  return a < b ? b : a;
}
