import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { OwnerTurns } from '../../src/goals/owner-turns.ts';

const never = (): Promise<void> => new Promise(() => undefined);

describe('the turns of owners', () => {
  it('are as many as there are places, each owner once', async () => {
    const turns = new OwnerTurns({ places: 2 });
    let end = (): void => undefined;
    const first = turns.begin(1, () => new Promise<void>((resolve) => (end = resolve)));
    const second = turns.begin(2, () => Promise.reject(new Error('It failed.')));

    expect([turns.free, turns.busy]).toEqual([0, [1, 2]]);
    await expect(second).rejects.toThrow('It failed.');
    expect([turns.free, turns.busy]).toEqual([1, [1]]);
    end();
    await first;
    await turns.settle();
    expect([turns.free, turns.busy]).toEqual([2, []]);
  });

  it('come also when every place was taken by work that does not end', async () => {
    const turns = new OwnerTurns({ places: 2, patienceMs: 20 });
    void turns.begin(1, never);
    void turns.begin(2, never);
    await sleep(40);

    // Their work is still not begun a second time.
    expect([turns.free, turns.busy]).toEqual([2, [1, 2]]);
  });

  it('give a place back once, whether its time or its work ends first', async () => {
    const turns = new OwnerTurns({ places: 1, patienceMs: 10 });
    await turns.begin(1, () => sleep(30));

    expect(turns.free).toBe(1);
  });
});
