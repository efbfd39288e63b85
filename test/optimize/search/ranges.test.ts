import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  axisLength,
  axisValue,
  combinationAt,
  combinationCount,
  parseSpace,
} from '../../../src/optimize/search/index.ts';
import { owner, refusalOf, spaceOf } from '../../support/search-spaces.ts';

function valuesOf(raw: object, name: 'short' | 'threshold'): readonly unknown[] {
  const axis = spaceOf({ [name]: raw })[name] ?? [];
  return Array.from({ length: axisLength(axis) }, (_, index) => axisValue(axis, index));
}

describe('a range', () => {
  test('of integers has the step 1 unless it names another', () => {
    expect(spaceOf({ short: { min: 3, max: 6 } })).toEqual({ short: { min: 3, max: 6, step: 1 } });
    expect(valuesOf({ min: 3, max: 6 }, 'short')).toEqual([3, 4, 5, 6]);
    expect(valuesOf({ min: 3, max: 10, step: 3 }, 'short')).toEqual([3, 6, 9]);
  });

  test('has decimals as a person would write them', () => {
    expect(valuesOf({ min: 0.1, max: 0.7, step: 0.1 }, 'threshold')).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
    expect(valuesOf({ min: -0.3, max: 0.3, step: 0.1 }, 'threshold')).toEqual([-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3]);
    expect(valuesOf({ min: 1e-7, max: 3e-7, step: 1e-7 }, 'threshold')).toEqual([1e-7, 2e-7, 3e-7]);
    expect(Object.is(valuesOf({ min: -0.1, max: 0.1, step: 0.1 }, 'threshold')[1], 0)).toBe(true);
  });

  test('keeps every value between its bounds and apart from the others, whatever the step', () => {
    const bounds = fc.record({
      min: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      width: fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
      steps: fc.integer({ min: 1, max: 50 }),
    });

    fc.assert(
      fc.property(bounds, ({ min, width, steps }) => {
        const max = min + width;
        const values = valuesOf({ min, max, step: Math.min(max - min, width / steps) }, 'threshold').map(Number);

        expect(new Set(values).size).toBe(values.length);
        expect(values.length).toBeGreaterThan(steps - 1);
        expect(Math.min(...values)).toBe(min + 0);
        expect(Math.max(...values)).toBeLessThanOrEqual(max);
      }),
      { seed: 31, numRuns: 300 },
    );
  });

  test('of one value is a list of it', () => {
    expect(spaceOf({ short: { min: 7, max: 7 }, threshold: { min: 0.5, max: 0.5 } })).toEqual({
      short: [7],
      threshold: [0.5],
    });
  });

  test('without a step is continuous: it has no number of combinations, and a grid cannot have it', () => {
    const raw = { threshold: { min: 0, max: 1 } };

    expect(combinationCount(spaceOf(raw))).toBe(Infinity);
    const error = refusalOf(() => spaceOf(raw, { method: 'grid' }));
    expect(error.fields[0]?.path).toEqual(['paramGrid', 'threshold']);
    expect(error.message).toContain('give a step, or choose method random or tpe');
  });

  test('counts in a grid as the list of its values does', () => {
    const ranges = spaceOf({ short: { min: 1, max: 3 }, threshold: { min: 0, max: 1, step: 0.5 } }, { method: 'grid' });
    const lists = spaceOf({ short: [1, 2, 3], threshold: [0, 0.5, 1] }, { method: 'grid' });

    expect(combinationCount(ranges)).toBe(9);
    for (let index = 0; index < 9; index++) {
      expect(combinationAt(owner(), ranges, index)).toEqual(combinationAt(owner(), lists, index));
    }
  });

  test('too long for a grid is counted, not expanded, and both numbers are said', () => {
    const raw = { short: { min: 1, max: 1_000_000 }, long: { min: 1, max: 1_000_000 } };
    const started = performance.now();

    const error = refusalOf(() => spaceOf(raw, { method: 'grid' }));

    expect(performance.now() - started).toBeLessThan(100);
    expect(error.message).toContain('1000000000000 combinations; at most 10000');
    expect(error.message).toContain('widen the steps');
    expect(error.facts).toEqual({ limit: 10_000, observed: 1e12 });
    for (const method of ['random', 'tpe'] as const) expect(combinationCount(spaceOf(raw, { method }))).toBe(1e12);
  });

  test.each([
    ['min above max', { min: 5, max: 4 }, ['min']],
    ['a bound out of the range of its parameter', { min: 0, max: 4 }, ['min']],
    ['no min', { max: 4 }, ['min']],
    ['no max', { min: 4 }, ['max']],
    ['infinite bounds', { min: 1, max: Infinity }, ['max']],
    ['NaN as a bound', { min: Number.NaN, max: 4 }, ['min']],
    ['null as a bound', { min: 1, max: null }, ['max']],
    ['a text as a bound', { min: '1', max: 4 }, ['min']],
    ['a fraction of integers', { min: 1.5, max: 4 }, ['min']],
    ['step 0', { min: 1, max: 4, step: 0 }, ['step']],
    ['a negative step', { min: 1, max: 4, step: -1 }, ['step']],
    ['a step larger than itself', { min: 1, max: 4, step: 4 }, ['step']],
    ['NaN as a step', { min: 1, max: 4, step: Number.NaN }, ['step']],
    ['an infinite step', { min: 1, max: 4, step: Infinity }, ['step']],
    ['a fraction as a step of integers', { min: 1, max: 4, step: 0.5 }, ['step']],
    ['a step of one value', { min: 4, max: 4, step: 1 }, ['step']],
    ['a list as a step', { min: 1, max: 4, step: [1] }, ['step']],
    ['log that is no truth value', { min: 1, max: 4, log: 'yes' }, ['log']],
    ['a member that it does not have', { min: 1, max: 4, steps: 3 }, ['steps']],
    ['a member of the prototype', JSON.parse('{"min": 1, "max": 4, "__proto__": {}}'), ['__proto__']],
    ['nothing', {}, ['min']],
  ])('with %s is refused, naming it', (_, raw: object, path) => {
    const error = refusalOf(() => spaceOf({ short: raw }));

    expect(error.code).toBe('VALIDATION');
    expect(error.fields[0]?.path).toEqual(['paramGrid', 'short', ...path]);
  });

  test.each([
    ['log with min 0', { min: 0, max: 4, log: true }, ['log']],
    ['log with a negative min', { min: -1, max: 4, log: true }, ['log']],
    ['a step that is lost in rounding', { min: 1e17, max: 1e17 + 160, step: 10 }, []],
    ['more values than can be counted', { min: -1e308, max: 1e308, step: 1e-300 }, []],
    ['bounds that are one double apart', { min: 1, max: 1 + Number.EPSILON }, []],
    ['only the smallest doubles', { min: 5e-324, max: 1e-322 }, []],
  ])('of numbers with %s is refused', (_, raw, path) => {
    expect(refusalOf(() => spaceOf({ threshold: raw })).fields[0]?.path).toEqual(['paramGrid', 'threshold', ...path]);
  });

  test('of words is refused, and log in a grid, where it has no meaning', () => {
    expect(refusalOf(() => spaceOf({ kind: { min: 1, max: 2 } })).message).toContain('give a list of them');

    const log = { short: { min: 1, max: 4, log: true } };
    expect(refusalOf(() => spaceOf(log, { method: 'grid' })).fields[0]?.path).toEqual(['paramGrid', 'short', 'log']);
    expect(spaceOf(log)).toEqual({ short: { min: 1, max: 4, step: 1, log: true } });
  });

  test('of the largest numbers is taken', () => {
    const space = spaceOf({ threshold: { min: -1e308, max: 1e308 } });

    expect(space).toEqual({ threshold: { min: -1e308, max: 1e308 } });
  });

  test('that is wrong is told together with other wrong fields', () => {
    const error = refusalOf(() => spaceOf({ short: { min: 3, max: 1 }, long: [0], kind: [] }));

    expect(error.fields.map((field) => field.path[1])).toEqual(['short', 'long', 'kind']);
  });

  test('is the same when what was parsed is parsed again', () => {
    const raw = {
      short: { min: 1, max: 9, log: true },
      threshold: { min: 0, max: 1, step: 0.1 },
      exit: { min: 0, max: 1 },
    };
    const once = spaceOf(raw);

    expect(parseSpace(owner(), JSON.parse(JSON.stringify(once)), { method: 'tpe', maxCombinations: 1 })).toEqual(once);
  });
});
