import type { Block } from './pieces.ts';

/** One combination on its way through the bars, block by block. */
export interface Course {
  /** Whether the figures cannot be trusted to nine digits. It is then not taken further. */
  readonly isDoubtful: boolean;
  /** Takes it through the next block. */
  advance(block: Block): void;
}
