import { invariant } from '../../core/index.ts';
import { at } from '../../strategies/index.ts';
import { KERNEL_WASM } from './kernel.generated.ts';
import type { Cut, Kernel, Span, Sums, Units } from './kernel.ts';
import { type Arrays, LEFT_GRADIENT, LEFT_HESSIAN, octetStride, placesOf, type Shape, viewsOn } from './layout.ts';

/** What `kernel.as` exports. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  freeFrom(): number;
  attach(places: number, rows: number, features: number, stride: number): void;
  prepare(): void;
  measure(count: number): void;
  quantise(count: number, perGradient: number, perHessian: number): void;
  build(from: number, to: number, columns: number, slot: number): void;
  subtract(slot: number, part: number, columns: number): void;
  partition(from: number, to: number, feature: number, threshold: number, missingLeft: number): number;
  addToMargins(from: number, to: number, value: number): void;
  search(slot: number, columns: number, gradient: number, hessian: number): void;
  addProfile(slot: number, columns: number, gradient: number, hessian: number): void;
}

const PAGE = 65_536;
/** 32-bit addresses reach so far. */
const REACH = 2 ** 32 - PAGE;
/** Bytes in front of the arrays, where their places are written. */
const PREAMBLE = 128;

/**
 * The instance of this thread while no training uses it. Kept because nothing frees the memory of a WebAssembly instance in
 * time; a training during another one (from its `onTree`) gets an instance of its own.
 */
let idle: Exports | null = null;
let compiled: WebAssembly.Module | null = null;

/** Whether the WebAssembly kernel can address a training of this shape. */
export function fitsWasm(shape: Shape): boolean {
  return placesOf(shape, PAGE).end <= REACH;
}

export function openWasmKernel(shape: Shape): Kernel {
  const exports = idle ?? instantiate();
  idle = null;
  return new WasmKernel(exports, shape);
}

function instantiate(): Exports {
  compiled ??= new WebAssembly.Module(Buffer.from(KERNEL_WASM, 'base64'));
  const { exports } = new WebAssembly.Instance(compiled, {});
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The compiler of kernel.as has checked them.
  return exports as unknown as Exports;
}

class WasmKernel implements Kernel {
  readonly arrays: Arrays;
  readonly #wasm: Exports;

  constructor(wasm: Exports, shape: Shape) {
    this.#wasm = wasm;
    const preamble = Math.ceil(wasm.freeFrom() / 16) * 16;
    const { places, end } = placesOf(shape, preamble + PREAMBLE);
    invariant(4 * places.length <= PREAMBLE, 'the places of the arrays fit before them');
    const missing = Math.ceil((end - wasm.memory.buffer.byteLength) / PAGE);
    if (missing > 0) wasm.memory.grow(missing);
    new Uint32Array(wasm.memory.buffer, preamble, places.length).set(places);
    wasm.attach(preamble, shape.rows, shape.features, octetStride(shape.features));
    this.arrays = viewsOn(wasm.memory.buffer, shape, preamble + PREAMBLE);
  }

  prepare(): void {
    this.#wasm.prepare();
  }

  measure(count: number): Sums {
    this.#wasm.measure(count);
    return this.#answeredSums();
  }

  quantise(count: number, { gradient, hessian }: Units): Sums {
    // The inverse of a power of two is exact.
    this.#wasm.quantise(count, 1 / gradient, 1 / hessian);
    return this.#answeredSums();
  }

  build({ from, to }: Span, columns: number, slot: number): void {
    this.#wasm.build(from, to, columns, slot);
  }

  subtract(slot: number, part: number, columns: number): void {
    this.#wasm.subtract(slot, part, columns);
  }

  search(slot: number, columns: number, { gradient, hessian }: Sums): void {
    this.#wasm.search(slot, columns, gradient, hessian);
  }

  addProfile(slot: number, columns: number, { gradient, hessian }: Sums): void {
    this.#wasm.addProfile(slot, columns, gradient, hessian);
  }

  partition({ from, to }: Span, { feature, threshold, isMissingLeft }: Cut): number {
    return this.#wasm.partition(from, to, feature, threshold, isMissingLeft ? 1 : 0);
  }

  addToMargins({ from, to }: Span, value: number): void {
    this.#wasm.addToMargins(from, to, value);
  }

  close(): void {
    idle = this.#wasm;
  }

  #answeredSums(): Sums {
    const { found } = this.arrays;
    return { gradient: at(found, LEFT_GRADIENT), hessian: at(found, LEFT_HESSIAN) };
  }
}
