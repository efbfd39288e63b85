/** Where the values of each feature are cut into bins. Fitted on training rows only, so that nothing else is known to a model. */
import { createHash } from 'node:crypto';
import { at } from '../strategies/index.ts';
import { allRows, type Features } from './features.ts';
import { sortValues } from './sort-values.ts';

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
  const picked = rows ?? allRows(features.rows);
  const edges = features.names.map((_, column) => cut(sortedValues(features, column, picked), maxBin));
  return binEdges(features.names, edges);
}

/** Edges with the hash that belongs to them. */
export function binEdges(names: readonly string[], edges: readonly Float64Array[]): BinEdges {
  const hash = createHash('sha256').update(JSON.stringify(names));
  for (const each of edges)
    hash.update(`;${each.length};`).update(new Uint8Array(each.buffer, each.byteOffset, each.byteLength));
  return { names, edges, hash: hash.digest('hex') };
}

/** The finite values of a column, ascending. */
function sortedValues({ rows: stride, values }: Features, column: number, rows: Int32Array): Float64Array {
  const sorted = new Float64Array(rows.length);
  let count = 0;
  for (const row of rows) {
    const value = values[column * stride + row] ?? Number.NaN;
    // Adding 0 makes 0 of −0, which would be told apart from 0 by its bytes only.
    if (Number.isFinite(value)) sorted[count++] = value + 0;
  }
  return sortValues(sorted.subarray(0, count));
}

function cut(sorted: Float64Array, maxBin: number): Float64Array {
  const distinct = fewValues(sorted, maxBin);
  // The smallest value needs no edge: nothing is below it.
  return distinct === null ? quantileEdges(sorted, maxBin) : distinct.slice(1);
}

/** The different values; null when they are more than `most`. */
function fewValues(sorted: Float64Array, most: number): Float64Array | null {
  const values = new Float64Array(most);
  let count = 0;
  for (let place = 0; place < sorted.length; place++) {
    if (place > 0 && at(sorted, place) === at(sorted, place - 1)) continue;
    if (count === most) return null;
    values[count++] = at(sorted, place);
  }
  return values.subarray(0, count);
}

/** The k-th of `maxBin` quantiles for each k ≥ 1, each once; a value that fills several bins fills one. */
function quantileEdges(sorted: Float64Array, maxBin: number): Float64Array {
  const edges = new Float64Array(maxBin - 1);
  let count = 0;
  let last = at(sorted, 0);
  for (let bin = 1; bin < maxBin; bin++) {
    const edge = at(sorted, Math.floor((bin * sorted.length) / maxBin));
    if (edge > last) edges[count++] = edge;
    last = edge;
  }
  return edges.slice(0, count);
}
