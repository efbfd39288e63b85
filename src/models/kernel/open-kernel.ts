import type { Kernel } from './kernel.ts';
import type { Shape } from './layout.ts';
import { openPlainKernel } from './plain-kernel.ts';
import { fitsWasm, openWasmKernel } from './wasm-kernel.ts';

/** The faster kernel that can hold a training. */
export function openKernel(shape: Shape): Kernel {
  return fitsWasm(shape) ? openWasmKernel(shape) : openPlainKernel(shape);
}
