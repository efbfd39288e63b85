import { expect } from 'vitest';

/** |a − b| ≤ 1e-9 · max(1, |b|), or both null. `what` says which figure of which case differs. */
export function expectClose(
  actual: number | null | undefined,
  expected: number | null | undefined,
  what: string,
): void {
  const isClose =
    typeof actual === 'number' && typeof expected === 'number'
      ? Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected))
      : actual === expected;
  expect(isClose, `${what}: found ${actual}, expected ${expected}`).toBe(true);
}
