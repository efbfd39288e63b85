/**
 * The sums of a market table as WebAssembly (AssemblyScript): without a branch, because records of random prices leave no pattern
 * that a processor could learn. Prices and their ratios are positive, so that their bits are ordered as they are, and the smaller of
 * two is selected without one. `market-table.ts` says what is in the table. `npm run generate` compiles it into `nodes.generated.ts`.
 */

/** Bars of a node. */
const NODE: usize = 16;
/** Bytes of a number, and of the five of a bar. */
const NUMBER: usize = 8;
const ENTRY: usize = 5 * NUMBER;

/** The first byte that is free. */
export function freeFrom(): usize {
  return __heap_base;
}

/** Writes `close/previous − 1` of each bar; the number before `closes` is the close before the first. */
export function move(bars: usize, closes: usize, moves: usize): void {
  for (let at: usize = 0; at < bars * NUMBER; at += NUMBER) {
    store<f64>(moves + at, load<f64>(closes + at) / load<f64>(closes + at - NUMBER) - 1);
  }
}

/** Writes the sums from the start of its node up to each bar. Bars: a multiple of 16. */
export function sumHeads(bars: usize, closes: usize, moves: usize, heads: usize): void {
  for (let start: usize = 0; start < bars; start += NODE) {
    let sum: f64 = 0;
    let squares: f64 = 0;
    let low = bits(Infinity);
    let high = bits(0);
    let depth = bits(1);
    for (let bar = start; bar < start + NODE; bar++) {
      const move = load<f64>(moves + bar * NUMBER);
      const close = load<i64>(closes + bar * NUMBER);
      sum += move;
      squares += move * move;
      low = smaller(low, close);
      high = larger(high, close);
      depth = smaller(depth, ratio(close, high));
      storeEntry(heads + bar * ENTRY, sum, squares, low, high, depth);
    }
  }
}

/** Writes the sums from each bar up to the end of its node. Bars: a multiple of 16. */
export function sumTails(bars: usize, closes: usize, moves: usize, tails: usize): void {
  for (let start: usize = 0; start < bars; start += NODE) {
    let sum: f64 = 0;
    let squares: f64 = 0;
    let low = bits(Infinity);
    let high = bits(0);
    let depth = bits(1);
    for (let end = start + NODE; end > start; end--) {
      const bar = end - 1;
      const move = load<f64>(moves + bar * NUMBER);
      const close = load<i64>(closes + bar * NUMBER);
      sum += move;
      squares += move * move;
      low = smaller(low, close);
      high = larger(high, close);
      depth = smaller(depth, ratio(low, close));
      storeEntry(tails + bar * ENTRY, sum, squares, low, high, depth);
    }
  }
}

// @ts-ignore: decorator
@inline
function bits(number: f64): i64 {
  return reinterpret<i64>(number);
}

// @ts-ignore: decorator
@inline
function smaller(a: i64, b: i64): i64 {
  return select(a, b, a < b);
}

// @ts-ignore: decorator
@inline
function larger(a: i64, b: i64): i64 {
  return select(a, b, a > b);
}

// @ts-ignore: decorator
@inline
function ratio(part: i64, whole: i64): i64 {
  return bits(reinterpret<f64>(part) / reinterpret<f64>(whole));
}

// @ts-ignore: decorator
@inline
function storeEntry(entry: usize, sum: f64, squares: f64, low: i64, high: i64, depth: i64): void {
  store<f64>(entry, sum);
  store<f64>(entry, squares, NUMBER);
  store<i64>(entry, low, 2 * NUMBER);
  store<i64>(entry, high, 3 * NUMBER);
  store<i64>(entry, depth, 4 * NUMBER);
}
