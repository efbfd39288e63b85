/** The sums of all unions as f32, each combination's in a unit of its own. */
import { blocks, combinations, groups, kept, means, NUMBER, roughUnions, row, squares, UNIONS, unions } from './memory';
import { barsOf, doubted } from './tables';

/** The least share of a combination's Σr² that a block may have, if any, so that f32 can hold it and its squares. */
const LIGHT: f64 = 1e-20;
/** Σr² above this might be squared beyond the range of f64, which rough scores would not see. */
const HEAVY: f64 = 1e280;

/**
 * Fills the tables from those of f64, and those of unions that there are not with whatever stands there; whether rough scores are as
 * near as they promise, for every combination: one that is doubtful, even in one block, has all scored in f64.
 */
export function prepareRough(): bool {
  if (doubted > 0 || !takeUnits()) return false;
  for (let union = 0; union < groups * UNIONS; union++) roughen(<usize>union * 2 * row);
  return true;
}

/** Finds a unit of Σr for each combination, in which its whole Σr² is 1; whether f32 can hold all sums in these. */
function takeUnits(): bool {
  // Those behind the last combination have none.
  memory.fill(kept, 0, row);
  for (let place = 0; place < combinations; place++) {
    const at = <usize>place * NUMBER;
    const power = powerOf(at);
    if (!(power < HEAVY && isEven(at, LIGHT * power))) return false;
    store<f64>(kept + at, power == 0 ? 0 : 1 / sqrt(power));
  }
  return true;
}

/** Σr² of a combination in all blocks. */
function powerOf(at: usize): f64 {
  let power: f64 = 0;
  for (let block = 0; block < blocks; block++) power += powerIn(block, at);
  return power;
}

/** Whether each block has at least so much of it, or nothing at all. */
function isEven(at: usize, least: f64): bool {
  for (let block = 0; block < blocks; block++) {
    const power = powerIn(block, at);
    if (power != 0 && power < least) return false;
  }
  return true;
}

function powerIn(block: i32, at: usize): f64 {
  const cell = <usize>block * row + at;
  const mean = load<f64>(means + cell);
  return load<f64>(squares + cell) + barsOf(block) * mean * mean;
}

/** Writes a union as f32, whose f64 are so many bytes from the first of all. */
function roughen(from: usize): void {
  for (let at: usize = 0; at < row; at += 32) {
    const low = v128.load(kept + at);
    const high = v128.load(kept + at, 16);
    const exact = unions + from + 2 * at;
    const rough = roughUnions + from / 2 + at;
    v128.store(rough, joined(f64x2.mul(v128.load(exact), low), f64x2.mul(v128.load(exact, 32), high)));
    const lowPower = f64x2.mul(v128.load(exact, 16), f64x2.mul(low, low));
    const highPower = f64x2.mul(v128.load(exact, 48), f64x2.mul(high, high));
    v128.store(rough, joined(lowPower, highPower), 16);
  }
}

/** Two and two numbers as four. */
// @ts-ignore: decorator
@inline
function joined(low: v128, high: v128): v128 {
  return i32x4.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}
