/** The changes of target of one course in the current block: where scans write them, and how a course reads them. */
import { changeBars, changeTargets } from './memory';

/** After every bar of a block. */
const NEVER: usize = 1 << 30;

let count: usize = 0;
let next: usize = 0;
let target: i32 = 0;

/** Begins a block in which nothing has changed. @param before the target after the bar before it */
export function beginChanges(before: i32): void {
  count = 0;
  next = 0;
  target = before;
}

/** Adds a change after a bar of the block, later than those before it. */
export function addChange(bar: usize, to: i32): void {
  store<i32>(changeBars + 4 * count, bar as i32);
  store<i8>(changeTargets + count, to);
  count++;
}

/** Takes changes over that stand there already, with bars of the series. @param start the first bar of the block */
export function countChanges(number: usize, start: i32): void {
  for (let i: usize = 0; i < number; i++) store<i32>(changeBars + 4 * i, load<i32>(changeBars + 4 * i) - start);
  count = number;
}

/** The target after the last bar of the block. */
export function lastTarget(): i32 {
  return count > 0 ? load<i8>(changeTargets + count - 1) : target;
}

/** The target after the bar before `bar`; asked with ascending bars. */
export function targetBefore(bar: usize): i32 {
  while (next < count && (load<i32>(changeBars + 4 * next) as usize) < bar) {
    target = load<i8>(changeTargets + next);
    next++;
  }
  return target;
}

/** The first bar after the one that was last asked for at whose open another target can be executed. */
export function nextExecution(): usize {
  return next < count ? (load<i32>(changeBars + 4 * next) as usize) + 1 : NEVER;
}
