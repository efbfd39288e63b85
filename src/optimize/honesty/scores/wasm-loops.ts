import { growTo, type WasmExports, WasmSource } from '../../../compute/index.ts';
import { LOOPS_WASM } from './loops.generated.ts';
import type { Loops, ScoreColumns, Tie, Tied } from './loops.ts';

/** What `loops.as` exports. */
interface Exports extends WasmExports {
  score(...args: readonly number[]): number;
  best(count: number, scores: number, share: number, floor: number): number;
  add(count: number, sums: number, terms: number): void;
  lead(count: number, scores: number, least: number, most: number): number;
}

/** Memory that a thread keeps between two jobs: enough for some 20,000 combinations. */
const MAX_IDLE_BYTES = 2 ** 26;
const BYTES = Float64Array.BYTES_PER_ELEMENT;

const source = new WasmSource<Exports>(LOOPS_WASM, MAX_IDLE_BYTES);

/** Bytes of columns of these lengths. */
export function wasmBytes(lengths: readonly number[]): number {
  return lengths.reduce((sum, length) => sum + columnBytes(length), 0);
}

/** Opens the loops with room for so many bytes of columns. */
export function openWasmLoops(bytes: number): Loops {
  return new WasmLoops(source.take(), bytes);
}

class WasmLoops implements Loops {
  readonly #wasm: Exports;
  #free: number;

  constructor(wasm: Exports, bytes: number) {
    this.#wasm = wasm;
    this.#free = Math.ceil(wasm.freeFrom() / 16) * 16;
    growTo(wasm.memory, this.#free + bytes);
  }

  readonly column = (length: number): Float64Array => {
    const column = new Float64Array(this.#wasm.memory.buffer, this.#free, length);
    this.#free += columnBytes(length);
    return column.fill(0);
  };

  score(columns: ScoreColumns, offset: number, { share, floor }: Tie): number {
    const { sums, powers, moreSums, morePowers, scores } = columns;
    const more = BYTES * offset;
    return this.#wasm.score(
      scores.length,
      sums.byteOffset,
      powers.byteOffset,
      moreSums.byteOffset + more,
      morePowers.byteOffset + more,
      scores.byteOffset,
      share,
      floor,
    );
  }

  best(scores: Float64Array, { share, floor }: Tie): number {
    return this.#wasm.best(scores.length, scores.byteOffset, share, floor);
  }

  add(sums: Float64Array, table: Float64Array, offset: number): void {
    this.#wasm.add(sums.length, sums.byteOffset, table.byteOffset + BYTES * offset);
  }

  lead(scores: Float64Array, { least, most }: Tied): number {
    return this.#wasm.lead(scores.length, scores.byteOffset, least, most);
  }

  close(): void {
    source.giveBack(this.#wasm);
  }
}

/** A multiple of 16: each column begins at one. */
function columnBytes(length: number): number {
  return 2 * BYTES * Math.ceil(length / 2);
}
