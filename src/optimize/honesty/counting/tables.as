/** What is known before a split is counted: the sums of all unions within a group, and who is doubtful. */
import { blocks, combinations, counts, doubtful, GROUP, groups, means, NUMBER, row, squares, UNIONS, unions } from './memory';

/** As in `doubtful.ts`. */
export const THIN: f64 = 1e-6;
export const TINY: f64 = 1e-21;
/** Bars of all blocks. */
export let allBars: f64 = 0;
/** How many combinations are doubtful. */
export let doubted: i32 = 0;
/** Fills the tables, and lists the doubtful, from the moments of the blocks. */
export function prepare(): void {
  for (let group = 0; group < groups; group++) {
    memory.fill(unions + <usize>(group * UNIONS) * 2 * row, 0, 2 * row);
  }
  allBars = 0;
  for (let block = 0; block < blocks; block++) {
    allBars += barsOf(block);
    addBlock(block);
  }
  listDoubtful();
}

/** Bars of a block. */
export function barsOf(block: i32): f64 {
  return load<f64>(counts + <usize>block * NUMBER);
}

/** Adds a block to every union of the blocks before it in its group. */
function addBlock(block: i32): void {
  const alone = 1 << block % GROUP;
  const first = unions + <usize>((block / GROUP) * UNIONS) * 2 * row;
  for (let union = 0; union < alone; union++) {
    const before = first + <usize>union * 2 * row;
    addTo(before, before + <usize>alone * 2 * row, block);
  }
}

/** The union at `after` is that at `before` and a block. */
function addTo(before: usize, after: usize, block: i32): void {
  const count = f64x2.splat(barsOf(block));
  const from = <usize>block * row;
  for (let at: usize = 0; at < row; at += 16) {
    const mean = v128.load(means + from + at);
    const total = f64x2.mul(count, mean);
    v128.store(after + 2 * at, f64x2.add(v128.load(before + 2 * at), total));
    const power = f64x2.add(v128.load(before + 2 * at, 16), v128.load(squares + from + at));
    v128.store(after + 2 * at, f64x2.add(power, f64x2.mul(total, mean)), 16);
  }
}

function listDoubtful(): void {
  doubted = 0;
  for (let place = 0; place < combinations; place++) {
    if (isSafe(place, TINY * allBars)) continue;
    store<i32>(doubtful + (<usize>doubted << 2), place);
    doubted++;
  }
}

/** Whether the quick score of a combination is right in every half. */
function isSafe(place: i32, least: f64): bool {
  for (let block = 0; block < blocks; block++) {
    const at = <usize>block * row + <usize>place * NUMBER;
    const mean = load<f64>(means + at);
    const square = load<f64>(squares + at);
    const power = square + barsOf(block) * mean * mean;
    if (power != 0 && !(square > THIN * power && power > least)) return false;
  }
  return true;
}
