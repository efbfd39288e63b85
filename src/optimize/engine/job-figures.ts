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
  #done = 0;
  #prefix = 0;

  constructor(total: number, plan: SegmentPlan, memory: SharedMemory) {
    this.total = total;
    this.width = rowWidth(plan);
    this.rows = memory.column(total * this.width);
    this.isDone = new Uint8Array(new SharedArrayBuffer(total));
  }

  /** How many are done, in any place. */
  get done(): number {
    return this.#done;
  }

  /** How many are done from the first on without a gap: what a checkpoint may hold. */
  get prefix(): number {
    return this.#prefix;
  }

  /** The rows [from, to). */
  rowsOf(from: number, to: number): Float64Array {
    return this.rows.subarray(from * this.width, to * this.width);
  }

  /** Marks the combinations [from, to) as done; their rows are written. `skipped` are indexes and reasons. */
  complete(from: number, to: number, skipped: Iterable<readonly [number, string]>): void {
    invariant(from >= this.#prefix && to <= this.total, `combinations ${from} to ${to} are done once`);
    this.isDone.fill(1, from, to);
    for (const [index, reason] of skipped) this.skipped.set(index, reason);
    this.#done += to - from;
    while (this.#prefix < this.total && this.isDone[this.#prefix] === 1) this.#prefix += 1;
  }
}

/** Shared memory that the figures of a job take, in bytes. */
export function figureBytes(total: number, plan: SegmentPlan): number {
  return total * rowWidth(plan) * Float64Array.BYTES_PER_ELEMENT;
}
