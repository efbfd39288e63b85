/** Who is best among scores that rounding has blurred: the first of those that tie. */

/** How near to each other scores tie: within `share` of the score, or of `floor` where it is smaller. */
export interface Tie {
  readonly share: number;
  readonly floor: number;
}

/** The place of the first combination that ties with the best; 0 where no score is a number. */
export function firstOfBest(scores: Float64Array, { share, floor }: Tie): number {
  const best = scores.reduce(larger, -Infinity);
  const least = best - share * larger(Math.abs(best), floor);
  return Math.max(
    0,
    scores.findIndex((each) => each >= least),
  );
}

/** The larger of two numbers; the first where they do not compare. */
export function larger(a: number, b: number): number {
  return a < b ? b : a;
}
