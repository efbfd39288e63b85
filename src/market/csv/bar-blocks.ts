import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { allocateColumns, type BarColumns, COLUMN_NAMES, viewRows } from '../bars.ts';
import type { BarRow } from './row.ts';

/** Bars of one block: 0.8 MB. */
const BLOCK_ROWS = 16_384;
/** Blocks copied before other work gets its turn: about 3 ms. */
const BLOCKS_PER_TURN = 4;

/** Bars of which nobody knows how many there will be. They come to lie in one piece at the end, and are not moved before. */
export class BarBlocks {
  readonly #blocks: BarColumns[] = [];
  #block = allocateColumns(0);
  #rowInBlock = 0;
  rows = 0;
  /** Time of the last bar. */
  lastTime = Number.NEGATIVE_INFINITY;

  push(bar: BarRow): void {
    if (this.#rowInBlock === this.#block.time.length) {
      this.#block = allocateColumns(BLOCK_ROWS);
      this.#blocks.push(this.#block);
      this.#rowInBlock = 0;
    }
    const row = this.#rowInBlock;
    this.#block.time[row] = bar.time;
    this.#block.open[row] = bar.open;
    this.#block.high[row] = bar.high;
    this.#block.low[row] = bar.low;
    this.#block.close[row] = bar.close;
    this.#block.volume[row] = bar.volume;
    this.#rowInBlock += 1;
    this.rows += 1;
    this.lastTime = bar.time;
  }

  /** All bars as columns of their own. */
  async columns(): Promise<BarColumns> {
    const all = allocateColumns(this.rows);
    for (const [index, block] of this.#blocks.entries()) {
      if (index > 0 && index % BLOCKS_PER_TURN === 0) await yieldToEvents();
      const from = index * BLOCK_ROWS;
      const filled = viewRows(block, 0, Math.min(BLOCK_ROWS, this.rows - from));
      for (const name of COLUMN_NAMES) all[name].set(filled[name], from);
    }
    return all;
  }
}
