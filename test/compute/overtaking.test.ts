/** Short tasks beside long ones of other jobs. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { Compute } from '../../src/compute/index.ts';
import { LONG_AFTER_MS } from '../../src/compute/turns.ts';
import { failureOf, firstMessage, openPool, timed } from '../support/compute-pool.ts';
import { busy, double, endless, untilCancelled } from '../support/compute-tasks.ts';

const EXTRA = { threads: 2, extraThreads: 2 };

/** As many tasks as begin at once, which run until they are told to stop. */
async function holdThreads(job: Compute, count: number): Promise<() => Promise<unknown>> {
  const abort = new AbortController();
  const begun = Array.from({ length: count }, () => firstMessage());
  const runs = begun.map(({ onMessage }) =>
    failureOf(job.run(untilCancelled, null, { signal: abort.signal, onMessage })),
  );
  await Promise.all(begun.map(({ arrived }) => arrived));
  return () => {
    abort.abort();
    return Promise.all(runs);
  };
}

describe('a short task', () => {
  it('of another job ends within a second, although every thread is held for minutes', async () => {
    const pool = openPool(EXTRA);
    const release = await holdThreads(pool.forJob(), 2);
    const job = pool.forJob();

    // The thread that it runs on has to be loaded first.
    expect(await job.run(double, 21)).toBe(42);
    const elapsed = await timed(Promise.all([1, 2, 3, 4].map((value) => job.run(double, value))));

    expect(elapsed).toBeLessThan(1000);
    await release();
  });

  it('of no job does, too', async () => {
    const pool = openPool(EXTRA);
    const release = await holdThreads(pool.forJob(), 2);

    expect(await Promise.all([pool.run(double, 1), pool.run(double, 2)])).toEqual([2, 4]);

    await release();
  });
});

describe('a job', () => {
  it('with ten long tasks never runs on more threads than there are', async () => {
    const pool = openPool(EXTRA);
    const job = pool.forJob();
    const running: number[] = [];
    const watch = setInterval(() => running.push(pool.stats().running), 20);

    await Promise.all(Array.from({ length: 10 }, () => job.run(busy, 700)));
    clearInterval(watch);

    expect(Math.max(...running)).toBe(2);
  });

  it('that overtakes holds one thread', async () => {
    const pool = openPool(EXTRA);
    const release = await holdThreads(pool.forJob(), 2);
    const job = pool.forJob();
    const runs = Promise.all([1, 2, 3].map(() => job.run(busy, 600)));
    const running: number[] = [];
    const watch = setInterval(() => running.push(pool.stats().running), 20);

    await runs;
    clearInterval(watch);

    expect(Math.max(...running)).toBe(3);
    await release();
  });
});

describe('an extra thread', () => {
  it('ends when it has nothing to do', async () => {
    const live = new Set<number>();
    const onWorker = (worker: Worker) => {
      const { threadId } = worker;
      live.add(threadId);
      worker.once('exit', () => live.delete(threadId));
    };
    process.on('worker', onWorker);
    const pool = openPool(EXTRA);
    const release = await holdThreads(pool.forJob(), 2);
    await pool.run(double, 1);
    expect(live.size).toBe(3);
    await release();

    await sleep(2500);
    process.off('worker', onWorker);

    expect(live.size).toBe(2);
    expect(await pool.run(double, 2)).toBe(4);
  });

  it('is freed of a task that does not look at its flag, as any other', async () => {
    const pool = openPool(EXTRA);
    const release = await holdThreads(pool.forJob(), 2);
    const abort = new AbortController();
    const begun = firstMessage();
    const run = failureOf(pool.run(endless, null, { signal: abort.signal, onMessage: begun.onMessage }));
    await begun.arrived;

    abort.abort();
    const elapsed = await timed(run);

    expect((await run).reason).toBe('aborted');
    expect(elapsed).toBeLessThan(1500);
    expect(await pool.run(double, 3)).toBe(6);
    await release();
  });

  it('is closed with the others, within 2 s', async () => {
    const pool = openPool(EXTRA);
    const begun = firstMessage();
    const held = await holdThreads(pool.forJob(), 2);
    const run = failureOf(pool.run(endless, null, { onMessage: begun.onMessage }));
    const waiting = failureOf(pool.run(endless, null));
    await begun.arrived;

    const elapsed = await timed(pool.close());

    expect([(await run).reason, (await waiting).reason]).toEqual(['aborted', 'aborted']);
    expect(elapsed).toBeLessThan(2000);
    await held();
  });

  it('is one of eight, however many are asked for', async () => {
    const pool = openPool({ threads: 1, extraThreads: 100 });
    const releases = await Promise.all(Array.from({ length: 9 }, () => holdThreads(pool.forJob(), 1)));
    const tenth = holdThreads(pool.forJob(), 1);
    // The ninth task has long counted as one that takes long by then.
    await sleep(3 * LONG_AFTER_MS);
    const { running } = pool.stats();
    await Promise.all(releases.map((release) => release()));
    await (await tenth)();

    expect(running).toBe(9);
  });
});
