/** A half-open range of indexes: `from` included, `to` not. */
export interface Block {
  readonly from: number;
  readonly to: number;
}

/** Indexes of a block, but of the last: their values stay in a core's cache, and a call for each block costs nothing. */
export const BLOCK_LENGTH = 2048;

/**
 * Cuts [0, length) into blocks, in order. For loops over long columns in functions that are called seldom: V8 compiles such a
 * loop while it runs and throws the code away when it ends, at each call; a function of one block is compiled once.
 */
export function inBlocks(length: number, each: (block: Block) => void): void {
  for (let from = 0; from < length; from += BLOCK_LENGTH) each({ from, to: Math.min(from + BLOCK_LENGTH, length) });
}
