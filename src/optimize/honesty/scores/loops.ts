/** What a half of the blocks is scored from, and to; arrays that came from `Loops.column`. */
export interface ScoreColumns {
  /** [K] Σr and Σr² of some of the blocks. */
  readonly sums: Float64Array;
  readonly powers: Float64Array;
  /** [unions, K] those of the other blocks; an offset says of which union. */
  readonly moreSums: Float64Array;
  readonly morePowers: Float64Array;
  /** [K] out. */
  readonly scores: Float64Array;
}

/** Σr² is taken for no less than this, so that combinations without any return have the score 0. */
export const LEAST_POWER = 1e-300;

/** How near to each other scores tie: within `share` of the score, or of `floor` where it is smaller. */
export interface Tie {
  readonly share: number;
  readonly floor: number;
}

/** Scores that tie. */
export interface Tied {
  readonly least: number;
  readonly most: number;
}

/**
 * The loops over all combinations that a cross-validation spends its time in. There are two, which answer the same to the
 * bit.
 */
export interface Loops {
  /** [length] zeros, where the loops can work on them. */
  readonly column: (length: number) => Float64Array;
  /**
   * Writes the score Σr·|Σr|/Σr² of every combination.
   *
   * @param offset where the union begins in `moreSums` and `morePowers`
   * @returns the place of the first that ties with the best
   */
  score(columns: ScoreColumns, offset: number, tie: Tie): number;
  /** The place of the first that ties with the best, once some scores are others; `scores` came from `column`. */
  best(scores: Float64Array, tie: Tie): number;
  /** Adds `table[offset + k]` to every `sums[k]`; both came from `column`. */
  add(sums: Float64Array, table: Float64Array, offset: number): void;
  /** How many scores are below those that tie, less those above. */
  lead(scores: Float64Array, tied: Tied): number;
  /** Gives the memory of all columns back; nothing may be called afterwards. */
  close(): void;
}
