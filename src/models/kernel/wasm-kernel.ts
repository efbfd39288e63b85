import { growTo, type WasmExports, WasmSource } from '../../compute/index.ts';
import { invariant } from '../../core/index.ts';
import { KERNEL_WASM } from './kernel.generated.ts';
import type { Cut, Kernel, Span, Sums } from './kernel.ts';
import { type Arrays, placesOf, type Shape, viewsOn } from './layout.ts';

/** What `kernel.as` exports. */
interface Exports extends WasmExports {
  attach(places: number, rows: number, features: number): void;
  build(from: number, to: number, columns: number, slot: number): void;
  subtract(slot: number, part: number, columns: number): void;
  partition(from: number, to: number, feature: number, threshold: number, missingLeft: number): number;
  search(slot: number, columns: number, gradient: number, hessian: number): void;
  addProfile(slot: number, columns: number, gradient: number, hessian: number): void;
}

/** Bytes in front of the arrays, where their places are written. */
const PREAMBLE = 64;

/** A training during another one (from its `onTree`) has an instance of its own. */
const source = new WasmSource<Exports>(KERNEL_WASM);

/** Whether the WebAssembly kernel can address a training of this shape. */
export function fitsWasm(shape: Shape): boolean {
  return WasmSource.fits(placesOf(shape, PREAMBLE).end);
}

export function openWasmKernel(shape: Shape): Kernel {
  return new WasmKernel(source.take(), shape);
}

class WasmKernel implements Kernel {
  readonly arrays: Arrays;
  readonly #wasm: Exports;

  constructor(wasm: Exports, shape: Shape) {
    this.#wasm = wasm;
    const preamble = Math.ceil(wasm.freeFrom() / 16) * 16;
    const { places, end } = placesOf(shape, preamble + PREAMBLE);
    invariant(4 * places.length <= PREAMBLE, 'the places of the arrays fit before them');
    growTo(wasm.memory, end);
    new Uint32Array(wasm.memory.buffer, preamble, places.length).set(places);
    wasm.attach(preamble, shape.rows, shape.features);
    this.arrays = viewsOn(wasm.memory.buffer, shape, preamble + PREAMBLE);
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

  close(): void {
    source.giveBack(this.#wasm);
  }
}
