/** What is done beforehand for the first job: all of it on every thread, none of it to be seen. */
import { setImmediate as breathe } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type Compute, ComputeFailure, defineTask, type Task } from '../../src/compute/index.ts';
import { systemClock, unavailable } from '../../src/core/index.ts';
import { type Bars, type BarsRequest, MarketData, SimulatedProvider } from '../../src/market/index.ts';
import { strategyTasks } from '../../src/optimize/engine/tasks.ts';
import { WARM_UP, type WarmUpInput, warmUpTask } from '../../src/optimize/engine/warm-up-task.ts';
import { OptimizationRunner } from '../../src/optimize/index.ts';
import { builtInStrategies, StrategyRegistry } from '../../src/strategies/index.ts';
import type { TestServices } from '../support/compose.ts';
import { eachDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { EXAMPLE, ended, readJob, submit } from '../support/jobs.ts';
import { startServices } from '../support/services.ts';

/** How long a thread takes that was told to end, in milliseconds: one that loads does not look at its flag. */
const SLOW_END_MS = 300;

/** Runs a second runner beside one that takes no jobs. */
async function withRunner(
  deps: TestServices,
  parts: { readonly compute?: Compute; readonly market?: MarketData },
  use: (runner: OptimizationRunner) => Promise<void>,
): Promise<void> {
  const runner = new OptimizationRunner({ ...deps, ...parts, maxRunningJobs: 4 });
  try {
    await use(runner);
  } finally {
    await runner.close();
  }
}

/** Threads on which nothing ends before it is told to, and then slowly. */
function slowThreads(): { readonly compute: Compute; readonly begun: () => number } {
  let begun = 0;
  const run: Compute['run'] = async (_task, _input, { signal } = {}) => {
    begun += 1;
    return await new Promise<never>((_resolve, reject) => {
      signal?.addEventListener('abort', () => {
        setTimeout(() => reject(new ComputeFailure('aborted', 'It was told to end.')), SLOW_END_MS);
      });
    });
  };
  const stats = () => ({ threads: 1, running: 0, queued: 0, completed: 0 });
  const compute: Compute = { parallelism: 1, run, stats, forJob: () => compute };
  return { compute, begun: () => begun };
}

/** The same threads; names the tasks that are of no job. */
function watched(threads: Compute): { readonly compute: Compute; readonly withoutJob: readonly string[] } {
  const withoutJob: string[] = [];
  const run: Compute['run'] = (task, input, options) => {
    withoutJob.push(task.name);
    return threads.run(task, input, options);
  };
  const { parallelism } = threads;
  return { compute: { parallelism, run, forJob: () => threads.forJob(), stats: () => threads.stats() }, withoutJob };
}

/** Answers no request for bars until it closes, and then as a source does that is cut off. */
class SilentProvider extends SimulatedProvider {
  readonly #waiting: ((error: unknown) => void)[] = [];

  get waiting(): number {
    return this.#waiting.length;
  }

  override bars(_request: BarsRequest): Promise<Bars> {
    return new Promise((_resolve, reject) => {
      this.#waiting.push(reject);
    });
  }

  override close(): void {
    for (const reject of this.#waiting.splice(0)) reject(unavailable('The provider is closing.'));
  }
}

eachDatabase((_provider, create) => {
  it('runs a made-up job three times on every thread, once, and leaves no row and no event', async () => {
    const services = await startServices(await create(), { pool: { threads: 2 } });
    const { compute, database, runner } = services;
    const head = services.journal.head();

    runner.warmUp();
    runner.warmUp();

    // A thread has one task at a time: two that run together have one each.
    await eventually('both threads', () => (compute.stats().running === 2 ? true : null));
    await eventually('all ends', () => (compute.stats().completed === 6 ? true : null));
    expect(compute.stats()).toMatchObject({ running: 0, queued: 0 });
    await runner.close();
    expect(services.logged).toEqual([]);
    expect(await database.read.optimization.count()).toBe(0);
    expect(services.journal.head()).toBe(head);
  });

  it('ends with the runner', async () => {
    const services = await startServices(await create(), { pool: { threads: 1 } });

    services.runner.warmUp();
    await services.runner.close();

    expect(services.compute.stats()).toMatchObject({ running: 0, queued: 0 });
    expect(services.logged).toEqual([]);
  });

  it('does not keep jobs from running', async () => {
    const services = await startServices(await create());

    services.runner.warmUp();
    const row = await ended(services, (await submit(services)).id);

    expect(row.status).toBe('complete');
  });

  it('leaves the threads to a job that begins', async () => {
    const services = await startServices(await create(), { maxRunningJobs: 0 });
    const told: WarmUpInput[] = [];
    const slow = slowThreads().compute;
    const run: Compute['run'] = async (task, input, options) => {
      if (task.name !== WARM_UP.name) return await services.compute.run(task, input, options);
      told.push(input as WarmUpInput);
      return await slow.run(task, input, options);
    };
    const { id } = await submit(services);

    await withRunner(
      services,
      { compute: { ...slow, run, forJob: () => services.compute.forJob() } },
      async (runner) => {
        runner.warmUp();
        const { isEnough } = await eventually('the warm-up', () => told[0]);
        expect(isEnough[0]).toBe(0);
        runner.start();
        await ended(services, id);
        expect(isEnough[0]).toBe(1);
      },
    );
  });

  it('does not take the threads from a job that waits already', async () => {
    const services = await startServices(await create(), { maxRunningJobs: 0 });
    const { compute, withoutJob } = watched(services.compute);
    const { id } = await submit(services);

    await withRunner(services, { compute }, async (runner) => {
      runner.start();
      runner.warmUp();
      expect((await ended(services, id)).status).toBe('complete');
    });

    expect(withoutJob).toEqual([]);
  });

  it('does not take the threads from a job that is being stored', async () => {
    const services = await startServices(await create(), { maxRunningJobs: 0 });
    const { compute, withoutJob } = watched(services.compute);
    const { market, user } = services;
    const { symbols, start, end } = EXAMPLE;
    const bars = await market.alignedBars(user.userId, { symbols, start, end, interval: '1d' });

    await withRunner(services, { compute }, async (runner) => {
      const storing = runner.submit(bars, async () => {
        runner.warmUp();
        await breathe();
        throw new Error('The disk is full.');
      });
      await expect(storing).rejects.toThrow('The disk is full.');
    });

    expect(withoutJob).toEqual([]);
  });

  it('does not keep a runner that closes from giving back a job that waits for bars', async () => {
    const services = await startServices(await create(), { maxRunningJobs: 0 });
    const { database } = services;
    const provider = new SilentProvider({ clock: systemClock, seed: 'tests' });
    const market = new MarketData({ database, clock: systemClock, provider });
    const { compute, begun } = slowThreads();

    await withRunner(services, { compute, market }, async (runner) => {
      runner.warmUp();
      await eventually('a thread to warm up', () => (begun() === 1 ? true : null));
      const { id } = await submit(services);
      runner.start();
      await eventually('the job to ask for bars', () => (provider.waiting === 1 ? true : null));

      const closed = runner.close();
      // As the server does.
      setImmediate(() => market.close());
      await closed;

      expect(await readJob(services, id)).toMatchObject({ status: 'pending', error: null });
    });
  });

  it('gives every task what a job gives it, down to the order of the keys', async () => {
    const services = await startServices(await create(), { maxRunningJobs: 0 });
    // Without a combination that is skipped, and why: the warm-up has none.
    const { id } = await submit(services, {
      ...EXAMPLE,
      paramGrid: { short_window: [5, 10], long_window: [20, 50], ma_type: ['sma'] },
    });
    const ofJob = new Map<string, unknown>();

    await withRunner(services, { compute: noted(services.compute, ofJob) }, async (runner) => {
      runner.start();
      expect((await ended(services, id)).status).toBe('complete');
    });

    expect([...ofJob.keys()]).toEqual(['optimize.evaluate', 'optimize.rank', 'optimize.steps']);
    expect(shapesOf(await inputsOfWarmUp())).toBe(shapesOf(ofJob));
  });
});

it('gives every task a copy, as another thread does', async () => {
  const inputs = await inputsOfWarmUp();

  const given = Array.from(inputs.values(), barsOf).filter((each) => each !== undefined);
  expect(given.length).toBeGreaterThan(1);
  expect(new Set(given).size).toBe(given.length);
});

it('ends soon when it is told that it is enough', async () => {
  const isEnough = new Int32Array(1);
  const run: string[] = [];
  const tasks = strategyTasks(new StrategyRegistry(builtInStrategies)).filter(({ name }) => name !== WARM_UP.name);
  const noting = tasks.map((task: Task<never, unknown>) =>
    defineTask(task.name, (input: never, context) => {
      run.push(task.name);
      isEnough[0] = 1;
      return task.run(input, context);
    }),
  );

  await warmUpTask(new StrategyRegistry(builtInStrategies), noting).run(
    { isEnough },
    { isCancelled: () => false, report: () => undefined },
  );

  expect(run).toEqual(['optimize.evaluate']);
});

it('ends well wherever it is cancelled', async () => {
  const task = strategyTasks(new StrategyRegistry(builtInStrategies)).find(({ name }) => name === WARM_UP.name);
  const runUntil = async (places: number): Promise<number> => {
    let asked = 0;
    const isCancelled = () => ++asked > places;
    const context = { isCancelled, report: () => undefined };
    expect(await (task as Task<WarmUpInput, null>).run({ isEnough: new Int32Array(1) }, context)).toBeNull();
    return asked;
  };
  const all = await runUntil(Infinity);

  expect(all).toBeGreaterThan(100);
  // The first of several rounds in small steps, the others in large ones.
  for (let places = 0; places < all; places += places < all / 10 ? 7 : Math.ceil(all / 12)) await runUntil(places);
});

function barsOf(input: unknown): unknown {
  const { bars, plan } = input as { readonly bars?: unknown; readonly plan?: { readonly bars: unknown } };
  return bars ?? plan?.bars;
}

/** What the tasks of the warm-up are given first, by name. */
async function inputsOfWarmUp(): Promise<ReadonlyMap<string, unknown>> {
  const registry = new StrategyRegistry(builtInStrategies);
  const inputs = new Map<string, unknown>();
  const tasks: readonly Task<never, unknown>[] = strategyTasks(registry).filter(({ name }) => name !== WARM_UP.name);
  const noting = tasks.map(({ name, run }) =>
    defineTask(name, (input: never, context) => {
      if (!inputs.has(name)) inputs.set(name, input);
      return run(input, context);
    }),
  );
  await warmUpTask(registry, noting).run(
    { isEnough: new Int32Array(1) },
    { isCancelled: () => false, report: () => undefined },
  );
  return inputs;
}

/** The same threads; notes what the tasks of its jobs are given first, by name. */
function noted(threads: Compute, inputs: Map<string, unknown>): Compute {
  const run: Compute['run'] = (task, input, options) => {
    // Some of it is emptied when the job ends.
    if (!inputs.has(task.name)) inputs.set(task.name, structuredClone(input));
    return threads.run(task, input, options);
  };
  const { parallelism } = threads;
  return { parallelism, run, forJob: () => noted(threads.forJob(), inputs), stats: () => threads.stats() };
}

/** What `shapeOf` says of each, as a text. */
function shapesOf(inputs: ReadonlyMap<string, unknown>): string {
  return JSON.stringify(Array.from(inputs, ([name, input]) => [name, shapeOf(input)]));
}

/** Keys and kinds of values, of a list those of its first. */
function shapeOf(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return value.constructor.name;
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (value instanceof Map) return ['map', ...[...value.values()].slice(0, 1).map(shapeOf)];
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.entries(value).map(([key, each]) => [key, shapeOf(each)]);
}
