/** The figures of a job, through the service and its threads, equal the definitions. */
import { expect, it } from 'vitest';
import { readJson } from '../../src/core/index.ts';
import { type OptimizationConfig, type OptimizationResult, readConfig } from '../../src/optimize/index.ts';
import { expectClose } from '../support/close-to.ts';
import type { TestServices } from '../support/compose.ts';
import { createTestDatabase } from '../support/database.ts';
import { ended, submit } from '../support/jobs.ts';
import { type OracleBars, oracle } from '../support/oracle.ts';
import { randomBars, sp500 } from '../support/series.ts';
import { importSeries, importSp500, sp500Days, startServices } from '../support/services.ts';

/** Bars of the S&P 500 up to 2003-12-31. */
const BARS = 1004;

/** Where each window trains and tests, written down a second time. */
function windowsOf(bars: number, { nSplits, trainRatio }: OptimizationConfig) {
  const length = Math.floor(bars / nSplits);
  return Array.from({ length: nSplits }, (_, split) => {
    const from = split * length;
    const to = split === nSplits - 1 ? bars : from + length;
    const border = from + Math.floor((to - from) * trainRatio + 1e-9);
    return { train: { from, to: border }, test: { from: border, to } };
  });
}

async function compare(services: TestServices, id: number, bars: readonly OracleBars[]): Promise<void> {
  const row = await ended(services, id);
  const config = readConfig(row);
  const strategyType = row.strategyType ?? '';
  const results = readJson<readonly OptimizationResult[]>(row.results ?? '');
  const windows = windowsOf(bars[0]?.close.length ?? 0, config);
  expect(row.status).toBe('complete');
  expect(results.length).toBeGreaterThan(2);
  for (const result of results) {
    const tests = windows.map((window, i) => {
      const fold = result.folds[i];
      const figures = (['train', 'test'] as const).map((part) => {
        const expected = oracle(strategyType, {
          bars,
          params: result.params,
          settings: config.settings,
          slice: window[part],
        });
        const what = `${strategyType} ${JSON.stringify(result.params)} fold ${i + 1} ${part}`;
        for (const name of ['sharpe', 'totalReturn', 'maxDrawdown', 'winRate', 'trades'] as const) {
          expectClose(fold?.[part][name], expected.metrics[name], `${what} ${name}`);
        }
        return expected.metrics;
      });
      return figures[1] ?? {};
    });
    const mean = (name: string) => tests.reduce((sum, metrics) => sum + Number(metrics[name]), 0) / tests.length;
    const spread = tests.reduce((sum, { sharpe }) => sum + (Number(sharpe) - mean('sharpe')) ** 2, 0);
    expectClose(result.meanSharpe, mean('sharpe'), 'mean sharpe');
    expectClose(result.sharpeStd, Math.sqrt(spread / (tests.length - 1)), 'sharpe std');
    expectClose(result.meanReturn, mean('totalReturn'), 'mean return');
    expectClose(result.meanWinRate, mean('winRate'), 'mean win rate');
    expectClose(result.maxDrawdown, Math.min(...tests.map((metrics) => Number(metrics['maxDrawdown']))), 'drawdown');
  }
  const sharpes = results.map(({ meanSharpe }) => meanSharpe);
  expect(sharpes).toEqual(sharpes.toSorted((a, b) => b - a));
}

it.each([
  ['momentum', { short_window: [5, 20], long_window: [50, 100], ma_type: ['sma', 'ema'] }],
  ['mean_reversion', { window: [10, 20], num_std: [1.5], zscore_entry: [-2, -1.5], zscore_exit: [null, 0] }],
  ['stat_arb', { lookback: [30, 60], entry_zscore: [1.5, 2], exit_zscore: [0, 0.5] }],
  ['market_making', { spread_bps: [10, 40], max_inventory: [50, 100] }],
])('%s on the S&P 500, with costs and short sales', async (strategyType, paramGrid) => {
  const database = await createTestDatabase('sqlite');
  const services = await startServices(database);
  await importSp500(services, 'SPX');
  const index = sp500(BARS);
  const other = { ...randomBars(7, { length: BARS, start: 1400, symbol: 'ALT' }), time: sp500Days(BARS) };
  await importSeries(services, other);
  const isPair = strategyType === 'stat_arb';

  const { id } = await submit(services, {
    strategyType,
    paramGrid,
    symbols: isPair ? ['SPX', 'ALT'] : ['SPX'],
    start: '2000-01-03',
    end: '2003-12-31',
    nSplits: 3,
    source: 'csv',
    commissionBps: 5,
    slippageBps: 3,
    allowShort: true,
    initialCapital: 50_000,
  });

  await compare(services, id, isPair ? [index, other] : [index]);
  await services.close();
  await database.drop();
});
