/** Features as bytes: the number of the bin of each value. Trees are trained on these and never see the values. */
import { invariant } from '../core/index.ts';
import { at } from '../strategies/index.ts';
import type { BinEdges } from './bin-edges.ts';
import { allRows, type Features } from './features.ts';

/** The bin of a missing value. */
export const MISSING = 255;

/** Bins of features, in memory that threads can share. */
export interface BinnedFeatures {
  readonly edges: BinEdges;
  readonly rows: number;
  /** [edges.names.length, rows], column-major. */
  readonly bins: Uint8Array;
}

/** Sorts every value into its bin. The features are those that the edges were fitted on, in the same order. */
export function binFeatures(features: Features, edges: BinEdges): BinnedFeatures {
  return binRows(features, edges, allRows(features.rows));
}

/** The same for some rows, which become the rows 0, 1, … of the result. */
export function binRows(features: Features, edges: BinEdges, rows: Int32Array): BinnedFeatures {
  invariant(
    features.names.length === edges.names.length && features.names.every((name, j) => name === edges.names[j]),
    'features are binned with the edges that were fitted on them',
  );
  const bins = new Uint8Array(new SharedArrayBuffer(edges.names.length * rows.length));
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
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i] ?? 0] ?? Number.NaN;
    bins[i] = Number.isFinite(value) ? binOf(cuts, value) : MISSING;
  }
}

/** The number of cuts ≤ value. */
function binOf(cuts: Float64Array, value: number): number {
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(cuts, middle) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
