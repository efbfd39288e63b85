import { describe, expect, it } from 'vitest';
import { Pace } from '../../src/rest/pace.ts';

/** Turns of the event loop, one after the other. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
}

function spin(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

/** So many who want to begin, and the numbers of those that did or may not. */
function crowd(pace: Pace, count: number): { readonly begun: number[]; readonly refused: number[] } {
  const [begun, refused]: [number[], number[]] = [[], []];
  for (let number = 0; number < count; number += 1) {
    void pace.turn().then((mayBegin) => (mayBegin ? begun : refused).push(number));
  }
  return { begun, refused };
}

describe('the pace of work', () => {
  it('begins one in each turn of the event loop, in their order', async () => {
    const { begun } = crowd(new Pace(1000, 1), 4);

    await Promise.resolve();
    expect(begun).toEqual([0]);
    await turns(2);
    expect(begun.length).toBeLessThanOrEqual(3);
    await turns(4);
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  it('lets nobody who comes later begin before those that wait', async () => {
    const pace = new Pace(1000, 1);
    const { begun } = crowd(pace, 3);
    await turns(1);
    const late = pace.turn().then(() => [...begun]);

    expect(await late).toEqual([0, 1, 2]);
  });

  it('begins nothing for those that have waited for too long, but for the last few, without taking turns for them', async () => {
    const pace = new Pace(20, 3);
    const { begun, refused } = crowd(pace, 50);
    spin(30);
    await turns(2);

    expect(refused).toHaveLength(46);
    await turns(4);
    expect(begun).toEqual([0, 47, 48, 49]);
    expect(await pace.turn()).toBe(true);
  });

  it('begins nothing in turns that accept connections, for some milliseconds', async () => {
    const pace = new Pace(1000, 1);
    const { begun } = crowd(pace, 3);
    await turns(1);
    const before = begun.length;
    for (let turn = 0; turn < 3; turn += 1) {
      pace.accepted();
      await turns(1);
      expect(begun).toHaveLength(before);
    }

    spin(15);
    pace.accepted();
    await turns(1);
    expect(begun).toHaveLength(before + 1);
    await turns(2);
    expect(begun).toEqual([0, 1, 2]);
  });
});
