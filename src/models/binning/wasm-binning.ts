import { growTo, type WasmExports, WasmSource } from '../../compute/index.ts';
import { type Binning, type Column, lengthOf } from './binning.ts';
import { LOOPS_WASM } from './loops.generated.ts';

/** What `loops.as` exports. */
interface Exports extends WasmExports {
  cutsAt(): number;
  cut(values: number, spare: number, count: number, mostBins: number): number;
  prepare(cuts: number): void;
  bin(values: number, count: number, bins: number): void;
}

const BYTES = Float64Array.BYTES_PER_ELEMENT;

/** Numbers that are binned at a time: they and their bins stay in the second cache. */
const BLOCK = 8192;

/** Memory that a thread keeps between two tables: enough for columns of a million rows. */
const MAX_IDLE_BYTES = 2 ** 24 + 2 ** 20;

const source = new WasmSource<Exports>(LOOPS_WASM, MAX_IDLE_BYTES);

/** Whether the WebAssembly loops can cut a column. */
export function fitsWasm(column: Column): boolean {
  // Half a mebibyte is what their tables take.
  return WasmSource.fits(2 * BYTES * lengthOf(column) + 2 ** 19);
}

export const wasmBinning: Binning = {
  cut: (columns, maxBin) => using((wasm) => columns.map((column) => cutColumn(wasm, column, maxBin))),
  bin(column, cuts, bins) {
    const count = lengthOf(column);
    using((wasm) => {
      const free = reserve(wasm, (BYTES + 1) * BLOCK);
      const block = new Float64Array(wasm.memory.buffer, free, BLOCK);
      const binned = new Uint8Array(wasm.memory.buffer, free + BYTES * BLOCK, BLOCK);
      new Float64Array(wasm.memory.buffer, wasm.cutsAt(), cuts.length).set(cuts);
      wasm.prepare(cuts.length);
      for (let from = 0; from < count; from += BLOCK) {
        const length = Math.min(BLOCK, count - from);
        write(column, from, block.subarray(0, length));
        wasm.bin(block.byteOffset, length, binned.byteOffset);
        bins.set(binned.subarray(0, length), from);
      }
    });
  },
};

function cutColumn(wasm: Exports, column: Column, maxBin: number): Float64Array {
  const count = lengthOf(column);
  const free = reserve(wasm, 2 * BYTES * count);
  write(column, 0, new Float64Array(wasm.memory.buffer, free, count));
  const cuts = wasm.cut(free, free + BYTES * count, count, maxBin);
  return new Float64Array(wasm.memory.buffer, wasm.cutsAt(), cuts).slice();
}

function using<Answer>(work: (wasm: Exports) => Answer): Answer {
  const wasm = source.take();
  try {
    return work(wasm);
  } finally {
    source.giveBack(wasm);
  }
}

/** Makes room for so many bytes; answers where they begin. */
function reserve(wasm: Exports, bytes: number): number {
  const free = Math.ceil(wasm.freeFrom() / 16) * 16;
  growTo(wasm.memory, free + bytes);
  return free;
}

/** Writes the numbers of a column from the one in place `from` on, as many as there is room for. */
function write({ values, rows }: Column, from: number, into: Float64Array): void {
  if (rows === null) into.set(values.subarray(from, from + into.length));
  else for (let i = 0; i < into.length; i++) into[i] = values[rows[from + i] ?? 0] ?? Number.NaN;
}
