/**
 * The memory in which the WebAssembly of `long.as` follows the courses of a batch: the bars of the current block, the table
 * of its nodes, columns that scans read, and a record of each course.
 *
 * What a stretch of bars does to a position that is held through it is measured in a handful of additions. While a long
 * position without debts is held, its returns are the market's own and its drawdowns are those of the closes; so they are
 * summed once for all combinations. The block is cut into nodes of 16 bars. For each bar there are the sums from the start of
 * its node on (head) and up to the end of its node (tail); a stretch is the tail of one node, whole nodes, and the head of
 * another. Nothing is ever subtracted: an outlier spoils no stretch that it is not in.
 */
import type { Costs } from '../../backtest/index.ts';
import { growTo, type WasmExports, WasmSource } from '../../compute/index.ts';
import type { Bars } from '../../market/index.ts';
import { at, type TargetChanges } from '../../strategies/index.ts';
import { BlockColumns } from './block-columns.ts';
import { LONG_WASM } from './long.generated.ts';
import { BLOCK } from './pieces.ts';

const BYTES = Float64Array.BYTES_PER_ELEMENT;
/** Bars of a node. */
const NODE = 16;
/** Columns of a block that are in memory at a time, 8 KiB each: more would not stay in a core's cache. */
const COLUMNS = 128;
/** An instance that has grown beyond this for a batch of many combinations is not kept. */
const MAX_IDLE_BYTES = 2 ** 24;

/** What `long.as` exports. Addresses in bytes; courses by the address of their record; bars counted from the block's first. */
interface LongExports extends WasmExports {
  courseBytes(): number;
  closesFrom(): number;
  opensFrom(): number;
  changeBarsFrom(): number;
  changeTargetsFrom(): number;
  stretchFrom(): number;
  setCosts(slippage: number, commission: number): void;
  sumNodes(bars: number): void;
  measure(first: number, last: number): void;
  open(course: number, capital: number): void;
  follow(course: number, from: number, to: number): void;
  scanCrossing(course: number, bars: number, short: number, long: number, bound: number): void;
  scanReversion(course: number, bars: number, z: number, entry: number, exit: number): void;
  takeChanges(course: number, count: number, start: number): void;
}

const source = new WasmSource<LongExports>(LONG_WASM, MAX_IDLE_BYTES);

/** Whoever opens it releases it. */
export class LongMemory {
  readonly wasm = source.take();
  readonly columns: BlockColumns;
  /** Where a scanner of a type's own writes; then `takeChanges`. */
  readonly changes: TargetChanges;
  /** [5] of a stretch: Σr, Σr², highest and lowest close, smallest relation of a close to the highest before it; in and out. */
  readonly stretch: Float64Array;
  private readonly bars: Bars;
  /** [1 + BLOCK] the close before the block, and those of the block. */
  private readonly closes: Float64Array;
  private readonly opens: Float64Array;
  private readonly records: number;

  /** @param courses how many there are to be */
  constructor(bars: Bars, { slippage, commission }: Costs, courses: number) {
    const { wasm } = this;
    this.bars = bars;
    const columns = Math.ceil(wasm.freeFrom() / BYTES) * BYTES;
    this.records = columns + COLUMNS * BLOCK * BYTES;
    const end = this.records + courses * wasm.courseBytes();
    growTo(wasm.memory, end);
    const { buffer } = wasm.memory;
    new Uint8Array(buffer, this.records, end - this.records).fill(0);
    this.closes = new Float64Array(buffer, wasm.closesFrom(), 1 + BLOCK);
    this.opens = new Float64Array(buffer, wasm.opensFrom(), BLOCK);
    this.stretch = new Float64Array(buffer, wasm.stretchFrom(), 5);
    this.changes = {
      bars: new Int32Array(buffer, wasm.changeBarsFrom(), BLOCK),
      targets: new Int8Array(buffer, wasm.changeTargetsFrom(), BLOCK),
    };
    this.columns = new BlockColumns(new Float64Array(buffer, columns, COLUMNS * BLOCK));
    wasm.setCosts(slippage, commission);
  }

  /** Where the record of a course is, and a view of it. */
  record(course: number): { readonly address: number; readonly numbers: Float64Array } {
    const bytes = this.wasm.courseBytes();
    const address = this.records + course * bytes;
    return { address, numbers: new Float64Array(this.wasm.memory.buffer, address, bytes / BYTES) };
  }

  /** Prepares the bars [from, to), at most a block. */
  load(from: number, to: number): void {
    const { open, close } = this.bars;
    // No stretch holds the first bar of the series, which has no move: a position is opened on the second at the earliest.
    this.closes[0] = at(close, Math.max(0, from - 1));
    this.closes.set(close.subarray(from, to), 1);
    this.opens.set(open.subarray(from, to));
    // Whole nodes are summed. What that writes behind the last bar, and as tails of a node that is cut off, nobody reads.
    this.wasm.sumNodes(NODE * Math.ceil((to - from) / NODE));
    this.columns.turnTo(from, to);
  }

  /** Gives its memory back: nothing is followed any more. */
  release(): void {
    source.giveBack(this.wasm);
  }
}
