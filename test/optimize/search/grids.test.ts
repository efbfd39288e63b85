import { describe, expect, test } from 'vitest';
import type { DomainError } from '../../../src/core/index.ts';
import { combinationAt, combinationCount, parseSpace } from '../../../src/optimize/search/index.ts';
import { builtInStrategies, StrategyRegistry, type StrategyType } from '../../../src/strategies/index.ts';
import { refusalOf } from '../../support/search-spaces.ts';

const registry = new StrategyRegistry(builtInStrategies);
const momentum = registry.get('momentum');

function parseGrid(type: StrategyType, raw: unknown, maxCombinations: number) {
  return parseSpace(type, raw, { method: 'grid', maxCombinations });
}

function refusal(raw: unknown, limit = 10_000): DomainError {
  return refusalOf(() => parseGrid(momentum, raw, limit));
}

describe('a parameter grid', () => {
  test.each([
    ['momentum', 18],
    ['mean_reversion', 27],
    ['stat_arb', 27],
    ['market_making', 9],
  ])('of %s has %i combinations by default', (name, count) => {
    for (const raw of [undefined, null]) {
      expect(combinationCount(parseGrid(registry.get(name), raw, 10_000))).toBe(count);
    }
  });

  test('takes lists and single values, and orders its axes as the type does', () => {
    const grid = parseGrid(momentum, { ma_type: 'ema', long_window: [30, 20], short_window: 5 }, 10);

    expect(Object.entries(grid)).toEqual([
      ['short_window', [5]],
      ['long_window', [30, 20]],
      ['ma_type', ['ema']],
    ]);
  });

  test('without axes is the one combination of every default', () => {
    const grid = parseGrid(momentum, {}, 10);

    expect(combinationCount(grid)).toBe(1);
    expect(combinationAt(momentum, grid, 0)).toEqual({
      short_window: 20,
      long_window: 50,
      ma_type: 'sma',
      signal_threshold: 0,
    });
  });

  test('takes null as a value where the parameter may be none', () => {
    const grid = parseGrid(registry.get('mean_reversion'), { zscore_exit: [null, 0] }, 10);

    expect(grid).toEqual({ zscore_exit: [null, 0] });
    expect(parseGrid(registry.get('mean_reversion'), { zscore_exit: null }, 10)).toEqual({ zscore_exit: [null] });
  });

  test('is walked with the first axis slowest', () => {
    const grid = parseGrid(
      momentum,
      { short_window: [5, 10], ma_type: ['sma', 'ema'], long_window: [20, 50, 100] },
      12,
    );
    const combinations = Array.from({ length: 12 }, (_, index) => {
      const params = combinationAt(momentum, grid, index);
      return [params['short_window'], params['long_window'], params['ma_type']].join(' ');
    });

    expect(combinations.slice(0, 7)).toEqual([
      '5 20 sma',
      '5 20 ema',
      '5 50 sma',
      '5 50 ema',
      '5 100 sma',
      '5 100 ema',
      '10 20 sma',
    ]);
    expect(new Set(combinations).size).toBe(12);
    expect(() => combinationAt(momentum, grid, 12)).toThrow('Invariant');
  });

  test.each([
    ['an unknown parameter', { window: [1] }, ['window']],
    ['a key of the prototype', JSON.parse('{"__proto__": [1]}'), ['__proto__']],
    ['a constructor', JSON.parse('{"constructor": [1]}'), ['constructor']],
    ['an empty list', { short_window: [] }, ['short_window']],
    ['a value out of its range', { short_window: [5, 0] }, ['short_window', '1']],
    ['a single value out of its range', { short_window: Number.POSITIVE_INFINITY }, ['short_window', '0']],
    ['not a number', { long_window: [Number.NaN] }, ['long_window', '0']],
    ['a list in a list', { long_window: [[5]] }, ['long_window', '0']],
    ['a value twice', { long_window: [20, 50, 20] }, ['long_window', '2']],
    ['zero twice', { signal_threshold: [0, -0] }, ['signal_threshold', '1']],
  ])('is refused with %s, naming it', (_, raw: unknown, path) => {
    const error = refusal(raw);

    expect(error.code).toBe('VALIDATION');
    expect(error.fields.map((field) => field.path)).toEqual([['paramGrid', ...path]]);
  });

  test.each([['a text'], [5], [[1, 2]], [true]])('is refused when it is %j instead of an object', (raw) => {
    expect(refusal(raw).fields[0]?.path).toEqual(['paramGrid']);
  });

  test('with a thousand unknown keys is refused without repeating them all', () => {
    const error = refusal(Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`.repeat(50), [1]])));

    expect(error.fields).toHaveLength(20);
    expect(error.message.length).toBeLessThan(10_000);
  });

  test('of a million million combinations is counted, not expanded, and both numbers are said', () => {
    const million = Array.from({ length: 1_000_000 }, (_, i) => i);
    const started = performance.now();

    const error = refusal({ short_window: million, long_window: million });

    expect(performance.now() - started).toBeLessThan(500);
    expect(error.message).toContain('1000000000000 combinations; at most 10000');
    expect(error.facts).toEqual({ limit: 10_000, observed: 1e12 });
  });

  test('is accepted at the limit and refused one above it', () => {
    const windows = Array.from({ length: 11 }, (_, i) => i + 1);

    expect(combinationCount(parseGrid(momentum, { short_window: windows.slice(1) }, 10))).toBe(10);
    expect(refusal({ short_window: windows }, 10).facts).toEqual({ limit: 10, observed: 11 });
    expect(refusal(null, 17).facts).toEqual({ limit: 17, observed: 18 });
  });
});
