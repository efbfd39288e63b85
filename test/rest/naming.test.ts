import { describe, expect, it } from 'vitest';
import { snakeName } from '../../src/core/index.ts';
import { camelKeys, facadeFindings, facadePath, facadeSentence, snakeKeys } from '../../src/rest/naming.ts';

describe('names', () => {
  it.each([
    ['nSplits', 'n_splits'],
    ['id', 'id'],
    ['maxDrawdown', 'max_drawdown'],
    ['oosSharpeStd', 'oos_sharpe_std'],
    ['SPY', 'SPY'],
    ['BTC-USD', 'BTC-USD'],
    ['short_window', 'short_window'],
    ['0', '0'],
    ['', ''],
  ])('%s is %s in the facade', (camel, snake) => {
    expect(snakeName(camel)).toBe(snake);
  });

  it('change in whole answers, but not below maps whose keys are names of parameters', () => {
    const answer = {
      bestParams: { maType: 'ema' },
      results: [{ meanSharpe: 1, params: { shortWindow: 2 } }],
      firstBar: null,
    };

    expect(snakeKeys(answer)).toEqual({
      best_params: { maType: 'ema' },
      results: [{ mean_sharpe: 1, params: { shortWindow: 2 } }],
      first_bar: null,
    });
  });

  it('change at the top of a body only', () => {
    expect(camelKeys({ n_splits: 5, param_grid: { short_window: [1] } })).toEqual({
      nSplits: 5,
      paramGrid: { short_window: [1] },
    });
  });
});

describe('a path of the use cases', () => {
  it.each([
    [['input', 'paramGrid', 'short_window', '0'], 'param_grid.short_window.0'],
    [['input', 'paramGrid', 'maType'], 'param_grid.maType'],
    [['input', 'trainRatio'], 'train_ratio'],
    [['input'], ''],
    [['symbol'], 'symbol'],
    [['input', 'symbols', '1'], 'symbols.1'],
  ])('%j is %s', (path, expected) => {
    expect(facadePath(path).join('.')).toBe(expected);
  });

  it('changes names of fields in the sentence too, and only them', () => {
    const sentence = 'nSplits must be at least 1; maxnSplits and trainRatio are others, "trainRatio" is quoted.';

    expect(facadeSentence(sentence, ['input', 'nSplits'])).toBe(
      'n_splits must be at least 1; maxnSplits and train_ratio are others, "trainRatio" is quoted.',
    );
  });
});

it('the reasons in what a run found change, and nothing else of it', () => {
  const found = {
    goals: [{ name: 'raise maxPositionPct', reason: 'maxDailyTrades allows 1.', max_drift: 0.1 }],
    reason: null,
  };

  expect(facadeFindings(found)).toEqual({
    goals: [{ name: 'raise maxPositionPct', reason: 'max_daily_trades allows 1.', max_drift: 0.1 }],
    reason: null,
  });
});
