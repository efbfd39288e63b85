/**
 * What any stretch of bars did to a position that was held through it, in a handful of additions. While a long position
 * without debts is held, its returns are the market's own and its drawdowns are those of the closes; so they are summed
 * once for all combinations. The block is cut into nodes of 16 bars. For each bar there are the sums from the start of
 * its node on (head) and up to the end of its node (tail); a stretch is the tail of one node, whole nodes, and the head
 * of another. Nothing is ever subtracted: an outlier spoils no stretch that it is not in.
 */
import type { Bars } from '../../market/index.ts';
import { at } from '../../strategies/index.ts';
import { BLOCK } from './pieces.ts';

/** Bars per node, a power of two. */
const NODE = 16;
const NODE_MASK = NODE - 1;

/** Columns of the table: Σr, Σr², lowest and highest close, and the smallest relation of a close to an earlier one. */
const SUM = 0;
const SQUARES = 1;
const LOW = 2;
const HIGH = 3;
const DEPTH = 4;
const WIDTH = 5;

/** Where the tails begin, behind the heads. */
const TAILS = BLOCK * WIDTH;

/** A stretch of bars with a position as it is measured; in and out. */
export interface Stretch {
  /** Σr and Σr². */
  sum: number;
  squares: number;
  /** Highest and lowest close. */
  high: number;
  low: number;
  /** Smallest relation of a close to the highest before it, ≤ 1. */
  depth: number;
}

/** The closes of one symbol in the current block. */
export class MarketTable {
  private readonly close: Float64Array;
  private readonly moves = new Float64Array(BLOCK);
  private readonly closes = new Float64Array(BLOCK);
  private readonly table = new Float64Array(2 * BLOCK * WIDTH);
  private from = 0;

  constructor({ close }: Bars) {
    this.close = close;
  }

  /** Prepares the bars [from, to), at most a block. */
  load(from: number, to: number): void {
    this.from = from;
    const { close, closes, moves } = this;
    // No stretch holds the first bar of the series, which has no move: a position is opened on the second at the earliest.
    let previous = at(close, Math.max(0, from - 1));
    for (let t = from; t < to; t++) {
      const price = at(close, t);
      moves[t - from] = price / previous - 1;
      closes[t - from] = price;
      previous = price;
    }
    this.sumHeads(to - from);
    this.sumTails(to - from);
  }

  /** Adds the bars [from, to) of the block, at least one, through all of which a position was held. */
  measure(from: number, to: number, stretch: Stretch): void {
    const first = from - this.from;
    const last = to - this.from - 1;
    if (first >> 4 === last >> 4) this.measureBars(first, last, stretch);
    else this.measureNodes(first, last, stretch);
  }

  private measureBars(first: number, last: number, stretch: Stretch): void {
    let { sum, squares, high, low, depth } = stretch;
    for (let bar = first; bar <= last; bar++) {
      const move = at(this.moves, bar);
      const close = at(this.closes, bar);
      sum += move;
      squares += move * move;
      if (close < low) low = close;
      if (close > high) high = close;
      else if (close < depth * high) depth = close / high;
    }
    stretch.sum = sum;
    stretch.squares = squares;
    stretch.high = high;
    stretch.low = low;
    stretch.depth = depth;
  }

  private measureNodes(first: number, last: number, stretch: Stretch): void {
    const { table } = this;
    let { sum, squares, high, low, depth } = stretch;
    let entry = TAILS + first * WIDTH;
    for (let end = first | NODE_MASK; ; entry = end * WIDTH) {
      sum += at(table, entry + SUM);
      squares += at(table, entry + SQUARES);
      const lowest = at(table, entry + LOW);
      if (lowest < low) low = lowest;
      if (lowest < depth * high) depth = lowest / high;
      const deepest = at(table, entry + DEPTH);
      if (deepest < depth) depth = deepest;
      const highest = at(table, entry + HIGH);
      if (highest > high) high = highest;
      if (end >= last) break;
      end = Math.min(end + NODE, last);
    }
    stretch.sum = sum;
    stretch.squares = squares;
    stretch.high = high;
    stretch.low = low;
    stretch.depth = depth;
  }

  private sumHeads(bars: number): void {
    const { table, moves, closes } = this;
    for (let start = 0; start < bars; start += NODE) {
      let sum = 0;
      let squares = 0;
      let low = Infinity;
      let high = 0;
      let depth = 1;
      const end = Math.min(start + NODE, bars);
      for (let bar = start; bar < end; bar++) {
        const move = at(moves, bar);
        const close = at(closes, bar);
        sum += move;
        squares += move * move;
        if (close < low) low = close;
        if (close > high) high = close;
        else if (close < depth * high) depth = close / high;
        const entry = bar * WIDTH;
        table[entry + SUM] = sum;
        table[entry + SQUARES] = squares;
        table[entry + LOW] = low;
        table[entry + HIGH] = high;
        table[entry + DEPTH] = depth;
      }
    }
  }

  private sumTails(bars: number): void {
    const { table, moves, closes } = this;
    for (let start = 0; start < bars; start += NODE) {
      let sum = 0;
      let squares = 0;
      let low = Infinity;
      let high = 0;
      let depth = 1;
      const end = Math.min(start + NODE, bars);
      for (let bar = end - 1; bar >= start; bar--) {
        const move = at(moves, bar);
        const close = at(closes, bar);
        sum += move;
        squares += move * move;
        if (close > high) high = close;
        if (close < low) low = close;
        else if (low < depth * close) depth = low / close;
        const entry = TAILS + bar * WIDTH;
        table[entry + SUM] = sum;
        table[entry + SQUARES] = squares;
        table[entry + LOW] = low;
        table[entry + HIGH] = high;
        table[entry + DEPTH] = depth;
      }
    }
  }
}
