/**
 * Targets in the form that is cheap to follow: not a column of positions, but the few bars after which they change. A
 * scanner moves over the bars once, piece by piece, and says of every bar what `decide` says.
 */
import type { DecisionInput, SpreadStrategy, TargetStrategy } from './strategy-type.ts';

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

/** Scans a column of targets that was decided beforehand, for types that offer nothing faster. */
class ColumnScanner implements TargetScanner {
  private readonly column: Int8Array;

  constructor(column: Int8Array) {
    this.column = column;
  }

  scan(from: number, to: number, changes: TargetChanges): number {
    let count = 0;
    let state = this.column[from - 1] ?? 0;
    for (let t = from; t < to; t++) {
      const target = this.column[t] ?? 0;
      if (target === state) continue;
      changes.bars[count] = t;
      changes.targets[count++] = target;
      state = target;
    }
    return count;
  }
}

/** The type's own scanner, or one over the column that it decides: one byte per bar. */
export function openScanner(type: TargetStrategy | SpreadStrategy, input: DecisionInput): TargetScanner {
  if (type.scanner !== undefined) return type.scanner(input);
  const column = new Int8Array(input.bars[0]?.time.length ?? 0);
  type.decide(input, column);
  return new ColumnScanner(column);
}
