/** Noise is no edge, a planted one is: the verdict over seeds. All twenty of either are in the soak. */
import { describe, expect, it } from 'vitest';
import { judgeEdge } from '../../../src/optimize/tuning/edge-verdict.ts';
import { computed, edgeBars, SMALL_GRID, tuningJob } from '../../support/edge-bars.ts';

const SEEDS = [1, 2];

async function verdicts(probability: number): Promise<readonly string[]> {
  const found: string[] = [];
  for (const seed of SEEDS) {
    const bars = edgeBars(seed, { length: 3000, probability });
    found.push((await computed(await tuningJob([bars], { paramGrid: SMALL_GRID }))).findings.verdict);
  }
  return found;
}

it(`finds no edge in noise, seeds ${SEEDS.join(', ')}`, { timeout: 120_000 }, async () => {
  expect(await verdicts(0.5)).toEqual(SEEDS.map(() => 'no_edge'));
});

it(`finds an edge where one feature knows six in ten, seeds ${SEEDS.join(', ')}`, { timeout: 120_000 }, async () => {
  expect(await verdicts(0.6)).toEqual(SEEDS.map(() => 'edge'));
});

describe('an edge', () => {
  const gain = { mean: 0.02, standardError: 0.01 };
  const figures = { lossGain: gain, accuracyGain: gain, selectedGain: gain, holdoutGain: 0.001, sharpe: 0.1 };

  it('is there when every figure reaches its limit, a gain of exactly one standard error included', () => {
    const exact = { mean: 0.01, standardError: 0.01 };
    const { verdict, reasons } = judgeEdge({ ...figures, lossGain: exact });

    expect(verdict).toBe('edge');
    expect(reasons).toHaveLength(5);
    expect(reasons[0]).toMatch(/is 0\.01, its standard error 0\.01; it takes 1 of them or more/);
  });

  it.each([
    ['lossGain', { mean: 0.0099, standardError: 0.01 }],
    ['accuracyGain', { mean: 0.0099, standardError: 0.01 }],
    ['selectedGain', { mean: 0.0099, standardError: 0.01 }],
    ['selectedGain', { mean: 0, standardError: 0 }],
    ['lossGain', { mean: 0.01, standardError: Number.NaN }],
    ['holdoutGain', 0],
    ['sharpe', 0],
  ])('is not there when %s alone falls short: %o', (name, value) => {
    const { verdict, reasons } = judgeEdge({ ...figures, [name]: value });

    expect(verdict).toBe('no_edge');
    expect(reasons).toHaveLength(1);
  });
});
