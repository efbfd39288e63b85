/** The loops of the cross-validation over combinations, once in plain TypeScript and once as WebAssembly. */
import { WasmSource } from '../../../compute/index.ts';
import type { Loops } from './loops.ts';
import { openPlainLoops } from './plain-loops.ts';
import { openWasmLoops, wasmBytes } from './wasm-loops.ts';

export type { Loops, ScoreColumns } from './loops.ts';
export { firstOfBest, openPlainLoops } from './plain-loops.ts';

/** Opens the loops for columns of so many numbers each. */
export type OpenLoops = (lengths: readonly number[]) => Loops;

/** The faster loops that can hold them. */
export const openLoops: OpenLoops = (lengths) => {
  const bytes = wasmBytes(lengths);
  return WasmSource.fits(bytes) ? openWasmLoops(bytes) : openPlainLoops();
};
