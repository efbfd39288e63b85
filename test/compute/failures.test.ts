import { getPriority } from 'node:os';
import { describe, expect, it, vi } from 'vitest';
import { serveTasks } from '../../src/compute/index.ts';
import { failureOf, openPool } from '../support/compute-pool.ts';
import * as tasks from '../support/compute-tasks.ts';
import { eventually } from '../support/eventually.ts';

const unhandled: unknown[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));
process.on('uncaughtException', (error) => unhandled.push(error));

function refuse(message: string): never {
  throw new Error(`the listener wants no '${message}'`);
}

/** Runs `failing` on a pool that has another task running and more waiting, and asserts that those come to no harm. */
async function failsAlone(failing: () => Promise<unknown>, pool: ReturnType<typeof openPool>) {
  const neighbour = pool.run(tasks.busy, 300);
  const failed = failureOf(failing());
  const waiting = [1, 2, 3].map((input) => pool.run(tasks.double, input));

  expect(await neighbour).toBe(300);
  expect(await Promise.all(waiting)).toEqual([2, 4, 6]);
  const failure = await failed;
  expect(await pool.run(tasks.double, 50)).toBe(100);
  expect(unhandled).toEqual([]);
  return failure;
}

describe('a task that fails', () => {
  it('rejects with what it threw', async () => {
    const pool = openPool();

    const failure = await failsAlone(() => pool.run(tasks.throwRangeError, undefined), pool);

    expect(failure.reason).toBe('threw');
    expect(failure.message).toBe("Task 'throwRangeError' failed: window 9 is longer than the series.");
    expect(failure.cause).toBeInstanceOf(RangeError);
  });

  it('rejects with the message of an error that cannot be cloned', async () => {
    const pool = openPool();

    const failure = await failsAlone(() => pool.run(tasks.throwUncloneable, undefined), pool);

    expect(failure).toMatchObject({ reason: 'threw', message: "Task 'throwUncloneable' failed: holds a function." });
  });

  it('rejects when its output cannot be cloned', async () => {
    const pool = openPool();

    const failure = await failsAlone(() => pool.run(tasks.returnUncloneable, undefined), pool);

    expect(failure).toMatchObject({ reason: 'threw', message: expect.stringContaining('could not be cloned') });
  });

  it('rejects when its input cannot be cloned', async () => {
    const pool = openPool();

    const failure = await failsAlone(() => pool.run({ name: 'double' }, () => 1), pool);

    expect(failure).toMatchObject({
      reason: 'threw',
      message: expect.stringContaining('could not be sent to a thread'),
    });
  });

  it('rejects when no task of that name is served, and names those that are', async () => {
    const pool = openPool();

    const failure = await failsAlone(() => pool.run(tasks.unknownTask, undefined), pool);

    expect(failure).toMatchObject({ reason: 'threw', message: expect.stringMatching(/unknownTask.*double/) });
  });

  it.each([0, 3])('has crashed when it ends its thread with exit code %i, after its messages', async (code) => {
    const pool = openPool();
    const heard: string[] = [];

    const failure = await failsAlone(
      () => pool.run(tasks.exitAfterReport, code, { onMessage: (message) => heard.push(message) }),
      pool,
    );

    expect(failure.reason).toBe('crashed');
    expect(failure.message).toContain(`exited with code: ${code}`);
    expect(heard).toEqual(['last words']);
  });

  it('has crashed when an error outside of its promise is caught by nobody', async () => {
    const pool = openPool();

    const failure = await failsAlone(() => pool.run(tasks.failAside, undefined), pool);

    expect(failure).toMatchObject({ reason: 'crashed', message: expect.stringContaining('nobody awaited this') });
  });

  it.each(['objects', 'one array'] as const)(
    'runs out of memory alone when it allocates %s without end',
    async (way) => {
      const pool = openPool({ maxMemoryMb: 96 });
      const before = process.memoryUsage.rss();

      const failure = await failsAlone(() => pool.run(tasks.hog, way), pool);

      expect(failure.reason).toBe('out_of_memory');
      expect(process.memoryUsage.rss() - before).toBeLessThan(200 * 2 ** 20);
    },
  );

  it('does not take the process down when an error surfaces after its result', async () => {
    const deaths: unknown[] = [];
    const pool = openPool({ threads: 1, onThreadError: (error) => deaths.push(error) });

    const returned = await pool.run(tasks.failLate, undefined);
    await eventually('the late error', () => (deaths.length > 0 ? true : null));

    expect(returned).toBe('returned');
    expect(deaths).toMatchObject([{ message: 'late and uncaught' }]);
    expect(await pool.run(tasks.double, 2)).toBe(4);
    expect(unhandled).toEqual([]);
  });

  it('is stopped when the listener of its messages throws, and the process goes on', async () => {
    const pool = openPool();

    const failure = await failsAlone(() => pool.run(tasks.untilCancelled, null, { onMessage: refuse }), pool);

    expect(failure).toMatchObject({ reason: 'threw', message: expect.stringContaining("wants no 'begun'") });
  });

  it('leaves a pool that survives ten crashes in a row', async () => {
    const pool = openPool({ threads: 1 });

    const runs = Array.from({ length: 10 }, () => failureOf(pool.run(tasks.exitAfterReport, 1)));
    const last = pool.run(tasks.double, 1);

    expect((await Promise.all(runs)).map((failure) => failure.reason)).toEqual(Array(10).fill('crashed'));
    expect(await last).toBe(2);
  });
});

describe('a worker entry that cannot be loaded', () => {
  it.each([
    ['throws', 'compute-broken-throws.mjs', 'no such indicator table'],
    ['exits', 'compute-broken-exits.mjs', ''],
    ['is missing', 'compute-no-such-file.mjs', 'compute-no-such-file.mjs'],
  ])(
    'fails every task at once when it %s',
    async (_way, file, cause) => {
      const pool = openPool({ workerUrl: new URL(`../support/${file}`, import.meta.url), threads: 1 });

      const failures = await Promise.all([1, 2, 3].map((input) => failureOf(pool.run(tasks.double, input))));

      expect(failures.map((failure) => failure.reason)).toEqual(['crashed', 'crashed', 'crashed']);
      for (const failure of failures) expect(failure.message).toContain(cause);
    },
    5000,
  );

  it('fails a task when loading takes longer than the start limit', async () => {
    const workerUrl = new URL('../support/compute-broken-hangs.mjs', import.meta.url);
    const pool = openPool({ workerUrl, threads: 1, startTimeoutMs: 200 });

    const failure = await failureOf(pool.run(tasks.double, 1));

    expect(failure).toMatchObject({ reason: 'crashed', message: expect.stringContaining('within 200 ms') });
  });

  it('lets a thread take most of a minute where no limit is given, because the machine may be busy', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const pool = openPool({ workerUrl: new URL('../support/compute-broken-hangs.mjs', import.meta.url), threads: 1 });
      let isOver = false;
      const failing = failureOf(pool.run(tasks.double, 1)).finally(() => {
        isOver = true;
      });
      await vi.advanceTimersByTimeAsync(55_000);
      const wasOver = isOver;
      await vi.advanceTimersByTimeAsync(5_000);

      expect(wasOver).toBe(false);
      expect((await failing).message).toContain('within 60000 ms');
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('serveTasks', () => {
  it('leaves the priority of a main thread alone', () => {
    const before = getPriority(0);

    serveTasks([tasks.double]);

    expect(getPriority(0)).toBe(before);
  });

  it('refuses two tasks of one name', () => {
    expect(() => serveTasks([tasks.double, tasks.busy, tasks.double])).toThrow('same name');
  });
});
