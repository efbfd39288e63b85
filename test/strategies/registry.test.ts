import { describe, expect, test } from 'vitest';
import {
  builtInStrategies,
  parseParameterValue,
  requireSymbolCount,
  StrategyRegistry,
  symbolCountProblem,
} from '../../src/strategies/index.ts';

const registry = new StrategyRegistry(builtInStrategies);

describe('the registry of strategy types', () => {
  test('knows the four built-in types', () => {
    expect(registry.list().map((type) => type.name)).toEqual([
      'momentum',
      'mean_reversion',
      'stat_arb',
      'market_making',
    ]);
  });

  test.each(['', 'nothing', '__proto__', 'constructor'])('refuses the unknown type %j and lists the known', (name) => {
    expect(() => registry.get(name)).toThrow('there are momentum, mean_reversion, stat_arb, market_making');
  });

  test('refuses two types of one name', () => {
    expect(() => new StrategyRegistry([...builtInStrategies, ...builtInStrategies])).toThrow('distinct');
  });
});

describe.each(builtInStrategies.map((type) => [type.name, type] as const))('%s', (_, type) => {
  test('has defaults and a default grid within its own ranges', () => {
    for (const spec of type.parameters) {
      expect(parseParameterValue(spec, spec.default), spec.name).toBe(spec.default);
      for (const value of type.defaultGrid[spec.name] ?? []) expect(parseParameterValue(spec, value)).toBe(value);
    }
    const names = type.parameters.map((spec) => spec.name);
    expect(names).toEqual(expect.arrayContaining(Object.keys(type.defaultGrid)));
  });
});

describe('the number of symbols', () => {
  test('is exactly two for a spread', () => {
    const statArb = registry.get('stat_arb');

    expect(symbolCountProblem(statArb, 2)).toBeNull();
    expect(symbolCountProblem(statArb, 1)).toBe('stat_arb trades exactly 2 symbols, found 1.');
    expect(() => {
      requireSymbolCount(statArb, 3);
    }).toThrow('exactly 2 symbols, found 3');
  });

  test('is at least one for the others', () => {
    expect(symbolCountProblem(registry.get('momentum'), 0)).toBe('momentum trades at least 1 symbol, found 0.');
    expect(symbolCountProblem(registry.get('momentum'), 50)).toBeNull();
  });
});
