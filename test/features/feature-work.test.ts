/** How long features take, told beforehand. */
import { describe, expect, it } from 'vitest';
import { parseFeatureConfig, refuseTooManyTerms, termsPerRow } from '../../src/features/index.ts';
import { flatBars } from '../support/series.ts';

const termsOf = (features: object, symbols = 1) => termsPerRow(parseFeatureConfig({ features }, { symbols }), symbols);

describe('the terms of a row', () => {
  it.each([
    ['an average', { sma_distance: { window: 10 } }, 10],
    ['an exponential average', { ema_distance: { window: 10 } }, 30],
    ['two Wilder averages', { rsi: { window: 10 } }, 100],
    ['a Wilder average', { atr: { window: 10 } }, 50],
    ['three exponential averages', { macd: { fast: 5, slow: 10, signal: 3 } }, 54],
    ['moments', { bollinger_position: { window: 10 } }, 30],
    ['moments of volumes', { volume_zscore: { window: 10 } }, 30],
    ['moments of two windows', { volatility_ratio: { short: 10, long: 20 } }, 90],
    ['no sums', { log_return: { window: 1000 }, range_position: {}, gap: {}, weekday: {} }, 400],
    ['several columns', { sma_distance: { window: [10, 20] } }, 30],
  ])('are those of %s', (_what, features, terms) => {
    expect(termsOf(features)).toBe(terms);
  });

  it('count every symbol that one is compared with', () => {
    expect(termsOf({ relative_strength: { window: 5 } }, 7)).toBe(700);
  });
});

describe('features that would take too long', () => {
  const slow = Array.from({ length: 200 }, (_, index) => 801 + index);
  const config = parseFeatureConfig({ features: { rsi: { window: slow } } }, { symbols: 1 });
  const perRow = 10 * slow.reduce((sum, window) => sum + window, 0);
  const bars = (length: number) => flatBars(Array.from({ length }, () => 5));

  it('are refused with the arithmetic, and one bar fewer is not', () => {
    const most = Math.floor(8e10 / perRow);

    expect(() => refuseTooManyTerms(config, [bars(most)], 'start')).not.toThrow();
    expect(() => refuseTooManyTerms(config, [bars(most + 1)], 'start')).toThrow(
      expect.objectContaining({
        code: 'VALIDATION',
        message: expect.stringContaining(`${perRow} × ${most + 1} rows = ${perRow * (most + 1)}`),
        fields: [expect.objectContaining({ path: ['start'] })],
      }),
    );
    expect(() => refuseTooManyTerms(config, [bars(most / 2 + 1), bars(most / 2 + 1)], 'start')).toThrow('terms a row');
  });
});
