/** The way of rows through trees. */
import { at } from '../strategies/index.ts';
import { MISSING } from './binned-features.ts';
import { type Forest, LEAF } from './forest.ts';
import { byteAt, integerAt } from './kernel/index.ts';

/** Bins of rows, column-major: `bins[feature · stride + row]`. */
export interface BinColumns {
  readonly bins: Uint8Array;
  readonly stride: number;
}

/** Adds the leaf that each row reaches in a tree to its sum; `sums[i]` belongs to `rows[i]`. */
export function addTree(
  forest: Forest,
  tree: number,
  data: BinColumns & { readonly rows: Int32Array },
  sums: Float64Array,
): void {
  const { rows } = data;
  const root = integerAt(forest.roots, tree);
  for (let i = 0; i < rows.length; i++) {
    sums[i] = at(sums, i) + at(forest.value, leafOf(forest, root, data, integerAt(rows, i)));
  }
}

function leafOf(
  { feature, threshold, missingLeft, left }: Forest,
  root: number,
  data: BinColumns,
  row: number,
): number {
  let node = root;
  for (;;) {
    const column = integerAt(feature, node);
    if (column === LEAF) return node;
    const bin = byteAt(data.bins, column * data.stride + row);
    const isLeft = bin === MISSING ? byteAt(missingLeft, node) === 1 : bin <= byteAt(threshold, node);
    node = integerAt(left, node) + (isLeft ? 0 : 1);
  }
}
