import { invariant } from '../../core/index.ts';
import type { Parameters } from '../../strategies/index.ts';
import { rowWidth } from '../figures.ts';
import type { SegmentPlan } from '../segments.ts';
import type { SharedMemory } from './shared-memory.ts';

/**
 * What a job has tried and found so far: the combinations in the order in which they were proposed, and a row of figures
 * for each on shared memory, which worker threads write and read without a copy.
 */
export class JobFigures {
  /** Combinations in all. */
  readonly total: number;
  /** Length of a row. */
  readonly width: number;
  /** [total, width] row-major; only rows of `isDone` combinations mean anything. */
  readonly rows: Float64Array;
  /** [total] 1 where a combination is done, on shared memory. */
  readonly isDone: Uint8Array;
  /** Combinations proposed so far, by index. */
  readonly params: Parameters[] = [];
  /** Index -> reason, of those that are done but could not be simulated. */
  readonly skipped = new Map<number, string>();
  /** [total] indexes in the order in which they were done, as far as they are. */
  readonly #order: Int32Array;
  #done = 0;

  constructor(total: number, plan: SegmentPlan, memory: SharedMemory) {
    this.total = total;
    this.width = rowWidth(plan);
    this.rows = memory.column(total * this.width);
    this.isDone = new Uint8Array(new SharedArrayBuffer(total));
    this.#order = new Int32Array(total);
  }

  /** How many are done. */
  get done(): number {
    return this.#done;
  }

  /** Indexes of those that were done as the `from`-th to the last before the `to`-th. */
  doneAs(from: number, to: number): Int32Array {
    return this.#order.subarray(from, to);
  }

  /** Indexes of [from, to) that are not done yet, ascending. */
  missing(from: number, to: number): readonly number[] {
    const missing: number[] = [];
    for (let index = from; index < to; index += 1) if (this.isDone[index] === 0) missing.push(index);
    return missing;
  }

  /** The row of one combination. */
  row(index: number): Float64Array {
    return this.rows.subarray(index * this.width, (index + 1) * this.width);
  }

  /** Marks combinations as done; their rows are written. `skipped` are indexes and reasons. */
  complete(indexes: Iterable<number>, skipped: Iterable<readonly [number, string]>): void {
    for (const index of indexes) {
      invariant(this.isDone[index] === 0, `combination ${index} is done once`);
      this.isDone[index] = 1;
      this.#order[this.#done++] = index;
    }
    for (const [index, reason] of skipped) this.skipped.set(index, reason);
  }
}

/** Shared memory that the figures of a job take, in bytes. */
export function figureBytes(total: number, plan: SegmentPlan): number {
  return total * rowWidth(plan) * Float64Array.BYTES_PER_ELEMENT;
}
