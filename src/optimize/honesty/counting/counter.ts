/** Pairs of splits [from, to), within [0, splitPairs(returns.blocks)). */
export interface PairRange {
  readonly from: number;
  readonly to: number;
}

/** Counts overfitted splits of one set of combinations. There are two, which answer the same. */
export interface Counter {
  /** How many of the two splits of each of these pairs are overfitted. */
  count(pairs: PairRange): number;
  /** Scores that had to be made exactly so far: each takes as long as some hundred others. */
  exactScores(): number;
  /** Gives its memory back; nothing may be called afterwards. */
  close(): void;
}

/** Σr² is taken for no less than this, so that combinations without any return have the score 0. */
export const LEAST_POWER = 1e-300;

/** Variance up to (10⁻¹⁵)² is none. */
export const NO_VARIANCE = 1e-30;

/**
 * Scores this near to each other, as a share, tie: combinations that hold the same positions in a half have the same
 * returns there, but what was rounded on different ways to them differs in the last bits.
 */
export const TIE = 1e-10;
/** Share of the bars below which a score (a Sharpe ratio of 10⁻³ per bar) nearly cancels, and is as uncertain as there. */
export const FAINT = 1e-6;
