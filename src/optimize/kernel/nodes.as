/**
 * The table of a block: what the bars of each node come to, from its start up to each bar and from each bar up to its end.
 * It is summed without a branch, because records of random prices leave no pattern that a processor could learn. Prices and
 * their ratios are positive, so that their bits are ordered as they are, and the smaller of two is selected without one.
 */
import { closes, ENTRY, heads, moves, NODE, NUMBER, stretch, tails } from './memory';

/** Sums the first bars of the block, whole nodes of them. What stands behind the last bar is summed too, and never read. */
export function sumNodes(bars: usize): void {
  for (let at: usize = 0; at < bars * NUMBER; at += NUMBER) {
    store<f64>(moves + at, load<f64>(closes + at) / load<f64>(closes + at - NUMBER) - 1);
  }
  sumHeads(bars);
  sumTails(bars);
}

function sumHeads(bars: usize): void {
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

function sumTails(bars: usize): void {
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

/** Adds the bars from `first` to `last` of the block, through all of which a position was held, to `stretch`. */
export function measure(first: usize, last: usize): void {
  if (first / NODE == last / NODE) measureBars(first, last);
  else measureNodes(first, last);
}

function measureBars(first: usize, last: usize): void {
  let sum = load<f64>(stretch);
  let squares = load<f64>(stretch, NUMBER);
  let high = load<f64>(stretch, 2 * NUMBER);
  let low = load<f64>(stretch, 3 * NUMBER);
  let depth = load<f64>(stretch, 4 * NUMBER);
  for (let at = first * NUMBER; at <= last * NUMBER; at += NUMBER) {
    const move = load<f64>(moves + at);
    const close = load<f64>(closes + at);
    sum += move;
    squares += move * move;
    if (close < low) low = close;
    if (close > high) high = close;
    else if (close < depth * high) depth = close / high;
  }
  storeStretch(sum, squares, high, low, depth);
}

function measureNodes(first: usize, last: usize): void {
  let sum = load<f64>(stretch);
  let squares = load<f64>(stretch, NUMBER);
  let high = load<f64>(stretch, 2 * NUMBER);
  let low = load<f64>(stretch, 3 * NUMBER);
  let depth = load<f64>(stretch, 4 * NUMBER);
  let entry = tails + first * ENTRY;
  for (let end = first | (NODE - 1); ; entry = heads + end * ENTRY) {
    sum += load<f64>(entry);
    squares += load<f64>(entry, NUMBER);
    const lowest = load<f64>(entry, 2 * NUMBER);
    if (lowest < low) low = lowest;
    if (lowest < depth * high) depth = lowest / high;
    const deepest = load<f64>(entry, 4 * NUMBER);
    if (deepest < depth) depth = deepest;
    const highest = load<f64>(entry, 3 * NUMBER);
    if (highest > high) high = highest;
    if (end >= last) break;
    end = min(end + NODE, last);
  }
  storeStretch(sum, squares, high, low, depth);
}

// @ts-ignore: decorator
@inline
function storeStretch(sum: f64, squares: f64, high: f64, low: f64, depth: f64): void {
  store<f64>(stretch, sum);
  store<f64>(stretch, squares, NUMBER);
  store<f64>(stretch, high, 2 * NUMBER);
  store<f64>(stretch, low, 3 * NUMBER);
  store<f64>(stretch, depth, 4 * NUMBER);
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
