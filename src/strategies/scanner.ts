/**
 * Targets in the form that is cheap to follow: not a column of positions, but the few bars after which they change. A
 * scanner moves over the bars once, piece by piece, and says of every bar what `decide` says.
 */
/** Where a scanner writes; both as long as the longest range that is scanned, and reused. */
export interface TargetChanges {
  /** Bar after which the target changes, ascending. */
  readonly bars: Int32Array;
  /** Target from then on, −1, 0 or +1. */
  readonly targets: Int8Array;
}

/** Follows the targets of one combination of parameters. */
export interface TargetScanner {
  /**
   * Writes the changes decided after the bars [from, to), from the front of `changes` on.
   *
   * @param from 0 at first, then where the last call ended; before the first bar the target is 0
   * @returns how many changes there are
   */
  scan(from: number, to: number, changes: TargetChanges): number;
}
