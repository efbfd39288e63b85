/** How the lanes of a job share the indicators among themselves. */
import { describe, expect, test } from 'vitest';
import type { Compute, TaskName } from '../../src/compute/index.ts';
import { takeColumns } from '../../src/optimize/engine/columns.ts';
import { type IndicatorTaskInput, indicatorTask } from '../../src/optimize/engine/evaluate-task.ts';
import { IndicatorCache } from '../../src/optimize/engine/indicator-cache.ts';
import { portionsOf } from '../../src/optimize/engine/portions.ts';
import { SharedMemory } from '../../src/optimize/engine/shared-memory.ts';
import { sharePortions } from '../../src/optimize/engine/shared-portions.ts';
import { computeIndicators, type IndicatorSpec, indicatorKey } from '../../src/strategies/index.ts';
import { randomBars } from '../support/series.ts';
import { turnsOf } from '../support/turns.ts';

const BARS = [randomBars(1, { length: 300 }), randomBars(2, { length: 300 })];
const SPECS: readonly IndicatorSpec[] = Array.from({ length: 35 }, (_, i) => [
  { kind: 'ema' as const, window: 2 + i, series: [i % 2] },
  { kind: 'sma' as const, window: 2 + i, series: [i % 2] },
]).flat();
const EXPECTED = computeIndicators(SPECS, BARS);
const GOING_ON = { isCancelled: () => false, report: () => undefined };

/** Two threads, of which the second comes to its task when the first has ended. @param between what happens then */
function lateSecondThread(between: (input: IndicatorTaskInput) => void): Compute {
  let first: Promise<unknown> | undefined;
  const compute: Compute = {
    parallelism: 2,
    run: async <Input, Output, Message>(_task: TaskName<Input, Output, Message>, input: Input): Promise<Output> => {
      const taken = input as IndicatorTaskInput;
      if (first === undefined) {
        first = Promise.resolve(indicatorTask.run(taken, GOING_ON));
        return (await first) as Output;
      }
      await first;
      between(taken);
      return (await indicatorTask.run(taken, GOING_ON)) as Output;
    },
    forJob: () => compute,
    stats: () => ({ threads: 2, running: 0, queued: 0, completed: 0 }),
  };
  return compute;
}

describe('the indicators of a round', () => {
  test('are all computed by the lane that has a thread while the other waits for one, and none of them twice', async () => {
    let missing: readonly string[] | undefined;
    const compute = lateSecondThread(({ columns }) => {
      missing = [...EXPECTED].filter(([key, values]) => columns.get(key)?.at(-1) !== values.at(-1)).map(([key]) => key);
      for (const column of columns.values()) column[0] = -1;
    });
    const cache = new IndicatorCache(compute, BARS, { memory: new SharedMemory(), maxBytes: 2 ** 20 });

    const table = await cache.columns(SPECS, new AbortController().signal);

    expect(missing).toEqual([]);
    expect([...table.values()].map(([value]) => value)).toEqual(SPECS.map(() => -1));
    for (const [key, values] of EXPECTED) expect(table.get(key)?.subarray(1)).toEqual(values.subarray(1));
  });

  test('have columns that are taken some at a time, between which the event loop has its turn', async () => {
    const bars = [{ ...randomBars(1, { length: 1 }), time: new Float64Array(2 ** 20) }];

    const [turns, columns] = await turnsOf(() => takeColumns(new SharedMemory(), SPECS, bars));

    expect(columns.size).toBe(70);
    expect([...columns.values()].every(({ length }) => length === 2 ** 20)).toBe(true);
    // Sixteen of 8 MiB at a time.
    expect(turns).toBeGreaterThanOrEqual(4);
  });

  test('are left alone from the portion on before which the task is cancelled', async () => {
    const missing = sharePortions(SPECS, { bars: 300, lanes: 2 });
    const columns = new Map(SPECS.map((spec) => [indicatorKey(spec), new Float64Array(300).fill(-1)]));
    let asked = 0;

    await indicatorTask.run({ missing, bars: BARS, columns }, { ...GOING_ON, isCancelled: () => asked++ > 0 });

    const computed = SPECS.filter((spec) => columns.get(indicatorKey(spec))?.at(-1) !== -1);
    expect(new Set(computed)).toEqual(new Set(missing.portions[0]));
  });
});

describe('the portions of indicators', () => {
  test('hold each of them once, those of one kind and symbol together, and get smaller', () => {
    const portions = portionsOf(SPECS, { bars: 300, lanes: 2 });

    const groups = portions.flat().map(({ kind, series }) => `${kind} ${series.join()}`);
    expect(new Set(portions.flat())).toEqual(new Set(SPECS));
    expect(portions.map(({ length }) => length)).toEqual([20, 16, 12, 8, 4, 4, 3, 2, 1]);
    expect(groups.filter((group, place) => group !== groups[place - 1])).toEqual(['sma 0', 'ema 0', 'sma 1', 'ema 1']);
  });

  test.each([
    [5_000_000, 3],
    [100_000_000, 1],
  ])('are small enough over %i bars for a thread to stop in time', (bars, most) => {
    const sizes = portionsOf(SPECS, { bars, lanes: 1 }).map(({ length }) => length);

    expect(Math.max(...sizes)).toBe(most);
  });

  test('give every lane one of a few', () => {
    const sizes = portionsOf(SPECS.slice(0, 3), { bars: 300, lanes: 2 }).map(({ length }) => length);

    expect(sizes).toEqual([2, 1]);
  });

  test('are one for a single indicator, however many lanes there are, and none for none', () => {
    expect(portionsOf(SPECS.slice(0, 1), { bars: 300, lanes: 8 })).toEqual([SPECS.slice(0, 1)]);
    expect(portionsOf([], { bars: 300, lanes: 8 })).toEqual([]);
  });
});
