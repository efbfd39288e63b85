/** The count of overfitted splits, once in plain TypeScript and once as WebAssembly. */
import type { BlockReturns } from '../block-returns.ts';
import type { Counter } from './counter.ts';
import { openPlainCounter } from './plain-counter.ts';
import { fitsWasm, openWasmCounter } from './wasm-counter.ts';

export type { Counter, PairRange } from './counter.ts';
export { openPlainCounter } from './plain-counter.ts';

/** Opens a counter. */
export type OpenCounter = (returns: BlockReturns) => Counter;

/** The faster counter that can hold them. */
export const openCounter: OpenCounter = (returns) =>
  fitsWasm(returns) ? openWasmCounter(returns) : openPlainCounter(returns);
