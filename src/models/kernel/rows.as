/** Loops over the rows of a node: which side they go to, and what their leaves add to them. */
import { bins, margins, order, rows, spareOrder, steps } from './memory';

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
  const first = order + (<usize>from << 2);
  const end = order + (<usize>to << 2);
  let left = first;
  let right = spareOrder;
  for (let place = first; place < end; place += 4) {
    const row = load<u32>(place);
    const step = isLeft(load<u8>(column + <usize>row), threshold, missingLeft) << 2;
    // Written to both sides; only one of them moves on. The left one never overtakes what is still to be read.
    store<u32>(right, row);
    store<u32>(left, row);
    left += <usize>step;
    right += <usize>(step ^ 4);
  }
  memory.copy(left, spareOrder, right - spareOrder);
  return <i32>((left - order) >> 2);
}

export function setSteps(from: i32, to: i32, value: f32): void {
  const end = order + (<usize>to << 2);
  for (let place = order + (<usize>from << 2); place < end; place += 4) {
    store<f32>(steps + (<usize>load<u32>(place) << 2), value);
  }
}

export function setStepsBySide(
  from: i32, to: i32, feature: i32, threshold: i32, missingLeft: i32,
  left: f32, right: f32,
): void {
  const column = bins + <usize>feature * rows;
  const target = steps;
  const ofLeft = reinterpret<i32>(left);
  const ofRight = reinterpret<i32>(right);
  const end = order + (<usize>to << 2);
  for (let place = order + (<usize>from << 2); place < end; place += 4) {
    const row = <usize>load<u32>(place);
    // Of whole numbers one is selected without a branch.
    const value = select(ofLeft, ofRight, isLeft(load<u8>(column + row), threshold, missingLeft) != 0);
    store<i32>(target + (row << 2), value);
  }
}

export function takeSteps(): void {
  for (let row: usize = 0; row < rows; row++) {
    const margin = margins + (row << 3);
    store<f64>(margin, load<f64>(margin) + <f64>load<f32>(steps + (row << 2)));
  }
}
