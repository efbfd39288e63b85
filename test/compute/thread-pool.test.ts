import os from 'node:os';
import { threadId } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { openPool } from '../support/compute-pool.ts';
import { busy, countTo, double, niceness, readShared, untilCancelled, whichThread } from '../support/compute-tasks.ts';

describe('a pool that runs tasks', () => {
  it('returns what the task returns, from another thread', async () => {
    const pool = openPool();

    const doubled = await pool.run(double, 21);
    const thread = await pool.run(whichThread, undefined);

    expect(doubled).toBe(42);
    expect(thread).not.toBe(threadId);
  });

  it('runs a task by its name alone', async () => {
    const pool = openPool();

    const doubled: number = await pool.run<number, number>({ name: 'double' }, 4);

    expect(doubled).toBe(8);
  });

  it('starts in a process that was given options which a thread refuses', async () => {
    process.execArgv.push('--max-old-space-size=4096');
    try {
      expect(await openPool().run(double, 21)).toBe(42);
    } finally {
      process.execArgv.pop();
    }
  });

  it('uses as many threads as the process has processors, unless it is told otherwise', () => {
    expect(openPool({ threads: undefined }).parallelism).toBe(os.availableParallelism());
    expect(openPool({ threads: 3 }).parallelism).toBe(3);
  });

  it('answers a thousand small tasks, each with its own result, on no more threads than it may have', async () => {
    const pool = openPool();
    const inputs = Array.from({ length: 1000 }, (_, index) => index);

    const outputs = await Promise.all(inputs.map((input) => pool.run(double, input)));
    const threads = await Promise.all(inputs.map(() => pool.run(whichThread, undefined)));

    expect(outputs).toEqual(inputs.map((input) => input * 2));
    expect(new Set(threads).size).toBeLessThanOrEqual(2);
  });

  it('starts tasks in the order in which they came', async () => {
    const pool = openPool({ threads: 1 });
    const ended: number[] = [];

    await Promise.all([9, 1, 5, 3].map(async (length) => ended.push(await pool.run(busy, length))));

    expect(ended).toEqual([9, 1, 5, 3]);
  });

  it('keeps its threads for the next task', async () => {
    const pool = openPool({ threads: 1 });

    const first = await pool.run(whichThread, undefined);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const second = await pool.run(whichThread, undefined);

    expect(second).toBe(first);
  });

  it('delivers messages in order, and all of them before the result', async () => {
    const pool = openPool();
    const received: (number | string)[] = [];

    const result = pool.run(countTo, 5000, { onMessage: (count) => received.push(count) });
    received.push(await result);

    expect(received).toEqual([...Array.from({ length: 5000 }, (_, index) => index + 1), 'done']);
  });

  it('shares a SharedArrayBuffer with the thread and copies any other', async () => {
    const pool = openPool();
    const shared = new Float64Array(new SharedArrayBuffer(8 * 8));
    const copied = new Float64Array(8);

    await pool.run(readShared, { cells: shared, mark: 7 });
    await pool.run(readShared, { cells: copied, mark: 7 });

    expect(shared[0]).toBe(7);
    expect(copied[0]).toBe(0);
  });

  it.runIf(process.platform === 'linux')('gives way to the main thread, whose priority it leaves alone', async () => {
    const pool = openPool();
    const before = os.getPriority(0);

    const ofThread = await pool.run(niceness, undefined);

    expect(ofThread).toBe(19);
    expect(os.getPriority(0)).toBe(before);
  });

  it('tells how many tasks run, wait and have ended', async () => {
    const pool = openPool({ threads: 1 });
    const abort = new AbortController();
    const runs = [1, 2, 3].map(() => pool.run(untilCancelled, null, { signal: abort.signal }));

    const during = pool.stats();
    abort.abort();
    await Promise.allSettled(runs);
    await pool.close();

    expect(during).toEqual({ threads: 1, running: 1, queued: 2, completed: 0 });
    expect(pool.stats()).toEqual({ threads: 1, running: 0, queued: 0, completed: 1 });
  });
});
