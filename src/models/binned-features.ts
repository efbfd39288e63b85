/** Features as bytes: the number of the bin of each value. Trees are trained on these and never see the values. */
import { invariant } from '../core/index.ts';
import { at } from '../strategies/index.ts';
import type { BinEdges } from './bin-edges.ts';
import { allRows, type Features } from './features.ts';

/** The bin of a missing value. */
export const MISSING = 255;

/** Bins of features. Threads share them if their memory is shared. */
export interface BinnedFeatures {
  readonly edges: BinEdges;
  readonly rows: number;
  /** [edges.names.length, rows], column-major. */
  readonly bins: Uint8Array;
}

/**
 * Sorts every value into its bin. The features are those that the edges were fitted on, in the same order.
 *
 * @param bins where they go, [features.names.length, features.rows], overwritten; default: memory of this thread
 */
export function binFeatures(features: Features, edges: BinEdges, bins?: Uint8Array): BinnedFeatures {
  return binRows(features, edges, allRows(features.rows), bins);
}

/** The same for some rows, which become the rows 0, 1, … of the result. */
export function binRows(
  features: Features,
  edges: BinEdges,
  rows: Int32Array,
  bins: Uint8Array = new Uint8Array(edges.names.length * rows.length),
): BinnedFeatures {
  invariant(
    features.names.length === edges.names.length && features.names.every((name, j) => name === edges.names[j]),
    'features are binned with the edges that were fitted on them',
  );
  for (const [column, cuts] of edges.edges.entries()) {
    const values = features.values.subarray(column * features.rows, (column + 1) * features.rows);
    binColumn({ values, cuts, rows }, bins.subarray(column * rows.length, (column + 1) * rows.length));
  }
  return { edges, rows: rows.length, bins };
}

interface Column {
  readonly values: Float64Array | Float32Array;
  readonly cuts: Float64Array;
  readonly rows: Int32Array;
}

function binColumn({ values, cuts, rows }: Column, bins: Uint8Array): void {
  const finder = new BinFinder(cuts);
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i] ?? 0] ?? Number.NaN;
    bins[i] = Number.isFinite(value) ? finder.binOf(value) : MISSING;
  }
}

/** Equal parts of the range of the cuts. Most hold one cut or none, so that little is left to search. */
const CELLS = 1024;

/** Finds the bins of a feature. */
class BinFinder {
  readonly #cuts: Float64Array;
  readonly #lowest: number;
  readonly #scale: number;
  /** Cuts in front of each cell, and all of them behind the last one. */
  readonly #before = new Int32Array(CELLS + 1);

  constructor(cuts: Float64Array) {
    this.#cuts = cuts;
    this.#lowest = cuts[0] ?? 0;
    this.#scale = CELLS / ((cuts.at(-1) ?? 0) - this.#lowest);
    for (const cut of cuts) {
      const next = this.#cellOf(cut) + 1;
      this.#before[next] = (this.#before[next] ?? 0) + 1;
    }
    for (let cell = 1; cell <= CELLS; cell++) {
      this.#before[cell] = (this.#before[cell] ?? 0) + (this.#before[cell - 1] ?? 0);
    }
  }

  /** The number of cuts ≤ value. */
  binOf(value: number): number {
    const cell = this.#cellOf(value);
    let low = this.#before[cell] ?? 0;
    let high = this.#before[cell + 1] ?? 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (at(this.#cuts, middle) <= value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Never falls from a number to a larger one, however it is rounded; whatever is no number, as 0 · ∞, is in cell 0. */
  #cellOf(value: number): number {
    return Math.min(CELLS - 1, Math.max(0, (value - this.#lowest) * this.#scale)) | 0;
  }
}
