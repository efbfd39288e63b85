/** Where the values of each feature are cut into bins. Fitted on training rows only, so that nothing else is known to a model. */
import { createHash } from 'node:crypto';
import { binning } from './binning/index.ts';
import { columnOf, type Features } from './features.ts';

/** At most so many bins per feature: one byte, of which 255 means missing. */
export const MAX_BINS = 255;

/** Cuts per feature. Plain data: it can be cloned to another thread. */
export interface BinEdges {
  readonly names: readonly string[];
  /**
   * For each feature, ascending and finite. The bin of x is the number of edges ≤ x, so an edge belongs to the bin on its
   * right; a feature with k edges has k + 1 bins. Each edge is a value that occurred.
   */
  readonly edges: readonly Float64Array[];
  /** SHA-256 of names and edges, hexadecimal: two that are equal bin alike. */
  readonly hash: string;
}

/**
 * Cuts each feature at quantiles of its values in `rows`. A feature with at most `maxBin` different values gets a bin for
 * each of them.
 *
 * @param rows the rows to look at, null for all
 * @param maxBin bins per feature at most, 2 to 255
 */
export function fitBins(features: Features, rows: Int32Array | null, maxBin: number): BinEdges {
  const columns = features.names.map((_, column) => ({ values: columnOf(features, column), rows }));
  return binEdges(features.names, binning.cut(columns, maxBin));
}

/** Edges with the hash that belongs to them. */
export function binEdges(names: readonly string[], edges: readonly Float64Array[]): BinEdges {
  const hash = createHash('sha256').update(JSON.stringify(names));
  for (const each of edges)
    hash.update(`;${each.length};`).update(new Uint8Array(each.buffer, each.byteOffset, each.byteLength));
  return { names, edges, hash: hash.digest('hex') };
}
