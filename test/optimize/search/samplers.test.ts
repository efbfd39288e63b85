/** What every sampler promises, whatever its method. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  combinationAt,
  combinationCount,
  createSampler,
  type ParameterSpace,
  type Sampler,
  trialCount,
} from '../../../src/optimize/search/index.ts';
import { type Parameters, parseParameters } from '../../../src/strategies/index.ts';
import { continuousSpaces, finiteSpaces, ordered, owner, refusalOf, spaceOf } from '../../support/search-spaces.ts';

const METHODS = ['random', 'tpe'] as const;
const anyTrials = fc.integer({ min: 1, max: 150 });
const anySeed = fc.integer({ min: 0, max: 2 ** 31 - 1 });

/** A score that depends on the values alone; some trials have none. */
function scoreOf(params: Parameters): number | null {
  const value = Number(params['short']) * 7 - Number(params['long']) * 3 + Number(params['threshold']);
  return Number(params['short']) % 5 === 0 ? null : value;
}

/** Asks and tells until nothing more comes; each answer apart. */
function run(sampler: Sampler): readonly (readonly Parameters[])[] {
  const answers: (readonly Parameters[])[] = [];
  for (;;) {
    const asked = sampler.ask(sampler.generation ?? 16);
    if (asked.length === 0) return answers;
    answers.push(asked);
    sampler.tell(asked.map((params) => ({ params, score: scoreOf(params) })));
  }
}

function validOf(space: ParameterSpace): readonly Parameters[] {
  return Array.from({ length: combinationCount(space) }, (_, index) => combinationAt(ordered, space, index)).filter(
    (params) => ordered.problem(params) === null,
  );
}

const texts = (all: readonly Parameters[]): readonly string[] => all.map((params) => JSON.stringify(params)).toSorted();

describe.each(METHODS)('a search by %s', (method) => {
  test('of a finite space tries only valid and distinct combinations, and exhausts it exactly', () => {
    fc.assert(
      fc.property(finiteSpaces, anyTrials, anySeed, (raw, maxTrials, seed) => {
        const space = spaceOf(raw, { of: ordered, method });
        const valid = texts(validOf(space));
        fc.pre(valid.length > 0);

        const tried = texts(run(createSampler(ordered, space, { method, maxTrials, seed })).flat());

        expect(tried.length).toBe(Math.min(maxTrials, valid.length));
        expect(tried.length).toBe(trialCount(ordered, space, { method, maxTrials }));
        expect(new Set(tried).size).toBe(tried.length);
        if (maxTrials >= valid.length) expect(tried).toEqual(valid);
        else expect(tried.filter((text) => !valid.includes(text))).toEqual([]);
      }),
      { seed: 32, numRuns: 150 },
    );
  });

  test('of a continuous space tries only values that their parameters allow, each combination once', () => {
    fc.assert(
      fc.property(continuousSpaces, anyTrials, anySeed, (raw, maxTrials, seed) => {
        const space = spaceOf(raw, { method });

        const tried = run(createSampler(owner(), space, { method, maxTrials, seed })).flat();

        expect(tried.length).toBe(maxTrials);
        expect(new Set(texts(tried)).size).toBe(maxTrials);
        for (const params of tried) expect(parseParameters(owner(), params, 'params')).toEqual(params);
      }),
      { seed: 33, numRuns: 60 },
    );
  });

  test('is the same for the same seed and results, another for another seed', () => {
    const space = spaceOf({ short: { min: 1, max: 50 }, long: { min: 1, max: 90 }, threshold: { min: 0, max: 1 } });
    const tried = (seed: number) => run(createSampler(ordered, space, { method, maxTrials: 120, seed }));

    expect(tried(7)).toEqual(tried(7));
    expect(tried(7)).not.toEqual(tried(8));
  });

  test('goes on after a restart as if there had been none', () => {
    const space = spaceOf({ short: { min: 1, max: 50 }, long: { min: 1, max: 90 }, kind: ['sma', 'ema'] });
    const search = { method, maxTrials: 100, seed: 3 };
    const whole = run(createSampler(ordered, space, search));

    for (const done of [0, 1, 3, whole.length]) {
      const restarted = createSampler(ordered, space, search);
      for (const expected of whole.slice(0, done)) {
        expect(restarted.ask(expected.length)).toEqual(expected);
        const stored: Parameters[] = JSON.parse(JSON.stringify(expected));
        restarted.tell(stored.map((params) => ({ params, score: scoreOf(params) })).toReversed());
      }
      expect(run(restarted)).toEqual(whole.slice(done));
    }
  });

  test('does not depend on how a generation is asked for', () => {
    const space = spaceOf({ short: { min: 1, max: 50 }, threshold: { min: 0, max: 1 } });
    const inParts = createSampler(owner(), space, { method, maxTrials: 60, seed: 3 });
    const parts: Parameters[][] = [];
    for (const generation of run(createSampler(owner(), space, { method, maxTrials: 60, seed: 3 }))) {
      const asked = [inParts.ask(5), inParts.ask(1), inParts.ask(generation.length - 6)].flat();
      inParts.tell(asked.map((params) => ({ params, score: scoreOf(params) })));
      parts.push(asked);
      expect(asked).toEqual(generation);
    }
    expect(parts.flat()).toHaveLength(60);
  });

  test('finds the few valid combinations of a space that it can count', () => {
    const few = owner((params) => Number(params['short']) + 97 !== Number(params['long']));
    const space = spaceOf({ short: { min: 1, max: 400 }, long: { min: 1, max: 100 } });

    const tried = run(createSampler(few, space, { method, maxTrials: 50, seed: 1 })).flat();

    expect(texts(tried)).toEqual(texts([1, 2, 3].map((short) => ({ ...tried[0], short, long: short + 97 }))));
  });

  test('of a space in which valid combinations are rare is refused, and does not look for them', () => {
    const rare = owner((params) => params['short'] !== params['long']);
    const space = spaceOf({ short: { min: 1, max: 100_000 }, long: { min: 1, max: 100_000 } });
    const started = performance.now();

    const error = refusalOf(() => createSampler(rare, space, { method, maxTrials: 10, seed: 1 }));

    expect(performance.now() - started).toBeLessThan(500);
    expect(error.fields[0]?.path).toEqual(['paramGrid']);
    expect(error.message).toMatch(/Of 4096 combinations drawn from this space \d are valid; at least 41 must be/);
  });

  test('of a space without any valid combination is refused with the reason', () => {
    const space = spaceOf({ short: [20, 30], long: [10] });

    const error = refusalOf(() => trialCount(ordered, space, { method, maxTrials: 10 }));

    expect(error.fields[0]?.path).toEqual(['paramGrid']);
    expect(error.message).toBe('No combination of toy is valid (2 in all): short must suit long.');
  });

  test('of a huge space costs what a small one does, and tries as many as it may', () => {
    const space = spaceOf({ short: { min: 1, max: 1e9, log: true }, long: { min: 1, max: 1e9 } });

    expect(trialCount(ordered, space, { method, maxTrials: 300 })).toBe(300);
    expect(run(createSampler(ordered, space, { method, maxTrials: 300, seed: 1 })).flat()).toHaveLength(300);
  });

  test('counts valid combinations exactly where the sample leaves a doubt', () => {
    const tenth = owner((params) => Number(params['short']) % 10 !== 0);
    const space = spaceOf({ short: { min: 1, max: 60_000 } });

    expect(trialCount(tenth, space, { method, maxTrials: 8_000 })).toBe(6_000);
    expect(trialCount(tenth, space, { method, maxTrials: 5_999 })).toBe(5_999);
  });
});

describe('a search by grid', () => {
  test('tries every combination in order, invalid ones included, in answers of any size', () => {
    fc.assert(
      fc.property(finiteSpaces, fc.integer({ min: 1, max: 40 }), (raw, size) => {
        const space = spaceOf(raw, { of: ordered });
        const count = combinationCount(space);
        const sampler = createSampler(ordered, space, { method: 'grid', maxTrials: null, seed: null });

        const tried: Parameters[] = [];
        for (let asked = sampler.ask(size); asked.length > 0; asked = sampler.ask(size)) tried.push(...asked);

        expect(trialCount(ordered, space, { method: 'grid', maxTrials: null })).toBe(count);
        expect(tried).toEqual(Array.from({ length: count }, (_, index) => combinationAt(ordered, space, index)));
        expect(new Set(texts(tried)).size).toBe(count);
      }),
      { seed: 34, numRuns: 60 },
    );
  });
});

describe('random draws', () => {
  test('are even over the values, and over the logarithms where asked', () => {
    const even = spaceOf({ short: { min: 1, max: 1000 }, threshold: { min: 0, max: 1 } });
    const log = spaceOf({ short: { min: 1, max: 1000, log: true }, threshold: { min: 0.001, max: 1, log: true } });
    const share = (space: ParameterSpace, isCounted: (params: Parameters) => boolean) => {
      const sampler = createSampler(owner(), space, { method: 'random', maxTrials: 3000, seed: 5 });
      return sampler.ask(3000).filter(isCounted).length / 3000;
    };

    expect(share(even, ({ short }) => Number(short) <= 100)).toBeCloseTo(0.1, 1);
    expect(share(even, ({ threshold }) => Number(threshold) < 0.25)).toBeCloseTo(0.25, 1);
    expect(share(log, ({ threshold }) => Number(threshold) < 0.01)).toBeCloseTo(1 / 3, 1);
    // From half of 1 to 1000.5, each value with the stretch around it: ln(30.5/0.5) of ln(1000.5/0.5).
    expect(share(log, ({ short }) => Number(short) <= 30)).toBeCloseTo(Math.log(61) / Math.log(2001), 1);
  });
});
