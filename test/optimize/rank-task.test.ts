/** When a ranking and its texts are there, by a thread that ends them as a test says; and who is the best, and where. */
import { describe, expect, test } from 'vitest';
import { parseSettings } from '../../src/backtest/index.ts';
import { type Compute, ComputeFailure } from '../../src/compute/index.ts';
import { InvariantViolation } from '../../src/core/index.ts';
import { replayTask } from '../../src/optimize/engine/judge-tasks.ts';
import {
  type RankRequest,
  type RankTaskOutput,
  rankAndWrite,
  rankTask,
  type TextsTaskOutput,
} from '../../src/optimize/engine/rank-task.ts';
import { SLICE_COLUMNS, sliceOffset } from '../../src/optimize/figures.ts';
import { planSegments } from '../../src/optimize/segments.ts';
import { walkForwardFolds } from '../../src/optimize/walk-forward.ts';
import {
  builtInStrategies,
  computeIndicators,
  indicatorSpecs,
  parseParameters,
  StrategyRegistry,
} from '../../src/strategies/index.ts';
import { seededRandom } from '../support/random.ts';
import { randomBars } from '../support/series.ts';
import { rowOf } from './honesty/rows.ts';

const REGISTRY = new StrategyRegistry(builtInStrategies);
const INPUT: RankRequest = {
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
  replay: null,
};
const RANKING: RankTaskOutput = { pooled: null, sections: [], isReplayed: false };
const TEXTS: TextsTaskOutput = { replay: null, results: [], skipped: '[]', unranked: '[]', trials: [] };

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

describe('the best of a job', () => {
  const BARS = 500;
  const folds = walkForwardFolds(BARS, { nSplits: 5, trainRatio: 0.7 }, 1);
  const segments = planSegments(folds);
  const random = seededRandom(1);
  const noise = Array.from({ length: BARS }, () => 0.02 * (random() - 0.5));

  /** The same noise around a drift. */
  function combination(drift: number): Float64Array {
    const row = rowOf(
      noise.map((value) => value + drift),
      segments,
    );
    row[sliceOffset(1) + SLICE_COLUMNS.indexOf('fills')] = 1;
    return row;
  }

  async function rankingOf(drifts: readonly number[]): Promise<RankTaskOutput | undefined> {
    const reported: RankTaskOutput[] = [];
    const input: RankRequest = {
      ...{ bars: [randomBars(1, { length: BARS })], folds, segments, settings: { periodsPerYear: 252 } },
      rows: Float64Array.from(drifts.flatMap((drift) => [...combination(drift)])),
      isDone: new Uint8Array(drifts.length).fill(1),
      params: [{ x: 1 }, { x: 2 }, { x: 4 }, { y: 7 }, { y: 8 }],
      skipped: new Map(),
      sections: [
        { strategyType: 'first', space: { x: [4, 2, 1] }, from: 0, to: 3 },
        { strategyType: 'second', space: { y: { min: 7, max: 9, step: 1 } }, from: 3, to: 5 },
      ],
      top: 1,
      isSweep: true,
      replay: null,
    };
    await rankTask(REGISTRY).run(input, { isCancelled: () => false, report: (ranking) => reported.push(ranking) });
    return reported[0];
  }

  test('is the better of the best of its types, and one of them', async () => {
    const ranking = await rankingOf([0.001, 0.003, 0.002, 0.004, 0.0035]);

    expect(ranking?.sections.map((best) => best?.index)).toEqual([1, 3]);
    expect(ranking?.pooled).toBe(ranking?.sections[1]);
    expect((await rankingOf([0.001, 0.005, 0.002, 0.004, 0]))?.pooled?.index).toBe(1);
  });

  test('has its place in the space of its type', async () => {
    const ranking = await rankingOf([0.001, 0.003, 0.002, 0.004, 0.0035]);

    const [first, second] = ranking?.sections ?? [];
    expect(first).toMatchObject({ gridEdge: [], params: { x: 2 } });
    expect(second).toMatchObject({ gridEdge: ['y'], params: { y: 7 } });
    expect(first?.stability).toBeGreaterThan(0);
    expect(first?.stability).toBeLessThan(second?.stability ?? 0);
    expect(second?.stability).toBeLessThan(1);
  });

  const bars = [randomBars(1, { length: BARS })];
  const settings = parseSettings({}, { periodsPerYear: 252 });
  const [momentum, reversion] = ['momentum', 'mean_reversion'].map((name) => {
    const type = REGISTRY.get(name);
    const params = parseParameters(type, {}, '');
    return { name, params, specs: indicatorSpecs(type, params, bars.length) };
  });

  /** What ranking one combination of each of these types says, and then answers. */
  async function rankedTogether(
    types: readonly (typeof momentum)[],
    specs = types.flatMap((type) => type?.specs ?? []),
  ) {
    const reported: RankTaskOutput[] = [];
    const indicators = computeIndicators(specs, bars);
    const request: RankRequest = {
      ...{ bars, folds, segments, settings, skipped: new Map(), top: 1, isSweep: types.length > 1 },
      rows: Float64Array.from(types.flatMap(() => [...combination(0.001)])),
      isDone: new Uint8Array(types.length).fill(1),
      params: types.map((type) => type?.params ?? {}),
      sections: types.map((type, from) => ({ strategyType: type?.name ?? '', space: {}, from, to: from + 1 })),
      replay: { settings, predictions: new Map(), indicators },
    };
    const context = { isCancelled: () => false, report: (ranking: RankTaskOutput) => reported.push(ranking) };
    const { replay } = await rankTask(REGISTRY).run(request, context);
    return { isReplayed: reported[0]?.isReplayed, replay, indicators };
  }

  test('is replayed by the thread that ranks, as by any other', async () => {
    const { isReplayed, replay, indicators } = await rankedTogether([momentum]);

    const input = { bars, folds, settings, indicators, predictions: new Map(), typeName: 'momentum' };
    const context = { isCancelled: () => false, report: () => undefined };
    const expected = await replayTask(REGISTRY).run({ ...input, params: momentum?.params ?? {} }, context);
    expect(isReplayed).toBe(true);
    expect(replay?.curve.length).toBeGreaterThan(1000);
    expect(replay).toEqual(expected);
  });

  test('is left to others where there are several types, or an indicator is not in memory', async () => {
    for (const { isReplayed, replay } of [
      await rankedTogether([momentum, reversion]),
      await rankedTogether([momentum], momentum?.specs.slice(1)),
    ]) {
      expect(isReplayed).toBe(false);
      expect(replay).toBeNull();
    }
  });
});
