/** Binning in plain TypeScript: it defines what the WebAssembly loops compute, and takes their place where a column is too long. */
import { at } from '../../strategies/index.ts';
import { type Binning, type Column, lengthOf } from './binning.ts';

const MISSING = 255;

export const plainBinning: Binning = {
  cut: (columns, maxBin) => columns.map((column) => cutColumn(column, maxBin)),
  bin(column, cuts, bins) {
    for (const [i, value] of numbersOf(column).entries()) {
      bins[i] = Number.isFinite(value) ? cutsUpTo(value, cuts) : MISSING;
    }
  },
};

function cutColumn(column: Column, maxBin: number): Float64Array {
  // Adding 0 makes 0 of −0, so that an edge has the same bytes whichever of them came first.
  const sorted = numbersOf(column)
    .filter((value) => Number.isFinite(value))
    .map((value) => value + 0)
    .toSorted();
  const distinct = fewValues(sorted, maxBin);
  return distinct === null ? quantileCuts(sorted, maxBin) : distinct.slice(1);
}

function numbersOf(column: Column): Float64Array {
  const { values, rows } = column;
  return rows === null
    ? Float64Array.from(values)
    : Float64Array.from({ length: lengthOf(column) }, (_, i) => values[rows[i] ?? 0] ?? Number.NaN);
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
function quantileCuts(sorted: Float64Array, maxBin: number): Float64Array {
  const cuts = new Float64Array(maxBin - 1);
  let count = 0;
  let last = at(sorted, 0);
  for (let bin = 1; bin < maxBin; bin++) {
    const cut = at(sorted, Math.floor((bin * sorted.length) / maxBin));
    if (cut > last) cuts[count++] = cut;
    last = cut;
  }
  return cuts.slice(0, count);
}

/** The number of cuts ≤ value, by bisection. */
function cutsUpTo(value: number, cuts: Float64Array): number {
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(cuts, middle) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
