/** Is money conserved exactly? A million random fills, fees and cancels through the paper broker's matching and books. */
import { describe, expect, it } from 'vitest';
import { runMoney } from '../support/paper-money.ts';
import { report } from './report.ts';

const SEED = 20_260_302;
const FILLS = 1_000_000;

describe('the money of the paper broker', () => {
  it('does not drift by a unit of the last place in a million fills', () => {
    const since = performance.now();
    const run = runMoney(SEED, FILLS);
    const seconds = (performance.now() - since) / 1000;

    const drift = run.cashDrift + run.positionDrift + run.conservationDrift + run.orderDrift;
    report('O6 money is conserved', {
      seed: SEED,
      fills: run.fills,
      'of them in part': run.partFills,
      cancels: run.cancels,
      'not paid for': run.refusals,
      'positions through zero': run.crossings,
      'fills per second': (run.fills / seconds).toFixed(0),
      'drift (1e-8)': drift.toString(),
    });
    expect(drift).toBe(0n);
  });
});
