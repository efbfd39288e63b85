/**
 * The sums of a market table as WebAssembly (AssemblyScript): two nodes of 16 bars at a time, without a branch, for which
 * records of random prices leave no pattern. `market-table.ts` says what is in it. `npm run generate` compiles it into
 * `nodes.generated.ts`.
 */

/** Bars of a node, and of the two that are summed side by side. */
const NODE: usize = 16;
const PAIR: usize = 2 * NODE;
/** Bytes of a number, and of the five of a bar. */
const NUMBER: usize = 8;
const ENTRY: usize = 5 * NUMBER;

/** The first byte that is free. */
export function freeFrom(): usize {
  return __heap_base;
}

/** Writes `close/previous − 1` of each bar; the number before `closes` is the close before the first. An even number of bars. */
export function move(bars: usize, closes: usize, moves: usize): void {
  const ones = f64x2.splat(1);
  for (let at: usize = 0; at < bars * NUMBER; at += 2 * NUMBER) {
    const ratio = f64x2.div(v128.load(closes + at), v128.load(closes + at - NUMBER));
    v128.store(moves + at, f64x2.sub(ratio, ones));
  }
}

/** Writes the sums from the start of its node up to each bar. Bars: a multiple of 32. */
export function sumHeads(bars: usize, closes: usize, moves: usize, heads: usize): void {
  for (let start: usize = 0; start < bars; start += PAIR) {
    let sum = f64x2.splat(0);
    let squares = f64x2.splat(0);
    let low = f64x2.splat(Infinity);
    let high = f64x2.splat(0);
    let depth = f64x2.splat(1);
    for (let bar = start; bar < start + NODE; bar++) {
      const move = pairAt(moves + bar * NUMBER);
      const close = pairAt(closes + bar * NUMBER);
      sum = f64x2.add(sum, move);
      squares = f64x2.add(squares, f64x2.mul(move, move));
      low = f64x2.pmin(low, close);
      const isDeeper = v128.andnot(f64x2.lt(close, f64x2.mul(depth, high)), f64x2.gt(close, high));
      depth = v128.bitselect(f64x2.div(close, high), depth, isDeeper);
      high = f64x2.pmax(high, close);
      storePair(heads + bar * ENTRY, sum, squares, low, high, depth);
    }
  }
}

/** Writes the sums from each bar up to the end of its node. Bars: a multiple of 32. */
export function sumTails(bars: usize, closes: usize, moves: usize, tails: usize): void {
  for (let start: usize = 0; start < bars; start += PAIR) {
    let sum = f64x2.splat(0);
    let squares = f64x2.splat(0);
    let low = f64x2.splat(Infinity);
    let high = f64x2.splat(0);
    let depth = f64x2.splat(1);
    for (let end = start + NODE; end > start; end--) {
      const bar = end - 1;
      const move = pairAt(moves + bar * NUMBER);
      const close = pairAt(closes + bar * NUMBER);
      sum = f64x2.add(sum, move);
      squares = f64x2.add(squares, f64x2.mul(move, move));
      high = f64x2.pmax(high, close);
      const isDeeper = v128.andnot(f64x2.lt(low, f64x2.mul(depth, close)), f64x2.lt(close, low));
      depth = v128.bitselect(f64x2.div(low, close), depth, isDeeper);
      low = f64x2.pmin(low, close);
      storePair(tails + bar * ENTRY, sum, squares, low, high, depth);
    }
  }
}

/** A number, and the one of the same bar in the next node. */
@inline
function pairAt(from: usize): v128 {
  return v128.load64_lane(from, v128.load64_zero(from), 1, NODE * NUMBER);
}

/** Stores the five numbers of a bar, and those of the same bar in the next node. */
@inline
function storePair(entry: usize, sum: v128, squares: v128, low: v128, high: v128, depth: v128): void {
  const next = entry + NODE * ENTRY;
  v128.store(entry, v128.shuffle<f64>(sum, squares, 0, 2));
  v128.store(entry, v128.shuffle<f64>(low, high, 0, 2), 2 * NUMBER);
  v128.store64_lane(entry, depth, 0, 4 * NUMBER);
  v128.store(next, v128.shuffle<f64>(sum, squares, 1, 3));
  v128.store(next, v128.shuffle<f64>(low, high, 1, 3), 2 * NUMBER);
  v128.store64_lane(next, depth, 1, 4 * NUMBER);
}
