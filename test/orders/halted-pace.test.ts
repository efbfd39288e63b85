import { describe, expect, it } from 'vitest';
import { HaltedPace } from '../../src/orders/halted-pace.ts';

/** How long something takes, in ms. */
async function msOf(work: Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work;
  return performance.now() - startedAt;
}

describe('the pace of orders while trading is halted', () => {
  const closed = new HaltedPace({ isClosed: (ownerId) => ownerId === 1 });

  it('waits while a halt is being stored, and only for its owner', async () => {
    expect(await msOf(closed.wait(1, []))).toBeGreaterThan(95);
    expect(await msOf(closed.wait(2, []))).toBeLessThan(95);
  });

  it('waits for nothing when the kill itself is among those who wait', async () => {
    const order = (source: 'kill' | 'manual') => ({ origin: { source } });

    expect(await msOf(closed.wait(1, [order('manual'), order('kill')]))).toBeLessThan(95);
    expect(await msOf(closed.wait(1, [order('manual')]))).toBeGreaterThan(95);
  });
});
