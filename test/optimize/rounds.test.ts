/** Rounds: every combination once, in order, with what it reads, within the memory that there is. */
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

const momentum = new StrategyRegistry(builtInStrategies).get('momentum');
const bars = [randomBars(1, { length: 50 }), randomBars(2, { length: 50 })];
/** Of one indicator of both symbols. */
const COLUMN = 2 * 50 * 8;

function combinationsOf(raw: object | undefined): readonly Parameters[] {
  const space = parseSpace(momentum, raw, { method: 'grid', maxCombinations: 10_000 });
  return Array.from({ length: combinationCount(space) }, (_, index) => combinationAt(momentum, space, index));
}

async function roundsOf(params: readonly Parameters[], maxBytes: number, from = 0): Promise<readonly Round[]> {
  const rounds: Round[] = [];
  const job = { type: momentum, bars, maxBytes };
  for await (const round of planRounds(job, params, { from, to: params.length })) rounds.push(round);
  return rounds;
}

describe('the rounds of a section', () => {
  test('are one when everything fits, with each indicator once', async () => {
    const rounds = await roundsOf(combinationsOf(undefined), 10 * COLUMN);

    // windows 5, 10, 20, 50, 100 of two kinds for two symbols
    expect(rounds).toEqual([{ from: 0, to: 18, specs: expect.any(Array) }]);
    expect(new Set(rounds[0]?.specs.map(indicatorKey)).size).toBe(20);
    expect(rounds[0]?.specs).toHaveLength(20);
  });

  test('cover every combination once and in order, each within the memory or a single one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 6 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 12 }),
        async (short, long, columns) => {
          const params = combinationsOf({ short_window: short, long_window: long });

          const rounds = await roundsOf(params, columns * COLUMN);

          expect(rounds.map(({ from }) => from)).toEqual([0, ...rounds.slice(0, -1).map(({ to }) => to)]);
          expect(rounds.at(-1)?.to).toBe(params.length);
          for (const { from, to, specs } of rounds) {
            const read = params
              .slice(from, to)
              .filter((each) => momentum.problem(each) === null)
              .flatMap((each) => indicatorSpecs(momentum, each, 2));
            expect(new Set(specs.map(indicatorKey))).toEqual(new Set(read.map(indicatorKey)));
            expect(specs.length * 50 * 8 <= columns * COLUMN || to - from === 1).toBe(true);
          }
        },
      ),
      { seed: 1, numRuns: 100 },
    );
  });

  test('begin where a job goes on', async () => {
    const rounds = await roundsOf(combinationsOf(undefined), 10 * COLUMN, 17);

    expect(rounds.map(({ from, to, specs }) => [from, to, specs.length])).toEqual([[17, 18, 4]]);
  });
});
