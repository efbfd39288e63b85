import { describe, expect, test } from 'vitest';
import { parseGrid } from '../../src/optimize/grid.ts';
import { buildIndicatorTable, indicatorDemand } from '../../src/optimize/indicator-table.ts';
import { builtInStrategies, StrategyRegistry } from '../../src/strategies/index.ts';
import { randomBars } from '../support/series.ts';

const momentum = new StrategyRegistry(builtInStrategies).get('momentum');

describe('the indicators of a grid', () => {
  test('are each computed once for all combinations that share them', () => {
    const bars = [randomBars(1, { length: 50 }), randomBars(2, { length: 50 })];
    const grid = parseGrid(momentum, null, 18);

    const { specs, bytes } = indicatorDemand(momentum, grid, bars);

    // windows 5, 10, 20, 50, 100 of two kinds for two symbols
    expect(specs).toHaveLength(20);
    expect(bytes).toBe(20 * 50 * 8);
    expect(buildIndicatorTable(momentum, grid, bars).size).toBe(20);
  });
});
