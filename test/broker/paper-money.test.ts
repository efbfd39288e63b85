import { describe, expect, it } from 'vitest';
import { runMoney } from '../support/paper-money.ts';

describe('the money of the paper broker', () => {
  it.each([1, 2, 3, 4])('is kept exactly through 5,000 random fills, fees and cancels (seed %i)', (seed) => {
    const run = runMoney(seed, 5000);

    // The run has seen what it is for.
    expect(run.partFills).toBeGreaterThan(100);
    expect(run.cancels).toBeGreaterThan(100);
    expect(run.crossings).toBeGreaterThan(20);
    expect(run).toMatchObject({ cashDrift: 0n, positionDrift: 0n, conservationDrift: 0n, orderDrift: 0n });
  });
});
