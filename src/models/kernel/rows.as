/** Loops over the rows of a node: which side they go to, and what their leaf adds to them. */
import { bins, gradients, margins, order, rows, spareGradients, spareOrder } from './memory';

/**
 * 1 for a bin that goes left, else 0. Missing values have bin 255, right of every threshold; where they go left, one is added
 * to both, and the byte of the missing becomes 0.
 */
// @ts-ignore: decorator
@inline
function isLeft(bin: u32, threshold: u32, missingLeft: u32): u32 {
  return u32(((bin + missingLeft) & 255) <= threshold + missingLeft);
}

export function partition(from: i32, to: i32, feature: i32, threshold: i32, missingLeft: i32): i32 {
  const column = bins + <usize>feature * rows;
  const firstPlace = order + (<usize>from << 2);
  const firstPair = gradients + (<usize>from << 3);
  const rightPlace = spareOrder;
  const rightPair = spareGradients;
  const end = order + (<usize>to << 2);
  let pairs = firstPair;
  let left: usize = 0;
  let right: usize = 0;
  for (let place = firstPlace; place < end; place += 4) {
    const row = load<u32>(place);
    const pair = load<i64>(pairs);
    const side = <usize>isLeft(load<u8>(column + <usize>row), threshold, missingLeft);
    // Written to both sides; only one of them moves on. The left one never overtakes what is still to be read.
    store<u32>(rightPlace + (right << 2), row);
    store<i64>(rightPair + (right << 3), pair);
    store<u32>(firstPlace + (left << 2), row);
    store<i64>(firstPair + (left << 3), pair);
    left += side;
    right += side ^ 1;
    pairs += 8;
  }
  memory.copy(firstPlace + (left << 2), rightPlace, right << 2);
  memory.copy(firstPair + (left << 3), rightPair, right << 3);
  return from + <i32>left;
}

export function addToMargins(from: i32, to: i32, value: f64): void {
  const end = order + (<usize>to << 2);
  for (let place = order + (<usize>from << 2); place < end; place += 4) {
    const margin = margins + (<usize>load<u32>(place) << 3);
    store<f64>(margin, load<f64>(margin) + value);
  }
}

export function addBySide(
  from: i32, to: i32, feature: i32, threshold: i32, missingLeft: i32,
  left: f64, right: f64,
): void {
  const column = bins + <usize>feature * rows;
  const target = margins;
  const ofLeft = reinterpret<i64>(left);
  const ofRight = reinterpret<i64>(right);
  const end = order + (<usize>to << 2);
  for (let place = order + (<usize>from << 2); place < end; place += 4) {
    const row = <usize>load<u32>(place);
    const margin = target + (row << 3);
    // Of whole numbers one is selected without a branch.
    const value = select(ofLeft, ofRight, isLeft(load<u8>(column + row), threshold, missingLeft) != 0);
    store<f64>(margin, load<f64>(margin) + reinterpret<f64>(value));
  }
}
