import type { TargetChanges, TargetScanner } from '../../strategies/index.ts';
import { BLOCK, type Block } from './pieces.ts';

/** After every bar; an integer that V8 keeps in a register, which infinity would not be. */
const NEVER = 2 ** 30;

/** The changes of target in the current block, of one combination in one symbol after the other. */
export class ChangeFeed implements TargetChanges {
  readonly bars = new Int32Array(BLOCK);
  readonly targets = new Int8Array(BLOCK);
  private count = 0;
  private next = 0;
  private target = 0;

  /** Turns to another series: the changes that its scanner finds in the block, and its target before them. */
  load(scanner: TargetScanner, block: Block, target: number): void {
    this.count = scanner.scan(block.from, block.to, this);
    this.next = 0;
    this.target = target;
  }

  /** The target after the bar before `bar`; asked with ascending bars. */
  targetBefore(bar: number): number {
    while (this.next < this.count && (this.bars[this.next] ?? bar) < bar) {
      this.target = this.targets[this.next++] ?? 0;
    }
    return this.target;
  }

  /** The first bar after the one that was last asked for at whose open another target can be executed. */
  nextExecution(): number {
    return this.next < this.count ? (this.bars[this.next] ?? 0) + 1 : NEVER;
  }

  /** The target after the last bar of the block. */
  lastTarget(): number {
    return this.targets[this.count - 1] ?? this.target;
  }
}
