import type { TargetChanges, TargetScanner } from './scanner.ts';
import type { DecisionInput, SpreadStrategy, TargetStrategy } from './strategy-type.ts';

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
