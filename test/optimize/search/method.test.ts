import { describe, expect, test } from 'vitest';
import { parseSearch, type RawSearch } from '../../../src/optimize/search/index.ts';
import { refusalOf } from '../../support/search-spaces.ts';

const limits = { maxCombinations: 500 };

describe('a search', () => {
  test('is a grid unless it says otherwise', () => {
    const grid = { method: 'grid', maxTrials: null, seed: null };

    expect(parseSearch({}, limits)).toEqual(grid);
    expect(parseSearch({ method: null, maxTrials: null, seed: null }, limits)).toEqual(grid);
    expect(parseSearch({ method: 'grid' }, limits)).toEqual(grid);
  });

  test('has 100 trials and the seed 1 by default, and no more trials than the limit', () => {
    expect(parseSearch({ method: 'random' }, limits)).toEqual({ method: 'random', maxTrials: 100, seed: 1 });
    expect(parseSearch({ method: 'tpe' }, { maxCombinations: 40 })).toEqual({ method: 'tpe', maxTrials: 40, seed: 1 });
  });

  test('takes its bounds', () => {
    for (const method of ['random', 'tpe'] as const) {
      expect(parseSearch({ method, maxTrials: 1, seed: 0 }, limits)).toEqual({ method, maxTrials: 1, seed: 0 });
      const largest = { method, maxTrials: 500, seed: 2 ** 31 - 1 };
      expect(parseSearch(largest, limits)).toEqual(largest);
    }
    expect(Object.is(parseSearch({ method: 'tpe', seed: -0 }, limits).seed, 0)).toBe(true);
  });

  test.each<[string, RawSearch, string, RegExp]>([
    ['an unknown method', { method: 'bayes' }, 'method', /grid, random, tpe, found "bayes"/],
    ['a name of the prototype', { method: 'constructor' }, 'method', /found "constructor"/],
    ['no trials', { method: 'tpe', maxTrials: 0 }, 'maxTrials', /from 1 to 500, found 0/],
    ['one trial too many', { method: 'random', maxTrials: 501 }, 'maxTrials', /from 1 to 500, found 501/],
    ['half a trial', { method: 'random', maxTrials: 1.5 }, 'maxTrials', /found 1.5/],
    ['NaN trials', { method: 'random', maxTrials: Number.NaN }, 'maxTrials', /found NaN/],
    ['a negative seed', { method: 'tpe', seed: -1 }, 'seed', /from 0 to 2147483647, found -1/],
    ['a seed that is too large', { method: 'tpe', seed: 2 ** 31 }, 'seed', /found 2147483648/],
    ['a fraction as seed', { method: 'tpe', seed: 0.5 }, 'seed', /found 0.5/],
    ['trials of a grid', { method: 'grid', maxTrials: 10 }, 'maxTrials', /no meaning with method grid.*found 10/],
    ['a seed of a grid', { seed: 1 }, 'seed', /no meaning with method grid.*found 1/],
  ])('with %s is refused, naming field, value and limit', (_, raw, field, message) => {
    const error = refusalOf(() => parseSearch(raw, limits));

    expect(error.code).toBe('VALIDATION');
    expect(error.fields.map((wrong) => wrong.path)).toEqual([[field]]);
    expect(error.message).toMatch(message);
  });

  test('tells of all wrong fields at once', () => {
    const error = refusalOf(() => parseSearch({ method: 'tpe', maxTrials: -1, seed: -1 }, limits));

    expect(error.fields.map((field) => field.path[0])).toEqual(['maxTrials', 'seed']);
  });
});
