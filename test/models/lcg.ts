/** Numerical Recipes' generator, as the fixtures' Python scripts have it: floor(limit · state / 2^32). */
export function lcg(seed: number): (limit: number) => number {
  let state = seed;
  // The product stays below 2^53.
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state * limit) / 2 ** 32);
  };
}
