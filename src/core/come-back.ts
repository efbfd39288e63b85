/** When clients come back after a server has shut down: each at a time of its own, so that they do not all come at once. */
import type { Random } from './random.ts';

const LEAST_MS = 1000;
const MOST_MS = 6000;

/** Whole milliseconds, spread evenly. */
export function comeBackMs(random: Random): number {
  return Math.round(LEAST_MS + random.uniform() * (MOST_MS - LEAST_MS));
}
