import { BLOCK } from './pieces.ts';

/** A column [T] of which the current block is looked at. */
export interface BlockColumn {
  readonly values: Float64Array;
  /** Where its block is, in bytes, as long as nothing was placed over it since. */
  address: number;
  generation: number;
}

/** Copies of columns in the memory of a WebAssembly kernel, block by block: of as many as there is room for. */
export class BlockColumns {
  private readonly room: Float64Array;
  private readonly known = new Map<Float64Array, BlockColumn>();
  private from = 0;
  private to = 0;
  private used = 0;
  private generation = 0;

  /** @param room a whole number of blocks */
  constructor(room: Float64Array) {
    this.room = room;
  }

  /** The column of these values, the same for all who read them. */
  column(values: Float64Array): BlockColumn {
    const column = this.known.get(values) ?? { values, address: 0, generation: -1 };
    this.known.set(values, column);
    return column;
  }

  /** Turns to the bars [from, to). */
  turnTo(from: number, to: number): void {
    this.from = from;
    this.to = to;
    this.forget();
  }

  /** Has the current block of both in memory, at their addresses until the next call. */
  place(one: BlockColumn, other: BlockColumn): void {
    if (one.generation === this.generation && other.generation === this.generation) return;
    if (this.used + 2 * BLOCK > this.room.length) this.forget();
    this.copy(one);
    this.copy(other);
  }

  private copy(column: BlockColumn): void {
    if (column.generation === this.generation) return;
    this.room.set(column.values.subarray(this.from, this.to), this.used);
    column.address = this.room.byteOffset + this.used * Float64Array.BYTES_PER_ELEMENT;
    column.generation = this.generation;
    this.used += BLOCK;
  }

  private forget(): void {
    this.used = 0;
    this.generation += 1;
  }
}
