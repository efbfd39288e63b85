/** The verdict of tuning over twenty seeds of noise and twenty of a planted edge, and the default grid on some of them. */
import { describe, expect, it } from 'vitest';
import { computed, edgeBars, SMALL_GRID, tuningJob } from '../support/edge-bars.ts';
import { report } from './report.ts';

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);

async function edges(probability: number, seeds: readonly number[], paramGrid?: unknown): Promise<number> {
  let found = 0;
  for (const seed of seeds) {
    const bars = edgeBars(seed, { length: 4000, probability });
    const { findings } = await computed(await tuningJob([bars], { paramGrid }));
    if (findings.verdict === 'edge') found++;
  }
  return found;
}

describe('the verdict of tuning', () => {
  it('on noise is no edge for at least 19 of 20 seeds', async () => {
    const found = await edges(0.5, SEEDS, SMALL_GRID);
    report('Tuning on noise', { 'edges found': `${found} of ${SEEDS.length}` });

    expect(found).toBeLessThanOrEqual(1);
  });

  it('on a planted edge of 60 % is an edge for at least 19 of 20 seeds', async () => {
    const found = await edges(0.6, SEEDS, SMALL_GRID);
    report('Tuning on a planted edge', { 'edges found': `${found} of ${SEEDS.length}` });

    expect(found).toBeGreaterThanOrEqual(19);
  });

  it('is not led astray by the 96 combinations of the default grid', async () => {
    const found = await edges(0.5, SEEDS.slice(0, 5));
    report('Tuning on noise with the default grid', { 'edges found': `${found} of 5` });

    expect(found).toBe(0);
  });
});
