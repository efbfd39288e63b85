/**
 * What any stretch of bars did to a position that was held through it, in a handful of additions. While a long position
 * without debts is held, its returns are the market's own and its drawdowns are those of the closes; so they are summed
 * once for all combinations. The block is cut into nodes of 16 bars. For each bar there are the sums from the start of
 * its node on (head) and up to the end of its node (tail); a stretch is the tail of one node, whole nodes, and the head
 * of another. Nothing is ever subtracted: an outlier spoils no stretch that it is not in.
 *
 * The sums are made by WebAssembly (`nodes.as`), several times as fast as by plain loops: with a few dozen combinations they
 * would be a quarter of the work.
 */
import { growTo, type WasmExports, WasmSource } from '../../compute/index.ts';
import type { Bars } from '../../market/index.ts';
import { at } from '../../strategies/index.ts';
import { NODES_WASM } from './nodes.generated.ts';
import { BLOCK } from './pieces.ts';

/** Bars per node, a power of two. */
const NODE = 16;
const NODE_MASK = NODE - 1;
const BYTES = Float64Array.BYTES_PER_ELEMENT;

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

/** What `nodes.as` exports. Addresses in bytes; of heads and tails each bar has five numbers. */
interface Exports extends WasmExports {
  move(bars: number, closes: number, moves: number): void;
  sumHeads(bars: number, closes: number, moves: number, heads: number): void;
  sumTails(bars: number, closes: number, moves: number, tails: number): void;
}

const source = new WasmSource<Exports>(NODES_WASM);

/** The closes of one symbol in the current block. Whoever opens it releases it. */
export class MarketTable {
  private readonly close: Float64Array;
  private readonly wasm = source.take();
  /** [1 + BLOCK] the close before the block, and those of the block. */
  private readonly closes: Float64Array;
  private readonly moves: Float64Array;
  private readonly table: Float64Array;
  private from = 0;

  constructor({ close }: Bars) {
    this.close = close;
    const start = Math.ceil(this.wasm.freeFrom() / BYTES) * BYTES;
    growTo(this.wasm.memory, start + BYTES * (1 + 2 * BLOCK + 2 * TAILS));
    const { buffer } = this.wasm.memory;
    this.closes = new Float64Array(buffer, start, 1 + BLOCK);
    this.moves = new Float64Array(buffer, start + this.closes.byteLength, BLOCK);
    this.table = new Float64Array(buffer, this.moves.byteOffset + this.moves.byteLength, 2 * TAILS);
  }

  /** Prepares the bars [from, to), at most a block. */
  load(from: number, to: number): void {
    this.from = from;
    const { close, closes, moves, table, wasm } = this;
    // No stretch holds the first bar of the series, which has no move: a position is opened on the second at the earliest.
    closes[0] = at(close, Math.max(0, from - 1));
    closes.set(close.subarray(from, to), 1);
    // Whole nodes are summed. What that writes behind the last bar, and as tails of a node that is cut off, nobody reads.
    const bars = NODE * Math.ceil((to - from) / NODE);
    const first = closes.byteOffset + BYTES;
    wasm.move(bars, first, moves.byteOffset);
    wasm.sumHeads(bars, first, moves.byteOffset, table.byteOffset);
    wasm.sumTails(bars, first, moves.byteOffset, table.byteOffset + BYTES * TAILS);
  }

  /** Gives its memory back: nothing is measured any more. */
  release(): void {
    source.giveBack(this.wasm);
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
      const close = at(this.closes, 1 + bar);
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
}
