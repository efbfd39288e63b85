/** Columns of numbers are cut into bins here, once in plain TypeScript and once as WebAssembly. */
import type { Binning } from './binning.ts';
import { plainBinning } from './plain-binning.ts';
import { fitsWasm, wasmBinning } from './wasm-binning.ts';

export type { Binning, Column } from './binning.ts';
export { plainBinning } from './plain-binning.ts';
export { wasmBinning } from './wasm-binning.ts';

/** The faster loops that can hold a column. */
export const binning: Binning = {
  cut: (columns, maxBin) => (columns.every(fitsWasm) ? wasmBinning : plainBinning).cut(columns, maxBin),
  bin: (column, cuts, bins) => wasmBinning.bin(column, cuts, bins),
};
