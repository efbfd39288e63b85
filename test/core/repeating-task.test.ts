/** What is done again and again: never twice at a time, told once when it fails, and over when it is closed. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RepeatingTask } from '../../src/core/repeating-task.ts';

const EVERY_MS = 100;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A task whose runs end when the test says so, with what it wants. */
function taskOf() {
  const logged: string[] = [];
  const log = {
    info: (_facts: object, message: string) => logged.push(`info ${message}`),
    warn: (_facts: object, message: string) => logged.push(`warn ${message}`),
    error: (_facts: object, message: string) => logged.push(`error ${message}`),
  };
  const runs: { done: () => void; fail: () => void }[] = [];
  const run = (): Promise<void> =>
    new Promise((resolve, reject) => {
      runs.push({ done: resolve, fail: () => reject(new Error('It failed.')) });
    });
  return { task: new RepeatingTask({ name: 'testing', everyMs: EVERY_MS, run, log }), runs, logged };
}

describe('a repeating task', () => {
  it('begins with a pause, and pauses after each end, however long a run takes', async () => {
    const { task, runs } = taskOf();
    task.start();

    await vi.advanceTimersByTimeAsync(EVERY_MS - 1);
    expect(runs).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(runs).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(10 * EVERY_MS);
    expect(runs).toHaveLength(1);
    runs[0]?.done();
    await vi.advanceTimersByTimeAsync(EVERY_MS - 1);
    expect(runs).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(runs).toHaveLength(2);
  });

  it('runs at once for those who ask, together, and once after that', async () => {
    const { task, runs } = taskOf();
    task.start();

    const asked = [task.now(), task.now()];
    await vi.advanceTimersByTimeAsync(2 * EVERY_MS);
    expect(runs).toHaveLength(1);
    runs[0]?.done();
    await Promise.all(asked);
    await vi.advanceTimersByTimeAsync(EVERY_MS);

    expect(runs).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('says once that it fails, and once that it works again', async () => {
    const { task, runs, logged } = taskOf();

    for (const end of ['fail', 'fail', 'done', 'done', 'fail'] as const) {
      const run = task.now();
      runs.at(-1)?.[end]();
      await run;
    }

    expect(logged).toEqual([
      'error Failed and is tried again: testing',
      'info Works again: testing',
      'error Failed and is tried again: testing',
    ]);
  });

  it('waits for its run when it is closed, says nothing of its failure, and leaves no timer', async () => {
    const { task, runs, logged } = taskOf();
    const ends: string[] = [];
    void task.now().then(() => ends.push('run'));

    const closed = task.close().then(() => ends.push('closed'));
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    expect(ends).toEqual([]);
    runs[0]?.fail();
    await closed;
    await task.now();
    await vi.advanceTimersByTimeAsync(10 * EVERY_MS);

    expect(ends.toSorted()).toEqual(['closed', 'run']);
    expect([runs.length, logged, vi.getTimerCount()]).toEqual([1, [], 0]);
  });
});
