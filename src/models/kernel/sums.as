/**
 * Histograms. Bars follow each other slowly: consecutive rows often fall into the same bin, and each addition then waits for
 * the one before. So many features are summed side by side; they do not wait for each other. Half of the time of a training
 * is spent in `addEight`: what is not needed per row and feature is done outside of it.
 */
import {
  bins,
  columnAt,
  features,
  gradients,
  HISTOGRAM_BYTES,
  histogramOf,
  octets,
  octetStride,
  order,
  parts,
  rows,
} from './memory';

/**
 * Rows that are summed for all features before the next ones. Their lines, the pairs, and the histograms of sixteen features
 * (32 KiB) stay in the first cache.
 */
const BLOCK: i32 = 128;

/** Rows whose octets are written before those of the next ones. */
const TURNED: usize = 512;

/** Features of an octet that must be wanted, for all eight to be summed. */
const ENOUGH: i32 = 4;

/** Where the octets of the rows of a block begin. */
const LINES = memory.data(512, 16);

/** Hessians and gradients of the rows of a block. */
const PAIRS = memory.data(1024, 16);

/** Keeps what `fetch` has read, so that the compiler does not leave it out. */
let fetched: u32 = 0;

/** Writes the bins by rows, some rows for all features before the next ones: their lines then stay in the cache. */
export function prepare(): void {
  for (let from: usize = 0; from < rows; from += TURNED) {
    const to = min(from + TURNED, rows);
    for (let first: usize = 0; first < features; first += 8) turnOctet(first, from, to);
  }
}

function turnOctet(first: usize, from: usize, to: usize): void {
  const column = bins + first * rows;
  const last = features - first - 1;
  for (let row = from; row < to; row++) {
    // Behind the last feature the last one is repeated; nobody looks at it.
    const a = byteOf(column, row, 0) | (byteOf(column, row, min(1, last)) << 8);
    const b = byteOf(column, row, min(2, last)) | (byteOf(column, row, min(3, last)) << 8);
    const c = byteOf(column, row, min(4, last)) | (byteOf(column, row, min(5, last)) << 8);
    const d = byteOf(column, row, min(6, last)) | (byteOf(column, row, min(7, last)) << 8);
    store<u64>(octets + row * octetStride + first, a | (b << 16) | (c << 32) | (d << 48));
  }
}

// @ts-ignore: decorator
@inline
function byteOf(column: usize, row: usize, k: usize): u64 {
  return <u64>load<u8>(column + k * rows + row);
}

/** The place in `columns` behind the features of the octet that the i-th of them is in. */
function octetEnd(i: i32, columnCount: i32): i32 {
  const last = columnAt(i) | 7;
  while (i < columnCount && columnAt(i) <= last) i++;
  return i;
}

/** Whether the features from the i-th to that before `end` are summed together with the rest of their octet. */
function isOctet(i: i32, end: i32): bool {
  return end - i >= ENOUGH && (columnAt(i) | 7) < features;
}

// @ts-ignore: decorator
@inline
function partAt(i: i32): usize {
  return load<u32>(parts + (<usize>i << 2));
}

/** Octets are noted from the front of `parts`, features that are summed alone from its back. */
export function build(from: i32, to: i32, columnCount: i32, slot: i32): void {
  let whole = 0;
  let alone = <i32>features;
  for (let i = 0, end = 0; i < columnCount; i = end) {
    end = octetEnd(i, columnCount);
    if (isOctet(i, end)) {
      const first = columnAt(i) & ~7;
      memory.fill(histogramOf(slot, first), 0, 8 * HISTOGRAM_BYTES);
      store<u32>(parts + (<usize>(whole++) << 2), <u32>first);
      continue;
    }
    for (let k = i; k < end; k++) {
      memory.fill(histogramOf(slot, columnAt(k)), 0, HISTOGRAM_BYTES);
      store<u32>(parts + (<usize>(--alone) << 2), <u32>columnAt(k));
    }
  }
  for (let start = from; start < to; start += BLOCK) {
    const stop = min(start + BLOCK, to);
    fetch(start, stop);
    const end = LINES + (<usize>(stop - start) << 2);
    sumOctets(end, whole, slot);
    sumAlone(end, alone, slot);
  }
}

/**
 * Notes where the rows begin, and their pairs. Those of a node lie scattered: a loop that does nothing but read their first
 * and last byte, which may be in two lines of the cache, has many loads under way at the same time, and the sums then find
 * them there.
 */
function fetch(from: i32, to: i32): void {
  const base = octets;
  const stride = octetStride;
  const last = stride - 1;
  const end = order + (<usize>to << 2);
  let seen: u32 = 0;
  const pairs = gradients;
  let line: usize = LINES;
  let pair: usize = PAIRS;
  for (let place = order + (<usize>from << 2); place < end; place += 4) {
    const number = <usize>load<u32>(place);
    const row = base + number * stride;
    store<u32>(line, <u32>row);
    store<i64>(pair, load<i64>(pairs + (number << 3)));
    pair += 8;
    seen |= <u32>load<u8>(row) | <u32>load<u8>(row + last);
    line += 4;
  }
  fetched = seen;
}

function sumOctets(end: usize, whole: i32, slot: i32): void {
  let i = 0;
  for (; i + 2 <= whole; i += 2) {
    const a = partAt(i);
    const b = partAt(i + 1);
    sumSixteen(end, a, histogramOf(slot, a), b, histogramOf(slot, b));
  }
  if (i < whole) sumEight(end, partAt(i), histogramOf(slot, partAt(i)));
}

function sumAlone(end: usize, alone: i32, slot: i32): void {
  let i = alone;
  for (; i + 2 <= <i32>features; i += 2) {
    const a = partAt(i);
    const b = partAt(i + 1);
    sumTwo(end, a, histogramOf(slot, a), b, histogramOf(slot, b));
  }
  if (i < <i32>features) sumOne(end, partAt(i), histogramOf(slot, partAt(i)));
}

function sumSixteen(end: usize, a: usize, histogramA: usize, b: usize, histogramB: usize): void {
  let line: usize = LINES;
  let pairs: usize = PAIRS;
  do {
    const row = <usize>load<u32>(line);
    const pair = load<i64>(pairs);
    addEight(histogramA, row + a, pair);
    addEight(histogramB, row + b, pair);
    pairs += 8;
    line += 4;
  } while (line < end);
}

function sumEight(end: usize, a: usize, histogram: usize): void {
  let line: usize = LINES;
  let pairs: usize = PAIRS;
  do {
    addEight(histogram, <usize>load<u32>(line) + a, load<i64>(pairs));
    pairs += 8;
    line += 4;
  } while (line < end);
}

function sumTwo(end: usize, a: usize, histogramA: usize, b: usize, histogramB: usize): void {
  let line: usize = LINES;
  let pairs: usize = PAIRS;
  do {
    const row = <usize>load<u32>(line);
    const pair = load<i64>(pairs);
    addOne(histogramA, row + a, pair);
    addOne(histogramB, row + b, pair);
    pairs += 8;
    line += 4;
  } while (line < end);
}

function sumOne(end: usize, a: usize, histogram: usize): void {
  let line: usize = LINES;
  let pairs: usize = PAIRS;
  do {
    addOne(histogram, <usize>load<u32>(line) + a, load<i64>(pairs));
    pairs += 8;
    line += 4;
  } while (line < end);
}

// @ts-ignore: decorator
@inline
function addOne(histogram: usize, bin: usize, pair: i64): void {
  const entry = histogram + (<usize>load<u8>(bin) << 3);
  store<i64>(entry, load<i64>(entry) + pair);
}

// @ts-ignore: decorator
@inline
function addEight(histogram: usize, octet: usize, pair: i64): void {
  const a = histogram + (<usize>load<u8>(octet) << 3);
  store<i64>(a, load<i64>(a) + pair);
  const b = histogram + (<usize>load<u8>(octet, 1) << 3);
  store<i64>(b, load<i64>(b, 2048) + pair, 2048);
  const c = histogram + (<usize>load<u8>(octet, 2) << 3);
  store<i64>(c, load<i64>(c, 4096) + pair, 4096);
  const d = histogram + (<usize>load<u8>(octet, 3) << 3);
  store<i64>(d, load<i64>(d, 6144) + pair, 6144);
  const e = histogram + (<usize>load<u8>(octet, 4) << 3);
  store<i64>(e, load<i64>(e, 8192) + pair, 8192);
  const f = histogram + (<usize>load<u8>(octet, 5) << 3);
  store<i64>(f, load<i64>(f, 10240) + pair, 10240);
  const g = histogram + (<usize>load<u8>(octet, 6) << 3);
  store<i64>(g, load<i64>(g, 12288) + pair, 12288);
  const h = histogram + (<usize>load<u8>(octet, 7) << 3);
  store<i64>(h, load<i64>(h, 14336) + pair, 14336);
}

export function subtract(slot: i32, part: i32, columnCount: i32): void {
  for (let i = 0; i < columnCount; i++) {
    const feature = columnAt(i);
    let whole = histogramOf(slot, feature);
    let other = histogramOf(part, feature);
    const end = whole + HISTOGRAM_BYTES;
    while (whole < end) {
      v128.store(whole, i64x2.sub(v128.load(whole), v128.load(other)));
      v128.store(whole, i64x2.sub(v128.load(whole, 16), v128.load(other, 16)), 16);
      whole += 32;
      other += 32;
    }
  }
}
