import type { Parameters } from '../../strategies/index.ts';

/** What became of a trial. */
export interface ScoredTrial {
  readonly params: Parameters;
  /** The larger the better; null, or not finite, counts as worse than every number. */
  readonly score: number | null;
}

/**
 * Decides which combinations a job tries, in which order. What it answers depends on its arguments, on the results told
 * and on how many trials were asked for before, on nothing else; asking and telling the same again (after a restart)
 * therefore brings it to the same state.
 */
export interface Sampler {
  /**
   * Trials that are proposed from the same results: ask for so many, tell all of them, ask again. null: results are not
   * needed, ask for any number at any time.
   */
  readonly generation: number | null;
  /** The next `count` combinations, fewer at the end of the search; none after it. */
  ask(count: number): readonly Parameters[];
  /** Results of trials that were asked for, each once, in any order. */
  tell(trials: readonly ScoredTrial[]): void;
}
