import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { failureOf, firstMessage, openPool, timed } from '../support/compute-pool.ts';
import { busy, double, endless, neverSettles, untilCancelled } from '../support/compute-tasks.ts';
import { scriptPath } from '../support/script-path.ts';

describe('an abort', () => {
  it('drops a queued task at once and leaves the others in their order', async () => {
    const pool = openPool({ threads: 1 });
    const abort = new AbortController();
    const running = pool.run(busy, 300);
    const dropped = failureOf(pool.run(endless, null, { signal: abort.signal }));
    const behind = pool.run(double, 3);

    abort.abort();
    const elapsed = await timed(dropped);

    expect((await dropped).reason).toBe('aborted');
    expect(elapsed).toBeLessThan(50);
    expect(await running).toBe(300);
    expect(await behind).toBe(6);
  });

  it('refuses a task whose signal has aborted before', async () => {
    const pool = openPool();

    const failure = await failureOf(pool.run(double, 1, { signal: AbortSignal.abort('changed my mind') }));

    expect(failure).toMatchObject({ reason: 'aborted', cause: 'changed my mind' });
    expect(pool.stats().completed).toBe(0);
  });

  it('ends a task that looks at the flag in less than 300 ms, with its last messages and on a thread that lives on', async () => {
    const pool = openPool({ threads: 1 });
    const abort = new AbortController();
    const heard: string[] = [];
    const begun = firstMessage();
    const onMessage = (message: string) => {
      heard.push(message);
      begun.onMessage();
    };
    const run = failureOf(pool.run(untilCancelled, null, { signal: abort.signal, onMessage }));
    await begun.arrived;

    abort.abort();
    const elapsed = await timed(run);

    expect((await run).reason).toBe('aborted');
    expect(elapsed).toBeLessThan(300);
    expect(heard).toEqual(['begun', 'stopping']);
    expect(await timed(pool.run(double, 1))).toBeLessThan(200);
  });

  it.each([
    ['loops without end', endless],
    ['never settles', neverSettles],
  ])('ends a task that %s in less than 1.5 s, and no other', async (_way, task) => {
    const pool = openPool();
    const abort = new AbortController();
    const neighbour = pool.run(busy, 2500);
    const run = failureOf(pool.run(task, null, { signal: abort.signal }));
    const waiting = pool.run(double, 5);
    await new Promise((resolve) => setTimeout(resolve, 700));

    abort.abort();
    const elapsed = await timed(run);

    expect((await run).reason).toBe('aborted');
    expect(elapsed).toBeGreaterThan(900);
    expect(elapsed).toBeLessThan(1500);
    expect(await waiting).toBe(10);
    expect(await neighbour).toBe(2500);
  });

  it('ends many runs that share one signal, without a warning of leaked listeners', async () => {
    const pool = openPool();
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    const abort = new AbortController();

    const runs = Array.from({ length: 100 }, () => failureOf(pool.run(untilCancelled, null, { signal: abort.signal })));
    abort.abort();
    const failures = await Promise.all(runs);
    process.off('warning', onWarning);

    expect(new Set(failures.map((failure) => failure.reason))).toEqual(new Set(['aborted']));
    expect(warnings).toEqual([]);
  });

  it('after the result changes nothing', async () => {
    const pool = openPool({ threads: 1 });
    const abort = new AbortController();

    const output = await pool.run(double, 4, { signal: abort.signal });
    abort.abort();

    expect(output).toBe(8);
    expect(await pool.run(double, 5)).toBe(10);
  });
});

describe('a time limit', () => {
  it('ends a task that takes longer', async () => {
    const pool = openPool();

    const failure = await failureOf(pool.run(untilCancelled, null, { timeoutMs: 50 }));

    expect(failure).toMatchObject({ reason: 'timed_out', message: expect.stringContaining('50 ms') });
  });

  it('falls back on that of the pool', async () => {
    const pool = openPool({ taskTimeoutMs: 50 });

    expect((await failureOf(pool.run(untilCancelled, null))).reason).toBe('timed_out');
  });

  it('does not count the wait in the queue', async () => {
    const pool = openPool({ threads: 1 });
    const ahead = pool.run(busy, 600);

    const output = await pool.run(double, 1, { timeoutMs: 300 });

    expect(output).toBe(2);
    expect(await ahead).toBe(600);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])('of %d ms is refused as a bug', async (timeoutMs) => {
    const pool = openPool();

    await expect(pool.run(double, 1, { timeoutMs })).rejects.toThrow('Invariant');
  });
});

describe('closing', () => {
  it('aborts what runs and what waits, within 2 s, and refuses what comes later', async () => {
    const pool = openPool();
    const begun = firstMessage();
    const runs = [
      pool.run(endless, null, { onMessage: begun.onMessage }),
      pool.run(untilCancelled, null),
      pool.run(double, 1),
    ].map((run) => failureOf(run));
    await begun.arrived;

    const elapsed = await timed(pool.close());
    const late = await failureOf(pool.run(double, 1));

    expect((await Promise.all(runs)).map((failure) => failure.reason)).toEqual(['aborted', 'aborted', 'aborted']);
    expect(late.reason).toBe('aborted');
    expect(elapsed).toBeLessThan(2000);
  });

  it('starts no thread in place of those that it terminates', async () => {
    const pool = openPool();
    const begun = firstMessage();
    const run = failureOf(pool.run(endless, null, { onMessage: begun.onMessage }));
    await begun.arrived;
    const started: Worker[] = [];
    const onWorker = (worker: Worker) => started.push(worker);
    process.on('worker', onWorker);

    await pool.close();
    process.off('worker', onWorker);

    expect((await run).reason).toBe('aborted');
    expect(started).toHaveLength(0);
  });

  it('can be asked for twice', async () => {
    const pool = openPool();

    await Promise.all([pool.close(), pool.close()]);

    expect(pool.stats().running).toBe(0);
  });

  it.each(['closed', 'idle', 'killed'])(
    'is not needed for the process to end: a %s pool does not keep it',
    async (state) => {
      const { stdout } = await promisify(execFile)(process.execPath, [scriptPath('compute-exit.ts'), state], {
        timeout: 15_000,
      });

      expect(stdout).toBe(`${state} 4\n`);
    },
  );
});
