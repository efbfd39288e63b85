import { growTo, type WasmExports, WasmSource } from '../../compute/index.ts';
import { invariant } from '../../core/index.ts';
import { at } from '../../strategies/index.ts';
import type { Objective } from '../model-type.ts';
import { KERNEL_WASM } from './kernel.generated.ts';
import type { Cut, Kernel, SideValues, Span, Sums, Units } from './kernel.ts';
import {
  type Arrays,
  LEFT_GRADIENT,
  LEFT_HESSIAN,
  LINE,
  octetStride,
  placesOf,
  type Shape,
  viewsOn,
} from './layout.ts';

/** What `kernel.as` exports. */
interface Exports extends WasmExports {
  attach(places: number, rows: number, features: number, stride: number): void;
  prepare(): void;
  differentiate(isBinary: number): void;
  measure(count: number): void;
  quantise(count: number, perGradient: number, perHessian: number): void;
  build(from: number, to: number, columns: number, slot: number): void;
  subtract(slot: number, part: number, columns: number): void;
  partition(from: number, to: number, feature: number, threshold: number, missingLeft: number): number;
  takeSteps(): void;
  setSteps(from: number, to: number, value: number): void;
  setStepsBySide(
    ...cut: [
      from: number,
      to: number,
      feature: number,
      threshold: number,
      missingLeft: number,
      left: number,
      right: number,
    ]
  ): void;
  search(slot: number, columns: number, gradient: number, hessian: number): void;
  addProfile(slot: number, columns: number, gradient: number, hessian: number): void;
}

/** Bytes in front of the arrays, where their places are written. */
const PREAMBLE = 128;

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
    const preamble = Math.ceil(wasm.freeFrom() / LINE) * LINE;
    const { places, end } = placesOf(shape, preamble + PREAMBLE);
    invariant(4 * places.length <= PREAMBLE, 'the places of the arrays fit before them');
    growTo(wasm.memory, end);
    new Uint32Array(wasm.memory.buffer, preamble, places.length).set(places);
    wasm.attach(preamble, shape.rows, shape.features, octetStride(shape.features));
    this.arrays = viewsOn(wasm.memory.buffer, shape, preamble + PREAMBLE);
  }

  prepare(): void {
    this.#wasm.prepare();
  }

  differentiate(objective: Objective): void {
    this.#wasm.differentiate(objective === 'binary' ? 1 : 0);
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

  setSteps({ from, to }: Span, value: number): void {
    this.#wasm.setSteps(from, to, value);
  }

  setStepsBySide({ from, to }: Span, { feature, threshold, isMissingLeft }: Cut, { left, right }: SideValues): void {
    this.#wasm.setStepsBySide(from, to, feature, threshold, isMissingLeft ? 1 : 0, left, right);
  }

  takeSteps(): void {
    this.#wasm.takeSteps();
  }

  close(): void {
    source.giveBack(this.#wasm);
  }

  #answeredSums(): Sums {
    const { found } = this.arrays;
    return { gradient: at(found, LEFT_GRADIENT), hessian: at(found, LEFT_HESSIAN) };
  }
}
