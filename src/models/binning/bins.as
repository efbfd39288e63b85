/** The bins of numbers: a table says which cuts are near, and few of them are left to be compared. */
import { CUTS, isFinite } from './memory';

/** Equal parts of the range of the cuts. Most hold one cut or none. */
const CELLS: i32 = 2048;
/** [2048] cuts in front of each cell. */
const BEFORE = memory.data(2048, 16);
const MISSING: i32 = 255;

let lowest: f64 = 0;
let scale: f64 = 0;
/** Half of the cuts that are compared at most and one more, times 8: a power of two; 0 when none is compared. */
let stride: usize = 0;

/** Never falls from a number to a larger one, however it is rounded; whatever is no number, as 0 · ∞, is in cell 0. */
// @ts-ignore: decorator
@inline
function cellOf(value: f64): i32 {
  return min(CELLS - 1, max(0, <i32>((value - lowest) * scale)));
}

// @ts-ignore: decorator
@inline
function cutAt(i: i32): f64 {
  return load<f64>(CUTS + (<usize>i << 3));
}

/** To be called when the cuts of a column are in place, before their numbers are binned. */
export function prepare(count: i32): void {
  // The search may look behind the last cut.
  for (let i = count; i < 512; i++) store<f64>(CUTS + (<usize>i << 3), Infinity);
  lowest = count > 0 ? cutAt(0) : 0;
  scale = count > 0 ? <f64>CELLS / (cutAt(count - 1) - lowest) : 0;
  let widest = 0;
  let passed = 0;
  for (let cell = 0; cell < CELLS; cell++) {
    store<u8>(BEFORE + <usize>cell, <u8>passed);
    const begin = passed;
    while (passed < count && cellOf(cutAt(passed)) == cell) passed++;
    widest = max(widest, passed - begin);
  }
  stride = 0;
  for (let reach = 1; reach <= widest; reach <<= 1) stride = <usize>reach << 3;
}

/** Writes the bin of each of `count` numbers. */
export function bin(values: usize, count: i32, bins: usize): void {
  if (stride == 8) {
    for (let i: usize = 0; i < <usize>count; i++) binNext(values, bins, i, 8);
  } else {
    for (let i: usize = 0; i < <usize>count; i++) binNext(values, bins, i, stride);
  }
}

/** Those below a number are a cell's first: each step compares the middle one of what is left. */
// @ts-ignore: decorator
@inline
function binNext(values: usize, bins: usize, i: usize, start: usize): void {
  const value = load<f64>(values + (i << 3));
  let low = CUTS + (<usize>load<u8>(BEFORE + <usize>cellOf(value)) << 3);
  for (let step = start; step >= 8; step >>= 1) {
    low += select<usize>(step, 0, load<f64>(low + step - 8) <= value);
  }
  const found = <i32>((low - CUTS) >> 3);
  store<u8>(bins + i, select<i32>(found, MISSING, isFinite(reinterpret<u64>(value))));
}
