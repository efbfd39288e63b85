/** A pool for one test, and proof that closing it leaves no thread behind. */
import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { expect } from 'vitest';
import { ComputeFailure, ThreadPool, type ThreadPoolOptions } from '../../src/compute/index.ts';
import { afterEveryTest } from './endings.ts';
import { scriptUrl } from './script-path.ts';

const pools: ThreadPool[] = [];
const liveThreads = new Set<Worker>();

process.on('worker', (worker) => {
  liveThreads.add(worker);
  worker.once('exit', () => liveThreads.delete(worker));
});

afterEveryTest(async () => {
  if (pools.length === 0) return;
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
  expect([...liveThreads].map((worker) => worker.threadId)).toEqual([]);
});

/** A pool of two threads that serve the tasks of `compute-tasks.ts`; closed after the test. */
export function openPool(options: Partial<ThreadPoolOptions> = {}): ThreadPool {
  const pool = new ThreadPool({ workerUrl: scriptUrl('compute-worker.ts'), threads: 2, ...options });
  pools.push(pool);
  return pool;
}

/** The failure that a run ends in; the test fails when the run has a result. */
export async function failureOf(run: Promise<unknown>): Promise<ComputeFailure> {
  const ending = await run.then(
    (output) => new Error(`expected a failure, got ${String(output)}`),
    (error: unknown) => error,
  );
  if (ending instanceof ComputeFailure) return ending;
  throw ending;
}

/** How long `work` takes, in milliseconds. */
export async function timed(work: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work;
  return performance.now() - start;
}

/** Resolves once a task has reported its first message: then it runs. `onMessage` goes into the options of the run. */
export function firstMessage(): { readonly arrived: Promise<unknown>; readonly onMessage: () => void } {
  const heard = new AbortController();
  return { arrived: once(heard.signal, 'abort'), onMessage: () => heard.abort() };
}
