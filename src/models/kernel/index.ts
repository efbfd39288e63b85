/** The loops over rows and bins, once in plain TypeScript and once as WebAssembly. */
export { byteAt, integerAt } from './elements.ts';
export type { Cut, Kernel, OpenKernel, Span, Sums, Units } from './kernel.ts';
export {
  ALPHA,
  ENTRIES,
  FEATURE,
  GAIN,
  LAMBDA,
  LEFT_GRADIENT,
  LEFT_HESSIAN,
  MIN_CHILD_WEIGHT,
  MISSING_LEFT,
  THRESHOLD,
} from './layout.ts';
export { openKernel } from './open-kernel.ts';
export { openPlainKernel } from './plain-kernel.ts';
export { scoreOf, shrunken } from './score.ts';
export { openWasmKernel } from './wasm-kernel.ts';
