import { CrossingScanner, ReversionScanner, type TargetScanner } from '../../strategies/index.ts';
import type { BlockColumn } from './block-columns.ts';
import type { LongMemory } from './long-memory.ts';
import type { Block } from './pieces.ts';

/** Finds the changes of target of one course, without short sales, and leaves them in the memory of the kernel. */
export interface BlockScan {
  scan(block: Block): void;
}

/** Scans as the scanner does: by the kernel if it knows its rule, else by the scanner itself. */
export function openBlockScan(memory: LongMemory, scanner: TargetScanner, course: number): BlockScan {
  if (scanner instanceof CrossingScanner) return new CrossingScan(memory, scanner, course);
  if (scanner instanceof ReversionScanner) return new ReversionScan(memory, scanner, course);
  return {
    scan: ({ from, to }) => memory.wasm.takeChanges(course, scanner.scan(from, to, memory.changes), from),
  };
}

class CrossingScan implements BlockScan {
  private readonly memory: LongMemory;
  private readonly course: number;
  private readonly short: BlockColumn;
  private readonly long: BlockColumn;
  private readonly bound: number;

  constructor(memory: LongMemory, { crossing }: CrossingScanner, course: number) {
    this.memory = memory;
    this.course = course;
    this.short = memory.columns.column(crossing.short);
    this.long = memory.columns.column(crossing.long);
    this.bound = crossing.bound;
  }

  scan({ from, to }: Block): void {
    const { memory, short, long } = this;
    memory.columns.place(short, long);
    memory.wasm.scanCrossing(this.course, to - from, short.address, long.address, this.bound);
  }
}

class ReversionScan implements BlockScan {
  private readonly memory: LongMemory;
  private readonly course: number;
  private readonly z: BlockColumn;
  private readonly entry: number;
  private readonly exit: number;

  constructor(memory: LongMemory, { reversion }: ReversionScanner, course: number) {
    this.memory = memory;
    this.course = course;
    this.z = memory.columns.column(reversion.z);
    this.entry = reversion.entry;
    this.exit = reversion.exit;
  }

  scan({ from, to }: Block): void {
    const { memory, z } = this;
    memory.columns.place(z, z);
    memory.wasm.scanReversion(this.course, to - from, z.address, this.entry, this.exit);
  }
}
