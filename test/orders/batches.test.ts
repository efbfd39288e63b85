import { describe, expect, it } from 'vitest';
import { Batches, MAX_BATCH } from '../../src/orders/batches.ts';

describe('batches', () => {
  /** Doubles numbers; `during` is done while a batch is under way. */
  function doubling(during: (batch: number) => void = () => undefined) {
    const waited: number[] = [];
    const sizes: number[] = [];
    const batches = new Batches<number, number>(
      async (items) => {
        sizes.push(items.length);
        during(sizes.length);
        return items.map((item) => 2 * item);
      },
      async (items) => {
        waited.push(items.length);
      },
    );
    return { batches, waited, sizes };
  }

  const items = Array.from({ length: 2 * MAX_BATCH + 1 }, (_, i) => i);

  it('answer each item its own result, after one wait for all who wait', async () => {
    const { batches, waited, sizes } = doubling();

    const results = await Promise.all(items.map((item) => batches.add(item)));

    expect(results).toEqual(items.map((item) => 2 * item));
    expect(waited).toEqual([items.length]);
    expect(sizes).toEqual([MAX_BATCH, MAX_BATCH, 1]);
  });

  it('take along who comes before the last one, and wait again for who comes later', async () => {
    const more: Promise<number>[] = [];
    const { batches, waited, sizes } = doubling((batch) => {
      if (batch === 1 || batch === 3) more.push(batches.add(batch));
    });

    await Promise.all(items.map((item) => batches.add(item)));
    await batches.whenIdle();

    expect(await Promise.all(more)).toEqual([2, 6]);
    expect(waited).toEqual([items.length, 1]);
    expect(sizes).toEqual([MAX_BATCH, MAX_BATCH, 2, 1]);
  });
});
