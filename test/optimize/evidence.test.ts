/** How the lanes of a job share what is done at its end, by threads that end each task a turn after it began. */
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../src/backtest/index.ts';
import { type Compute, ComputeFailure, type TaskName } from '../../src/compute/index.ts';
import type { ComputableJob } from '../../src/optimize/engine/compute-job.ts';
import { INDICATORS, type IndicatorTaskInput, indicatorTask } from '../../src/optimize/engine/evaluate-task.ts';
import { IndicatorCache } from '../../src/optimize/engine/indicator-cache.ts';
import { JobFigures } from '../../src/optimize/engine/job-figures.ts';
import { gatherEvidence } from '../../src/optimize/engine/judge-job.ts';
import { FIELD, PBO, type PboTaskInput, REPLAY, type ReplayTaskInput } from '../../src/optimize/engine/judge-tasks.ts';
import type { BestOfGroup, RankTaskOutput, TextsTaskOutput } from '../../src/optimize/engine/rank-task.ts';
import { SharedMemory } from '../../src/optimize/engine/shared-memory.ts';
import { STEPS, type StepRequest } from '../../src/optimize/engine/steps-task.ts';
import { planSegments } from '../../src/optimize/segments.ts';
import { walkForwardFolds } from '../../src/optimize/walk-forward.ts';
import {
  builtInStrategies,
  type IndicatorTable,
  indicatorKey,
  indicatorSpecs,
  parseParameters,
} from '../../src/strategies/index.ts';
import { randomBars } from '../support/series.ts';

const LANES = 4;
const FOLDS = walkForwardFolds(500, { nSplits: 5, trainRatio: 0.7 }, 1);
const SEGMENTS = planSegments(FOLDS);
const TYPES = builtInStrategies.slice(0, LANES);
/** Combinations of a type. */
const EACH = 3;
const SWEEP: ComputableJob = {
  ...{
    bars: [1, 2].map((seed) => randomBars(seed, { length: 500 })),
    folds: FOLDS,
    segments: SEGMENTS,
    predictions: new Map(),
  },
  settings: parseSettings({}, { periodsPerYear: 252 }),
  search: { method: 'grid', maxTrials: null, seed: null },
  sections: TYPES.map((type, place) => ({ type, space: {}, from: EACH * place, to: EACH * (place + 1) })),
};
const BESTS: readonly BestOfGroup[] = TYPES.map((type, place) => ({
  ...{
    index: EACH * place,
    strategyType: type.name,
    params: parseParameters(type, {}, ''),
    stability: null,
    gridEdge: [],
  },
  ...{ meanSharpe: 1, sharpeStd: 0, folds: { positive: 5, total: 5 } },
}));

const GOING_ON = { isCancelled: () => false, report: () => undefined };
const NO_RETURNS = { count: 0, mean: 0, deviation: 0, skewness: null, kurtosis: null };

/** The indicators of the winners. */
const SPECS = TYPES.flatMap((type, place) => indicatorSpecs(type, BESTS[place]?.params ?? {}, SWEEP.bars.length));

/**
 * Begins at the end of a sweep; the ranking is told when the test says so.
 *
 * @param options.failing the task that fails
 * @param options.specs indicators that the search has left in memory
 * @param options.isReplayed whether the thread that ranks replays the best, until the test says so
 * @param options.isCounting whether the first who comes to splits counts them all
 */
async function begin({
  failing,
  specs = SPECS,
  isCounting = false,
  isReplayed = false,
}: {
  readonly failing?: string;
  readonly specs?: typeof SPECS;
  readonly isCounting?: boolean;
  readonly isReplayed?: boolean;
} = {}) {
  const memory = new SharedMemory();
  const figures = new JobFigures(EACH * TYPES.length, SEGMENTS, memory);
  figures.isDone.fill(1);
  const cancel = new AbortController();
  const { signal } = cancel;
  const seen = {
    ...{ running: 0, mostReplays: 0, columns: [] as IndicatorTable[] },
    /** Names, of steps and of other tasks; and of the steps of each message. */
    ...{ begun: [] as string[], messages: [] as (readonly string[])[] },
  };
  const failIfAborted = (options: Parameters<Compute['run']>[2]): void => {
    if (options?.signal?.aborted === true) throw new ComputeFailure('aborted', 'It was aborted.');
  };
  const run = async ({ name }: TaskName<unknown, unknown>, input: unknown, options: Parameters<Compute['run']>[2]) => {
    failIfAborted(options);
    const steps = name === STEPS.name ? (input as readonly StepRequest[]) : [{ name, input }];
    seen.messages.push(steps.map((each) => each.name));
    const outputs: unknown[] = [];
    for (const each of steps) {
      outputs.push(await runOne(each));
      failIfAborted(options);
    }
    return outputs;
  };
  const runOne = async ({ name, input }: StepRequest) => {
    seen.begun.push(name);
    if (name === failing) throw new ComputeFailure('crashed', 'The thread has ended.');
    if (name === PBO.name && isCounting) (input as PboTaskInput).pairs.next.fill((input as PboTaskInput).pairs.to);
    if (name === INDICATORS.name) await indicatorTask.run(input as IndicatorTaskInput, GOING_ON);
    const isReplay = name === REPLAY.name;
    if (isReplay) {
      seen.mostReplays = Math.max(seen.mostReplays, ++seen.running);
      seen.columns.push((input as ReplayTaskInput).indicators);
    }
    await turn();
    if (isReplay) seen.running -= 1;
    if (isReplay) return { returns: {}, curve: (input as ReplayTaskInput).typeName };
    return name === PBO.name ? { overfitted: 1, splits: 2 } : {};
  };
  const stats = () => ({ threads: LANES, running: 0, queued: 0, completed: 0 });
  const compute: Compute = { parallelism: LANES, run: run as Compute['run'], stats, forJob: () => compute };
  let tell = (): void => undefined;
  let write = (): void => undefined;
  const ranking = new Promise<RankTaskOutput>((resolve, reject) => {
    tell = () => resolve({ pooled: BESTS[1] ?? null, sections: isReplayed ? BESTS.slice(1, 2) : BESTS, isReplayed });
    signal.addEventListener('abort', () => reject(new ComputeFailure('aborted', 'It was aborted.')));
  });
  const indicators = new IndicatorCache(compute, SWEEP.bars, { memory, maxBytes: 2 ** 20 });
  const columns = await indicators.columns(specs, signal);
  seen.begun = [];
  seen.messages = [];
  const texts = new Promise<TextsTaskOutput>((resolve) => {
    const replay = { returns: NO_RETURNS, curve: 'of the thread that ranks' };
    write = () => resolve({ replay, results: [], skipped: '[]', unranked: '[]', trials: [] });
  });
  // The thread that ranks replays the best where there is one type.
  const job = isReplayed ? { ...SWEEP, sections: SWEEP.sections.slice(1, 2) } : SWEEP;
  const evidence = gatherEvidence({ compute, job, figures, ranking, texts, signal, indicators });
  return { seen, tell: () => tell(), write: () => write(), cancel, evidence, memory, columns };
}

/** Until all tasks that need no ranking have ended: there are fewer than forty. */
async function untilIdle(): Promise<void> {
  for (let turns = 0; turns < 40; turns += 1) await turn();
}

describe('the evidence of a sweep', () => {
  it('is gathered by all lanes, also when the ranking is told after all the rest was done', async () => {
    const { seen, tell, evidence } = await begin();
    await untilIdle();
    // A field and some splits of each type, and of all together.
    const before = seen.begun.length;
    expect(before).toBeGreaterThanOrEqual(2 * (TYPES.length + 1));
    expect(seen.begun).not.toContain(REPLAY.name);

    tell();
    const { pooled, sections } = await evidence;

    expect(seen.mostReplays).toBe(LANES);
    expect(seen.begun.slice(before)).toEqual(TYPES.map(() => REPLAY.name));
    expect(sections.map(({ replay }) => replay?.curve)).toEqual(TYPES.map(({ name }) => name));
    expect(pooled.replay).toBe(sections[1]?.replay);
  });

  it('replays before what is left when the ranking is told early', async () => {
    const { seen, tell, evidence } = await begin();

    tell();
    await evidence;

    const places = seen.begun.flatMap((name, place) => (name === REPLAY.name ? [place] : []));
    expect(places).toHaveLength(TYPES.length);
    // Each lane has at most one task before.
    expect(Math.max(...places)).toBeLessThan(2 * LANES);
  });

  it('replays with the indicators of the search, and has those computed that are gone', async () => {
    for (const specs of [SPECS, SPECS.slice(1), []]) {
      const { seen, tell, evidence, columns } = await begin({ specs });
      tell();
      await evidence;

      expect(columns.size).toBe(specs.length);
      expect(seen.begun.includes(INDICATORS.name)).toBe(specs.length < SPECS.length);
      expect(seen.columns).toHaveLength(TYPES.length);
      for (const table of seen.columns) {
        expect([...table.keys()].toSorted()).toEqual(SPECS.map(indicatorKey).toSorted());
        for (const [key, column] of columns) expect(table.get(key)).toBe(column);
      }
    }
  });

  it('waits for the replay of the thread that ranks, which reads the indicators, and asks for no other', async () => {
    const { seen, tell, write, evidence, memory, columns } = await begin({ isReplayed: true });
    tell();
    await untilIdle();
    const buffers = Array.from(columns.values(), ({ buffer }) => buffer);
    const other = memory.column(500);

    write();
    const { pooled, sections } = await evidence;

    expect(sections).toEqual([pooled]);
    expect(buffers).not.toContain(other.buffer);
    expect(pooled.replay?.curve).toBe('of the thread that ranks');
    expect(seen.begun).not.toContain(REPLAY.name);
  });

  it('gives the indicators of the search back, but not those that a thread may be reading', async () => {
    for (const isCancelled of [false, true]) {
      const { seen, tell, cancel, evidence, memory, columns } = await begin();
      tell();
      if (isCancelled) {
        while (seen.columns.length === 0) await turn();
        cancel.abort();
      }
      await evidence.catch(() => undefined);

      const taken = Array.from(columns.values(), ({ buffer }) => buffer);
      const idle = Array.from(columns.values(), ({ length }) => memory.column(length).buffer);

      expect(taken.length).toBeGreaterThan(0);
      expect(idle.filter((buffer) => taken.includes(buffer))).toHaveLength(isCancelled ? 0 : taken.length);
    }
  });

  it('is asked for in few messages: splits come with what is before them, and none is sent that is over', async () => {
    const { seen, tell, evidence } = await begin({ isCounting: true });

    tell();
    const { sections } = await evidence;

    const together = seen.messages.filter(({ length }) => length > 1);
    expect(together).toContainEqual([FIELD.name, PBO.name]);
    expect(together.every(([, second, third]) => second === PBO.name && third === undefined)).toBe(true);
    // A lane for each group would do; one that begins in the same turn finds the splits uncounted, too.
    const counts = seen.begun.filter((name) => name === PBO.name).length;
    expect(counts).toBeGreaterThanOrEqual(TYPES.length + 1);
    expect(counts).toBeLessThanOrEqual(2 * (TYPES.length + 1));
    expect(sections.map(({ pbo }) => pbo.splits > 0)).toEqual(TYPES.map(() => true));
  });

  it('ends when it is cancelled, whether lanes work or wait for the ranking', async () => {
    for (const wait of [turn, untilIdle]) {
      const { seen, cancel, evidence } = await begin();
      await wait();
      const before = seen.begun.length;

      cancel.abort();

      await expect(evidence).rejects.toMatchObject({ reason: 'aborted' });
      expect(seen.begun).toHaveLength(before);
    }
  });

  it('fails with the first failure, and begins nothing after it', async () => {
    const { seen, tell, evidence } = await begin({ failing: FIELD.name });
    await untilIdle();

    tell();

    await expect(evidence).rejects.toMatchObject({ reason: 'crashed' });
    // What the other lanes began in the same turn.
    expect(seen.begun.length).toBeLessThan(LANES);
  });
});
