/** Features as bytes: the number of the bin of each value. Trees are trained on these and never see the values. */
import { invariant } from '../core/index.ts';
import type { BinEdges } from './bin-edges.ts';
import { binning } from './binning/index.ts';
import { columnOf, type Features } from './features.ts';

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
  return binSome(features, edges, { rows: null, count: features.rows, bins });
}

/** The same for some rows, which become the rows 0, 1, … of the result. */
export function binRows(features: Features, edges: BinEdges, rows: Int32Array): BinnedFeatures {
  return binSome(features, edges, { rows, count: rows.length, bins: undefined });
}

interface Picked {
  /** Which rows, null for all. */
  readonly rows: Int32Array | null;
  readonly count: number;
  readonly bins: Uint8Array | undefined;
}

function binSome(features: Features, edges: BinEdges, { rows, count, bins }: Picked): BinnedFeatures {
  invariant(
    features.names.length === edges.names.length && features.names.every((name, j) => name === edges.names[j]),
    'features are binned with the edges that were fitted on them',
  );
  const all = bins ?? new Uint8Array(edges.names.length * count);
  for (const [column, cuts] of edges.edges.entries()) {
    const target = all.subarray(column * count, (column + 1) * count);
    binning.bin({ values: columnOf(features, column), rows }, cuts, target);
  }
  return { edges, rows: count, bins: all };
}
