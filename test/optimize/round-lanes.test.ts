/** How the lanes of a job share a round: one message for each, whoever comes late finds nothing left, and nothing is lost. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { parseSettings } from '../../src/backtest/index.ts';
import { type Compute, ComputeFailure, type TaskName } from '../../src/compute/index.ts';
import { bundlesOf, isLong, isWorthSharing, nextBundle } from '../../src/optimize/engine/batches.ts';
import { type ComputableJob, computeJob } from '../../src/optimize/engine/compute-job.ts';
import {
  EVALUATE,
  type EvaluateTaskInput,
  evaluateTask,
  INDICATORS,
  type LaneProgress,
} from '../../src/optimize/engine/evaluate-task.ts';
import { JobFigures } from '../../src/optimize/engine/job-figures.ts';
import { SharedMemory } from '../../src/optimize/engine/shared-memory.ts';
import {
  areComputed,
  awaitPortions,
  computePortions,
  sharePortions,
} from '../../src/optimize/engine/shared-portions.ts';
import { isTaken, shareRange } from '../../src/optimize/engine/shared-range.ts';
import { parseSpace, trialCount } from '../../src/optimize/search/index.ts';
import { planSegments } from '../../src/optimize/segments.ts';
import { walkForwardFolds } from '../../src/optimize/walk-forward.ts';
import { builtInStrategies, indicatorKey, indicatorSpecs, StrategyRegistry } from '../../src/strategies/index.ts';
import { randomBars } from '../support/series.ts';

const BARS = 20_000;
const FOLDS = walkForwardFolds(BARS, { nSplits: 3, trainRatio: 0.7 }, 1);
const REGISTRY = new StrategyRegistry(builtInStrategies);
const TYPE = REGISTRY.get('momentum');
const SEARCH = { method: 'grid', maxTrials: null, seed: null } as const;
/** 24 short windows with as many long ones. */
function jobOf(longWindows: number): ComputableJob {
  const windows = (count: number, from: number) => Array.from({ length: count }, (_, i) => from + i);
  const grid = { short_window: windows(24, 4), long_window: windows(longWindows, 30) };
  const space = parseSpace(TYPE, grid, { method: 'grid', maxCombinations: 5000 });
  return {
    ...{ bars: [randomBars(1, { length: BARS })], folds: FOLDS, segments: planSegments(FOLDS), predictions: new Map() },
    ...{ settings: parseSettings({}, { periodsPerYear: 252 }), search: SEARCH },
    sections: [{ type: TYPE, space, from: 0, to: trialCount(TYPE, space, SEARCH) }],
  };
}
const JOB = jobOf(22);
const WORK = { type: TYPE, bars: JOB.bars, settings: JOB.settings };
const evaluate = evaluateTask(REGISTRY);

/** One message to a thread, as it comes to it. */
interface Turn {
  readonly number: number;
  readonly input: EvaluateTaskInput;
  readonly report: (progress: LaneProgress) => void;
}

/** Two threads here, one message after the other. @param before each; may throw as a thread that fails */
function threads(before: (turn: Turn) => void = () => undefined) {
  const turns: Turn[] = [];
  const run = async (
    { name }: TaskName<unknown, unknown>,
    input: EvaluateTaskInput,
    options: { readonly onMessage: (progress: LaneProgress) => void; readonly signal: AbortSignal },
  ) => {
    await Promise.resolve();
    if (options.signal.aborted) throw new ComputeFailure('aborted', 'It was aborted.');
    expect(name).toBe(EVALUATE.name);
    const turn = { number: turns.length, input, report: options.onMessage };
    turns.push(turn);
    before(turn);
    return evaluate.run(input, { isCancelled: () => options.signal.aborted, report: options.onMessage });
  };
  const stats = () => ({ threads: 2, running: 0, queued: 0, completed: 0 });
  const compute: Compute = { parallelism: 2, run: run as Compute['run'], stats, forJob: () => compute };
  return { compute, turns };
}

async function search(
  compute: Compute,
  { onBatch = () => undefined, job = JOB }: { readonly onBatch?: () => void; readonly job?: ComputableJob } = {},
) {
  const memory = new SharedMemory();
  const figures = new JobFigures(job.sections[0]?.to ?? 0, job.segments, memory);
  const hooks = { signal: new AbortController().signal, onBatch, onFold: () => undefined };
  const ending = computeJob(compute, job, { figures, hooks, memory });
  await ending.catch(() => undefined);
  return { figures, ending };
}

/** Where no indicator can be written. */
const NOWHERE = { bars: JOB.bars, columns: new Map() };
/** No batch. */
const NOTHING = { batches: [], left: shareRange({ from: 0, to: 0 }), rows: new Float64Array() };

/** A clock that stands still while nobody moves it on. */
function standingClock(): { advance(ms: number): void } {
  let now = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  return {
    advance: (ms) => {
      now += ms;
    },
  };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a round of a job', () => {
  test('is sent to each lane once, and done by the first while the second waits for a thread', async () => {
    standingClock();
    const left: boolean[] = [];
    const { compute, turns } = threads(({ input }) => left.push(!isTaken(input.left)));

    const { figures, ending } = await search(compute);
    await ending;

    expect(turns).toHaveLength(2);
    expect(left).toEqual([true, false]);
    expect(figures.done).toBe(figures.total);
    // 24 short windows and 22 long ones: the replay finds them.
    expect((await ending).inMemory.size).toBe(46);
  });

  test('is sent again to a lane whose turn is over, until nothing is left of it', async () => {
    const clock = standingClock();
    const { compute, turns } = threads();
    let batches = 0;

    const { figures, ending } = await search(compute, {
      onBatch: () => {
        batches += 1;
        clock.advance(100);
      },
    });
    await ending;

    expect(batches).toBe(4);
    // Each turn ends with the batch that takes it beyond its time, also where no lane has come back before.
    expect(turns).toHaveLength(batches);
    // Indicators are computed by the first.
    expect(turns.map(({ input }) => input.missing === null)).toEqual(turns.map((_, i) => i > 1));
    expect(figures.done).toBe(figures.total);
  });

  test.each([
    [22, EVALUATE.name],
    [170, INDICATORS.name],
  ])('of 24 x %i combinations begins with %s', async (longWindows, expected) => {
    const names: string[] = [];
    const { compute } = threads();
    const run: Compute['run'] = async ({ name }) => {
      names.push(name);
      throw new ComputeFailure('crashed', 'The thread has ended.');
    };

    const { ending } = await search({ ...compute, run }, { job: jobOf(longWindows) });

    await expect(ending).rejects.toThrow('The thread has ended.');
    expect(names).toEqual([expected, expected]);
  });

  test('of many combinations is sent batch by batch, and each lane another', async () => {
    const { compute, turns } = threads();

    const { figures, ending } = await search(compute, { job: jobOf(44) });
    await ending;

    expect(figures.done).toBe(24 * 44);
    expect(turns.map(({ input }) => input.batches.length)).toEqual([1, 1, 1, 1]);
    expect(new Set(turns.map(({ input }) => input.left)).size).toBe(4);
  });

  test('keeps the batches that a lane has told of before it failed, and fails as it did', async () => {
    const { compute, turns } = threads(({ number, input, report }) => {
      if (number === 0) report({ kind: 'batch', place: 1, skipped: [[Number(input.batches[1]?.indexes[0]), 'Why.']] });
      throw new ComputeFailure('crashed', `Thread ${number} has ended.`);
    });

    const { figures, ending } = await search(compute);

    await expect(ending).rejects.toThrow('Thread 0 has ended.');
    const [kept] = turns.map(({ input }) => [...(input.batches[1]?.indexes ?? [])]);
    expect([...figures.doneAs(0, figures.done)]).toEqual(kept);
    expect([...figures.skipped]).toEqual([[kept?.[0], 'Why.']]);
  });
});

describe('a lane', () => {
  const specs = indicatorSpecs(TYPE, { short_window: 5, long_window: 30, ma_type: 'sma', signal_threshold: 0 }, 1);
  const taken = () => {
    const missing = sharePortions(specs, { bars: BARS, lanes: 2 });
    missing.left.next.fill(missing.portions.length);
    return missing;
  };

  test('waits for the indicators that others have taken', () => {
    const missing = taken();
    let asked = 0;

    const isWhole = awaitPortions(missing, () => {
      asked += 1;
      Atomics.add(missing.computed, 0, 1);
      return false;
    });

    expect(missing.portions.length).toBeGreaterThan(1);
    expect(isWhole).toBe(true);
    expect(asked).toBe(missing.portions.length);
  });

  test('counts a portion when its values are written, not before', () => {
    const missing = sharePortions(specs, { bars: BARS, lanes: 2 });

    for (const _ of missing.portions) {
      expect(() => computePortions(missing, NOWHERE, () => false)).toThrow('has a column');
    }

    expect(isTaken(missing.left)).toBe(true);
    expect(areComputed(missing)).toBe(false);
  });

  test('takes no further portion when its turn is over, and waits for none', async () => {
    const clock = standingClock();
    const missing = sharePortions(specs, { bars: BARS, lanes: 2 });
    const column = new Float64Array(BARS);
    const indicators = new Map(specs.map((spec) => [indicatorKey(spec), column]));
    vi.spyOn(indicators, 'get').mockImplementation(() => {
      clock.advance(100);
      return column;
    });
    const turn = () =>
      evaluate.run(
        { plan: { ...JOB, typeName: TYPE.name, indicators }, missing, ...NOTHING },
        { isCancelled: () => false, report: () => undefined },
      );

    await turn();
    expect(missing.portions.length - Number(missing.left.next[0])).toBe(1);

    missing.left.next.fill(missing.portions.length);
    const waiting = { ...missing, computed: new Int32Array(new SharedArrayBuffer(4)) };
    let asked = 0;
    vi.spyOn(Atomics, 'wait').mockImplementation(() => {
      asked += 1;
      clock.advance(100);
      return 'timed-out';
    });
    await evaluate.run(
      { plan: { ...JOB, typeName: TYPE.name, indicators }, missing: waiting, ...NOTHING },
      { isCancelled: () => false, report: () => undefined },
    );
    expect(asked).toBe(1);
  });

  test('tells of no batch that it was cancelled in', async () => {
    const { compute, turns } = threads();
    await search(compute);
    const input = turns[0]?.input;
    if (input === undefined) throw new Error('There was a turn.');
    input.left.next.fill(0);
    const told: LaneProgress[] = [];
    let asked = 0;

    await evaluate.run(
      { ...input, missing: null, rows: input.rows.slice() },
      { isCancelled: () => ++asked > 3, report: (progress) => told.push(progress) },
    );

    expect(asked).toBeGreaterThan(3);
    expect(told).toEqual([]);
  });

  test('waits no longer than until it is cancelled, and then takes no batch', async () => {
    const missing = taken();
    const [bundle] = bundlesOf([0, 1], { ...WORK, lanes: 1 });
    const batches = [{ params: [], indexes: new Int32Array() }];
    const plan = { ...JOB, typeName: TYPE.name, indicators: new Map() };
    const left = bundle?.left ?? missing.left;
    let asked = 0;

    await evaluate.run(
      { plan, missing, batches, left, rows: new Float64Array() },
      { isCancelled: () => ++asked > 3, report: () => undefined },
    );

    expect(areComputed(missing)).toBe(false);
    expect(isTaken(left)).toBe(false);
  });
});

describe('the batches of a round', () => {
  const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);
  const bundles = (count: number) => bundlesOf(numbers(count), { ...WORK, lanes: 2 });

  test('hold each combination once, and are few, as many for each lane', () => {
    for (const [count, expected] of [
      [200, 2],
      [500, 2],
      [900, 4],
      [5000, 4],
    ] as const) {
      const batches = bundles(count).flatMap((bundle) => bundle.batches);

      expect(batches.flat()).toEqual(numbers(count));
      expect(batches).toHaveLength(expected);
    }
  });

  test('are sent together where they are few combinations, and one by one where parameters would be copied often', () => {
    expect(bundles(1000).map(({ batches }) => batches.length)).toEqual([4]);
    expect(bundles(1001).map(({ batches }) => batches.length)).toEqual([1, 1, 1, 1]);
  });

  test('are taken from where the fewest lanes are, until nothing is left', () => {
    const [one, two] = bundles(2000).slice(0, 2);
    if (one === undefined || two === undefined) throw new Error('There are two.');

    one.lanes = 1;
    expect(nextBundle([one, two])).toBe(two);
    two.lanes = 2;
    expect(nextBundle([one, two])).toBe(one);
    one.left.next.fill(1);
    expect(nextBundle([one, two])).toBe(two);
    two.left.next.fill(1);
    expect(nextBundle([one, two])).toBeUndefined();
  });

  test('come after a message for indicators where they are more than a turn for each lane', () => {
    expect(isLong(4000, { ...WORK, lanes: 2 })).toBe(false);
    expect(isLong(4001, { ...WORK, lanes: 2 })).toBe(true);
  });

  test('are for one lane where all of it takes a few milliseconds, indicators included', () => {
    expect(isWorthSharing(99, 0, WORK)).toBe(false);
    expect(isWorthSharing(100, 0, WORK)).toBe(true);
    expect(isWorthSharing(1, 33, WORK)).toBe(true);
  });
});
