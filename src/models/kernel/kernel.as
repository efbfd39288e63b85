/**
 * The kernel as WebAssembly (AssemblyScript). `plain-kernel.ts` says what each function computes and why, and a test holds
 * the two together; this file is about speed. `npm run generate` compiles it into `kernel.generated.ts`.
 *
 * Bars follow each other slowly: consecutive rows often fall into the same bin, and each addition then waits for the one
 * before. So eight features, whose bins one load brings, are summed side by side; they do not wait for each other.
 */

const ENTRIES: i32 = 256;
const HISTOGRAM_BYTES: usize = 8 * 256;
const MISSING: i32 = 255;

/** Rows that are summed for all features before the next ones, so that their bins are fetched from memory once. */
const BLOCK: i32 = 256;

/** Features of an octet that must be wanted, for all eight to be summed. */
const ENOUGH: i32 = 4;

let rows: usize = 0;
let features: usize = 0;
let bins: usize = 0;
let octets: usize = 0;
let octetStride: usize = 0;
let order: usize = 0;
let gradients: usize = 0;
let spareOrder: usize = 0;
let spareGradients: usize = 0;
let columns: usize = 0;
let binCounts: usize = 0;
let hasMissing: usize = 0;
let histograms: usize = 0;
let settings: usize = 0;
let found: usize = 0;
let margins: usize = 0;
let derivatives: usize = 0;
let profile: usize = 0;
let firsts: usize = 0;
/** Keeps what `touch` has read, so that the compiler does not leave it out. */
let touched: u32 = 0;

/** The first byte that is free. */
export function freeFrom(): usize {
  return __heap_base;
}

/** Takes the places of the arrays, in the order of `layout.ts`, from `places` on. */
export function attach(places: usize, rowCount: i32, featureCount: i32, stride: i32): void {
  rows = rowCount;
  features = featureCount;
  octetStride = stride;
  bins = load<u32>(places, 0);
  octets = load<u32>(places, 4);
  order = load<u32>(places, 8);
  gradients = load<u32>(places, 12);
  spareOrder = load<u32>(places, 16);
  spareGradients = load<u32>(places, 20);
  columns = load<u32>(places, 24);
  binCounts = load<u32>(places, 28);
  hasMissing = load<u32>(places, 32);
  histograms = load<u32>(places, 36);
  settings = load<u32>(places, 40);
  found = load<u32>(places, 44);
  margins = load<u32>(places, 48);
  derivatives = load<u32>(places, 52);
  profile = load<u32>(places, 56);
  firsts = load<u32>(places, 60);
}

// @ts-ignore: decorator
@inline
function histogramOf(slot: i32, feature: usize): usize {
  return histograms + (<usize>slot * features + feature) * HISTOGRAM_BYTES;
}

// @ts-ignore: decorator
@inline
function columnAt(i: i32): usize {
  return load<u32>(columns + (<usize>i << 2));
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

/** Writes the bins by rows. */
export function prepare(): void {
  for (let first: usize = 0; first < features; first += 8) {
    const column = bins + first * rows;
    const last = features - first - 1;
    for (let row: usize = 0; row < rows; row++) {
      // Behind the last feature the last one is repeated; nobody looks at it.
      const a = byteOf(column, row, 0) | (byteOf(column, row, min(1, last)) << 8);
      const b = byteOf(column, row, min(2, last)) | (byteOf(column, row, min(3, last)) << 8);
      const c = byteOf(column, row, min(4, last)) | (byteOf(column, row, min(5, last)) << 8);
      const d = byteOf(column, row, min(6, last)) | (byteOf(column, row, min(7, last)) << 8);
      store<u64>(octets + row * octetStride + first, a | (b << 16) | (c << 32) | (d << 48));
    }
  }
}

// @ts-ignore: decorator
@inline
function byteOf(column: usize, row: usize, k: usize): u64 {
  return <u64>load<u8>(column + k * rows + row);
}

// @ts-ignore: decorator
@inline
function derivativesAt(place: usize): v128 {
  return v128.load(derivatives + (<usize>load<u32>(place) << 4));
}

export function measure(count: i32): void {
  let sums = f64x2.splat(0);
  const end = order + (<usize>count << 2);
  for (let place = order; place < end; place += 4) sums = f64x2.add(sums, f64x2.abs(derivativesAt(place)));
  store<f64>(found, f64x2.extract_lane(sums, 1), 32);
  store<f64>(found, f64x2.extract_lane(sums, 0), 40);
}

export function quantise(count: i32, perGradient: f64, perHessian: f64): void {
  const factors = f64x2(perHessian, perGradient);
  const half = f64x2.splat(0.5);
  let sums: i64 = 0;
  let target = gradients;
  const end = order + (<usize>count << 2);
  for (let place = order; place < end; place += 4) {
    const nearest = f64x2.floor(f64x2.add(f64x2.mul(derivativesAt(place), factors), half));
    const pair = i64x2.extract_lane(i32x4.trunc_sat_f64x2_s_zero(nearest), 0);
    store<i64>(target, pair);
    sums += pair;
    target += 8;
  }
  store<f64>(found, <f64>(<i32>(sums >> 32)), 32);
  store<f64>(found, <f64>(<i32>sums), 40);
}

export function build(from: i32, to: i32, columnCount: i32, slot: i32): void {
  let wanted = 0;
  for (let i = 0, end = 0; i < columnCount; i = end) {
    end = octetEnd(i, columnCount);
    if (isOctet(i, end)) {
      const first = columnAt(i) & ~7;
      memory.fill(histogramOf(slot, first), 0, 8 * HISTOGRAM_BYTES);
      store<u32>(firsts + (wanted++ << 2), <u32>first);
    } else sumColumns(from, to, i, end, slot);
  }
  if (wanted > 0) sumOctets(from, to, wanted, slot);
}

/**
 * Sums the octets of `firsts`, block by block. The rows of a node lie scattered; they are touched first, because a loop that
 * does nothing else has many loads under way at the same time, and the sums then find them in the cache.
 */
function sumOctets(from: i32, to: i32, wanted: i32, slot: i32): void {
  for (let start = from; start < to; start += BLOCK) {
    const stop = min(start + BLOCK, to);
    const row = load<i32>(order + (<usize>start << 2));
    // Rows that follow each other are fetched ahead by the processor.
    if (load<i32>(order + (<usize>(stop - 1) << 2)) - row != stop - 1 - start) touch(start, stop);
    for (let i = 0; i < wanted; i++) {
      const first = <usize>load<u32>(firsts + (<usize>i << 2));
      sumEight(start, stop, octets + first, histogramOf(slot, first));
    }
  }
}

/** Reads the first and the last byte of each row, which may be in two lines of the cache. */
function touch(from: i32, to: i32): void {
  let seen: u32 = 0;
  const end = order + (<usize>to << 2);
  for (let place = order + (<usize>from << 2); place < end; place += 4) {
    const row = octets + <usize>load<u32>(place) * octetStride;
    seen |= <u32>load<u8>(row) | <u32>load<u8>(row + octetStride - 1);
  }
  touched = seen;
}

function sumColumns(from: i32, to: i32, i: i32, end: i32, slot: i32): void {
  for (let k = i; k < end; k++) memory.fill(histogramOf(slot, columnAt(k)), 0, HISTOGRAM_BYTES);
  for (; i + 2 <= end; i += 2) {
    const a = columnAt(i);
    const b = columnAt(i + 1);
    sumTwo(from, to, bins + a * rows, histogramOf(slot, a), bins + b * rows, histogramOf(slot, b));
  }
  if (i < end) sumOne(from, to, bins + columnAt(i) * rows, histogramOf(slot, columnAt(i)));
}

function sumEight(from: i32, to: i32, first: usize, histogram: usize): void {
  let pairs = gradients + (<usize>from << 3);
  const end = order + (<usize>to << 2);
  for (let place = order + (<usize>from << 2); place < end; place += 4) {
    const octet = first + <usize>load<u32>(place) * octetStride;
    const pair = load<i64>(pairs);
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
    pairs += 8;
  }
}

// @ts-ignore: decorator
@inline
function addTo(histogram: usize, bin: usize, pair: i64): void {
  const entry = histogram + (<usize>load<u8>(bin) << 3);
  store<i64>(entry, load<i64>(entry) + pair);
}

function sumTwo(from: i32, to: i32, binsA: usize, histogramA: usize, binsB: usize, histogramB: usize): void {
  let pairs = gradients + (<usize>from << 3);
  const end = order + (<usize>to << 2);
  for (let place = order + (<usize>from << 2); place < end; place += 4) {
    const row = <usize>load<u32>(place);
    const pair = load<i64>(pairs);
    addTo(histogramA, binsA + row, pair);
    addTo(histogramB, binsB + row, pair);
    pairs += 8;
  }
}

function sumOne(from: i32, to: i32, binsA: usize, histogramA: usize): void {
  let pairs = gradients + (<usize>from << 3);
  const end = order + (<usize>to << 2);
  for (let place = order + (<usize>from << 2); place < end; place += 4) {
    addTo(histogramA, binsA + <usize>load<u32>(place), load<i64>(pairs));
    pairs += 8;
  }
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

export function partition(from: i32, to: i32, feature: i32, threshold: i32, missingLeft: i32): i32 {
  const column = bins + <usize>feature * rows;
  let left = from;
  let right = 0;
  for (let place = from; place < to; place++) {
    const row = load<u32>(order + (<usize>place << 2));
    const pair = load<i64>(gradients + (<usize>place << 3));
    const bin = <i32>load<u8>(column + <usize>row);
    const isLeft = bin == MISSING ? missingLeft : i32(bin <= threshold);
    // Written to both sides; only one of them moves on. The left one never overtakes what is still to be read.
    store<u32>(spareOrder + (<usize>right << 2), row);
    store<i64>(spareGradients + (<usize>right << 3), pair);
    store<u32>(order + (<usize>left << 2), row);
    store<i64>(gradients + (<usize>left << 3), pair);
    left += isLeft;
    right += 1 - isLeft;
  }
  memory.copy(order + (<usize>left << 2), spareOrder, <usize>right << 2);
  memory.copy(gradients + (<usize>left << 3), spareGradients, <usize>right << 3);
  return left;
}

export function addToMargins(from: i32, to: i32, value: f64): void {
  const end = order + (<usize>to << 2);
  for (let place = order + (<usize>from << 2); place < end; place += 4) {
    const margin = margins + (<usize>load<u32>(place) << 3);
    store<f64>(margin, load<f64>(margin) + value);
  }
}

/** Scores of the left and the right side: (|G| − α)²/(H + λ), |G| above α; H is positive. */
// @ts-ignore: decorator
@inline
function scoresOf(gradient: i32, hessian: i32, gradientSum: i32, hessianSum: i32, lambda: v128, alpha: v128): v128 {
  const g = f64x2(<f64>gradient, <f64>(gradientSum - gradient));
  const h = f64x2(<f64>hessian, <f64>(hessianSum - hessian));
  const moved = f64x2.max(f64x2.sub(f64x2.abs(g), alpha), f64x2.splat(0));
  return f32x4.demote_f64x2_zero(f64x2.div(f64x2.mul(moved, moved), f64x2.add(h, lambda)));
}

// @ts-ignore: decorator
@inline
function scoreOf(gradient: i32, hessian: i32, lambda: f64, alpha: f64): f64 {
  if (hessian <= 0) return 0;
  const moved = max(abs(<f64>gradient) - alpha, 0);
  return <f64>(<f32>((moved * moved) / (<f64>hessian + lambda)));
}

/** A hessian is an integer, so at least x means at least x rounded up. */
function lightest(): i32 {
  return <i32>min(max(ceil(load<f64>(settings, 16)), 1), 2147483647);
}

let bestGain: f32 = 0;
let bestFeature: i32 = 0;
let bestThreshold: i32 = 0;
let bestMissingLeft: i32 = 0;
let bestGradient: i32 = 0;
let bestHessian: i32 = 0;

export function search(slot: i32, columnCount: i32, gradientSum: i32, hessianSum: i32): void {
  const lambda = load<f64>(settings);
  const alpha = load<f64>(settings, 8);
  const least = lightest();
  const root = scoreOf(gradientSum, hessianSum, lambda, alpha);
  bestGain = 0;
  for (let i = 0; i < columnCount; i++) {
    const feature = columnAt(i);
    const histogram = histogramOf(slot, feature);
    const count = load<i32>(binCounts + (feature << 2));
    searchUp(<i32>feature, histogram, count, gradientSum, hessianSum, least, root, f64x2.splat(lambda), f64x2.splat(alpha));
    if (load<i64>(histogram, 8 * 255) != 0) {
      searchDown(<i32>feature, histogram, count, gradientSum, hessianSum, least, root, f64x2.splat(lambda), f64x2.splat(alpha));
    }
  }
  store<f64>(found, bestGain);
  store<f64>(found, bestFeature, 8);
  store<f64>(found, bestThreshold, 16);
  store<f64>(found, bestMissingLeft, 24);
  store<f64>(found, bestGradient, 32);
  store<f64>(found, bestHessian, 40);
}

// @ts-ignore: decorator
@inline
function gainOf(scores: v128, root: f64): f32 {
  return <f32>(<f64>f32x4.extract_lane(scores, 0) + <f64>f32x4.extract_lane(scores, 1) - root);
}

function searchUp(
  feature: i32, histogram: usize, count: i32, gradientSum: i32, hessianSum: i32,
  least: i32, root: f64, lambda: v128, alpha: v128,
): void {
  let gradient: i32 = 0;
  let hessian: i32 = 0;
  let best = bestGain;
  let threshold = -1;
  let bestG: i32 = 0;
  let bestH: i32 = 0;
  const most = hessianSum - least;
  for (let bin = 0; bin < count; bin++) {
    const pair = load<i64>(histogram + (<usize>bin << 3));
    if (pair == 0) continue;
    hessian += <i32>pair;
    gradient += <i32>(pair >> 32);
    if (hessian < least) continue;
    if (hessian > most) break;
    const gain = gainOf(scoresOf(gradient, hessian, gradientSum, hessianSum, lambda, alpha), root);
    if (gain > best) {
      best = gain;
      threshold = bin;
      bestG = gradient;
      bestH = hessian;
    }
  }
  if (threshold >= 0) keep(best, feature, threshold, 0, bestG, bestH);
}

function searchDown(
  feature: i32, histogram: usize, count: i32, gradientSum: i32, hessianSum: i32,
  least: i32, root: f64, lambda: v128, alpha: v128,
): void {
  let gradient = gradientSum;
  let hessian = hessianSum;
  let best = bestGain;
  let threshold = -1;
  let bestG: i32 = 0;
  let bestH: i32 = 0;
  const most = hessianSum - least;
  for (let bin = count - 1; bin > 0; bin--) {
    const pair = load<i64>(histogram + (<usize>bin << 3));
    if (pair == 0) continue;
    hessian -= <i32>pair;
    gradient -= <i32>(pair >> 32);
    if (hessian > most) continue;
    if (hessian < least) break;
    const gain = gainOf(scoresOf(gradient, hessian, gradientSum, hessianSum, lambda, alpha), root);
    if (gain > best) {
      best = gain;
      threshold = bin - 1;
      bestG = gradient;
      bestH = hessian;
    }
  }
  if (threshold >= 0) keep(best, feature, threshold, 1, bestG, bestH);
}

function keep(gain: f32, feature: i32, threshold: i32, missingLeft: i32, gradient: i32, hessian: i32): void {
  bestGain = gain;
  bestFeature = feature;
  bestThreshold = threshold;
  bestMissingLeft = missingLeft;
  bestGradient = gradient;
  bestHessian = hessian;
}

export function addProfile(slot: i32, columnCount: i32, gradientSum: i32, hessianSum: i32): void {
  const lambda = load<f64>(settings);
  const alpha = load<f64>(settings, 8);
  const root = scoreOf(gradientSum, hessianSum, lambda, alpha);
  for (let i = 0; i < columnCount; i++) {
    const feature = columnAt(i);
    const histogram = histogramOf(slot, feature);
    const count = load<i32>(binCounts + (feature << 2));
    const target = profile + (feature << 12);
    addGains(histogram, 0, count, gradientSum, hessianSum, root, lambda, alpha, target);
    if (load<i32>(hasMissing + (feature << 2)) == 0) continue;
    const missing = load<i64>(histogram, 8 * 255);
    addGains(histogram, missing, count, gradientSum, hessianSum, root, lambda, alpha, target + 8 * ENTRIES);
  }
}

function addGains(
  histogram: usize, missing: i64, count: i32, gradientSum: i32, hessianSum: i32,
  root: f64, lambda: f64, alpha: f64, target: usize,
): void {
  let hessian = <i32>missing;
  let gradient = <i32>(missing >> 32);
  let gain = gainAt(gradient, hessian, gradientSum, hessianSum, root, lambda, alpha);
  for (let bin = 0; bin < count; bin++) {
    const pair = load<i64>(histogram + (<usize>bin << 3));
    if (pair != 0) {
      hessian += <i32>pair;
      gradient += <i32>(pair >> 32);
      gain = gainAt(gradient, hessian, gradientSum, hessianSum, root, lambda, alpha);
    }
    const place = target + (<usize>bin << 3);
    store<f64>(place, load<f64>(place) + gain);
  }
}

function gainAt(
  gradient: i32, hessian: i32, gradientSum: i32, hessianSum: i32,
  root: f64, lambda: f64, alpha: f64,
): f64 {
  if (hessian > 0 && hessian < hessianSum) {
    return <f64>gainOf(scoresOf(gradient, hessian, gradientSum, hessianSum, f64x2.splat(lambda), f64x2.splat(alpha)), root);
  }
  const left = scoreOf(gradient, hessian, lambda, alpha);
  const right = scoreOf(gradientSum - gradient, hessianSum - hessian, lambda, alpha);
  return <f64>(<f32>(left + right - root));
}
