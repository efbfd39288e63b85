/** When a ranking and its texts are there, by a thread that ends them as a test says. */
import { describe, expect, test } from 'vitest';
import { type Compute, ComputeFailure } from '../../src/compute/index.ts';
import { InvariantViolation } from '../../src/core/index.ts';
import { type RankTaskOutput, rankAndWrite, type TextsTaskOutput } from '../../src/optimize/engine/rank-task.ts';
import type { RankTaskInput } from '../../src/optimize/engine/result-texts.ts';
import { planSegments } from '../../src/optimize/segments.ts';

const INPUT: RankTaskInput = {
  bars: [],
  folds: [],
  segments: planSegments([]),
  settings: { periodsPerYear: 252 },
  rows: new Float64Array(0),
  isDone: new Uint8Array(0),
  params: [],
  skipped: new Map(),
  sections: [],
  top: 1,
  isSweep: false,
};
const RANKING: RankTaskOutput = { pooled: null, sections: [] };
const TEXTS: TextsTaskOutput = { results: [], skipped: '[]', unranked: '[]', trials: [] };

/** A thread with one task: it reports and ends when it is told to, and fails when it is aborted. */
function begin(signal?: AbortSignal) {
  const thread = {
    report: (_ranking: RankTaskOutput): void => undefined,
    end: (_texts: TextsTaskOutput): void => undefined,
    fail: (_error: Error): void => undefined,
  };
  const run = (_task: unknown, _input: unknown, options: Parameters<Compute['run']>[2]) =>
    new Promise((resolve, reject) => {
      thread.report = (ranking) => options?.onMessage?.(ranking);
      thread.end = resolve;
      thread.fail = reject;
      options?.signal?.addEventListener('abort', () => reject(new ComputeFailure('aborted', 'It was aborted.')));
    });
  const stats = () => ({ threads: 1, running: 0, queued: 0, completed: 0 });
  const compute: Compute = { parallelism: 1, run: run as Compute['run'], stats, forJob: () => compute };
  return { thread, ...rankAndWrite(compute, INPUT, signal) };
}

describe('a ranking', () => {
  test('is there before its texts are', async () => {
    const { thread, ranking, texts } = begin();

    thread.report(RANKING);

    expect(await ranking).toBe(RANKING);
    thread.end(TEXTS);
    expect(await texts).toBe(TEXTS);
  });

  test('is there when its message and its texts arrive together', async () => {
    const { thread, ranking, texts } = begin();

    thread.report(RANKING);
    thread.end(TEXTS);

    expect(await Promise.all([ranking, texts])).toEqual([RANKING, TEXTS]);
  });

  test('stays when its texts fail', async () => {
    const { thread, ranking, texts } = begin();
    thread.report(RANKING);

    thread.fail(new ComputeFailure('threw', 'There is no text.'));

    expect(await ranking).toBe(RANKING);
    await expect(texts).rejects.toMatchObject({ reason: 'threw' });
  });

  test('stays when it is aborted later', async () => {
    const abort = new AbortController();
    const { thread, ranking, texts } = begin(abort.signal);
    thread.report(RANKING);

    abort.abort();

    expect(await ranking).toBe(RANKING);
    await expect(texts).rejects.toMatchObject({ reason: 'aborted' });
  });

  test('fails as its texts do when it is aborted before', async () => {
    const abort = new AbortController();
    const { ranking, texts } = begin(abort.signal);

    abort.abort();

    const both = await Promise.allSettled([ranking, texts]);
    expect(both).toMatchObject([{ reason: { reason: 'aborted' } }, { reason: { reason: 'aborted' } }]);
  });

  test('fails when the thread ends without it', async () => {
    const { thread, ranking, texts } = begin();

    thread.end(TEXTS);

    await expect(ranking).rejects.toThrow(InvariantViolation);
    expect(await texts).toBe(TEXTS);
  });
});
