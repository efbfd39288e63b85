/** Rounds: every combination once, with what it reads, within the memory that there is. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planRounds, type Round } from '../../src/optimize/engine/rounds.ts';
import { combinationAt, combinationCount, parseSpace } from '../../src/optimize/search/index.ts';
import {
  builtInStrategies,
  indicatorKey,
  indicatorSpecs,
  type Parameters,
  StrategyRegistry,
} from '../../src/strategies/index.ts';
import { randomBars } from '../support/series.ts';
import { turnsOf } from '../support/turns.ts';

const momentum = new StrategyRegistry(builtInStrategies).get('momentum');
const bars = [randomBars(1, { length: 50 }), randomBars(2, { length: 50 })];
/** Of one indicator of both symbols. */
const COLUMN = 2 * 50 * 8;

function combinationsOf(raw: object | undefined): readonly Parameters[] {
  const space = parseSpace(momentum, raw, { method: 'grid', maxCombinations: 10_000 });
  return Array.from({ length: combinationCount(space) }, (_, index) => combinationAt(momentum, space, index));
}

/** In columns: what the indicators of a round may take, and what those of several kinds may take together. */
interface Room {
  readonly most: number;
  readonly mixed: number;
}

async function roundsOf(params: readonly Parameters[], { most, mixed }: Room, from = 0): Promise<readonly Round[]> {
  const rounds: Round[] = [];
  const job = { type: momentum, bars, room: { most: most * COLUMN, mixed: mixed * COLUMN } };
  const indexes = [...params.keys()].slice(from);
  for await (const round of planRounds(job, params, indexes)) rounds.push(round);
  return rounds;
}

/** Places of those that read simple means, exponential means, and of the invalid ones, which read nothing. */
function byKind(params: readonly Parameters[]): readonly (readonly number[])[] {
  const all = [...params.keys()];
  const isValid = (index: number) => momentum.problem(params[index] ?? {}) === null;
  const ofKind = (kind: string) => all.filter((index) => isValid(index) && params[index]?.['ma_type'] === kind);
  return [ofKind('sma'), ofKind('ema'), all.filter((index) => !isValid(index))];
}

describe('the rounds of a section', () => {
  test('are one when everything fits, with each indicator once and those together that read the same kind', async () => {
    const params = combinationsOf(undefined);

    const rounds = await roundsOf(params, { most: 10, mixed: 10 });

    // windows 5, 10, 20, 50, 100 of two kinds for two symbols
    const [indexes = [], ...others] = rounds.map((round) => round.indexes);
    expect(others).toEqual([]);
    expect(indexes).toHaveLength(18);
    const parts = byKind(params);
    const partOf = (index: number) => parts.findIndex((part) => part.includes(index));
    expect(indexes.map(partOf)).toEqual(parts.flatMap((part, place) => part.map(() => place)));
    expect(new Set(rounds[0]?.specs.map(indicatorKey)).size).toBe(20);
    expect(rounds[0]?.specs).toHaveLength(20);
  });

  test('have those together that read the same column, and every other column in the second half', async () => {
    const params = combinationsOf({ short_window: [5, 10], long_window: [20, 50, 100], ma_type: ['sma'] });

    const rounds = await roundsOf(params, { most: 10, mixed: 10 });

    const long = rounds.flatMap(({ indexes }) => indexes.map((index) => params[index]?.['long_window']));
    expect(long).toEqual([20, 20, 100, 100, 50, 50]);
  });

  test('read few columns in every piece, and all along both axes in each half', async () => {
    const windows = (first: number) => Array.from({ length: 100 }, (_, i) => first + i);
    const params = combinationsOf({ short_window: windows(2), long_window: windows(120), ma_type: ['sma'] });

    const rounds = await roundsOf(params, { most: 200, mixed: 200 });
    const indexes = rounds.flatMap((round) => round.indexes);

    const windowsOf = (piece: readonly number[], name: string) =>
      piece.map((index) => Number(params[index]?.[name])).toSorted((a, b) => a - b);
    const distinct = (piece: readonly number[]) =>
      ['short_window', 'long_window'].reduce((sum, name) => sum + new Set(windowsOf(piece, name)).size, 0);
    const pieces = Array.from({ length: 39 }, (_, i) => indexes.slice(256 * i, 256 * (i + 1)));
    // 15 across its strip and 19 along it; of two strips where one ends.
    expect(pieces.map(distinct).toSorted((a, b) => a - b)[30]).toBeLessThanOrEqual(36);
    expect(Math.max(...pieces.map(distinct))).toBeLessThanOrEqual(52);
    for (const half of [indexes.slice(0, 5000), indexes.slice(5000)]) {
      for (const [name, first] of [
        ['short_window', 2],
        ['long_window', 120],
      ] as const) {
        expect(windowsOf(half, name)[1250]).toBeLessThanOrEqual(first + 27);
        expect(windowsOf(half, name)[3750]).toBeGreaterThanOrEqual(first + 73);
      }
    }
  });

  test('have each indicator computed once where those of the shorter axis fit into memory', async () => {
    const windows = (count: number, first: number) => Array.from({ length: count }, (_, i) => first + i);
    const params = combinationsOf({ short_window: windows(40, 2), long_window: windows(60, 50), ma_type: ['sma'] });

    const rounds = await roundsOf(params, { most: 50, mixed: 25 });

    // Columns go when no round wants them any more, as those of `IndicatorCache` may.
    let inMemory = new Set<string>();
    let computed = 0;
    for (const { specs } of rounds) {
      const wanted = new Set(specs.map(indicatorKey));
      computed += [...wanted].filter((key) => !inMemory.has(key)).length;
      inMemory = wanted;
    }
    expect(rounds.length).toBeGreaterThan(1);
    expect(computed).toBe(2 * (40 + 60));
    // In strips all the same: not one column after the other.
    const [first = []] = rounds.map(({ indexes }) => indexes.slice(0, 64));
    const across = new Set(first.map((index) => params[index]?.['short_window']));
    expect(across.size).toBeLessThanOrEqual(16);
  });

  test('have those of one kind together when both kinds would take much memory', async () => {
    const params = combinationsOf(undefined);

    const rounds = await roundsOf(params, { most: 10, mixed: 9 });

    expect(rounds.map(({ indexes }) => indexes.toSorted((a, b) => a - b))).toEqual(byKind(params));
    expect(rounds.map(({ specs }) => specs.length)).toEqual([10, 10, 0]);
  });

  test('cover every combination once, each within the memory or a single one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 6 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }),
        fc.record({ most: fc.integer({ min: 1, max: 12 }), mixed: fc.integer({ min: 1, max: 12 }) }),
        async (short, long, room) => {
          const params = combinationsOf({ short_window: short, long_window: long });

          const rounds = await roundsOf(params, room);

          const covered = rounds.flatMap(({ indexes }) => indexes);
          expect(covered.toSorted((a, b) => a - b)).toEqual([...params.keys()]);
          for (const { indexes, specs } of rounds) {
            const read = params
              .filter((each, index) => indexes.includes(index) && momentum.problem(each) === null)
              .flatMap((each) => indicatorSpecs(momentum, each, 2));
            expect(new Set(specs.map(indicatorKey))).toEqual(new Set(read.map(indicatorKey)));
            expect(specs.length * 50 * 8 <= room.most * COLUMN || indexes.length === 1).toBe(true);
          }
        },
      ),
      { seed: 1, numRuns: 100 },
    );
  });

  test('leave the event loop a turn after every thousand combinations, whatever is done with them', async () => {
    const upTo = (count: number, first: number) => Array.from({ length: count }, (_, i) => first + i);
    const params = combinationsOf({
      short_window: upTo(10, 1),
      long_window: upTo(10, 20),
      ma_type: ['sma'],
      signal_threshold: upTo(100, 0).map((i) => i / 100),
    });

    const [turns, rounds] = await turnsOf(() => roundsOf(params, { most: 30, mixed: 10 }));

    expect(rounds.map(({ indexes }) => indexes.length)).toEqual([10_000]);
    // They are grouped, put in order, and cut into rounds.
    expect(turns).toBeGreaterThanOrEqual(30);
  });

  test('begin where a job goes on', async () => {
    const rounds = await roundsOf(combinationsOf(undefined), { most: 10, mixed: 10 }, 17);

    expect(rounds.map(({ indexes, specs }) => [indexes, specs.length])).toEqual([[[17], 4]]);
  });
});
