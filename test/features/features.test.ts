/** Features know nothing of later bars, and are what their formulas say. */
import { describe, expect, it } from 'vitest';
import {
  FEATURE_FAMILIES,
  type FeatureConfig,
  parseFeatureConfig,
  planRows,
  writeFeatures,
  writeLabels,
} from '../../src/features/index.ts';
import type { Bars } from '../../src/market/index.ts';
import { seededRandom } from '../support/random.ts';
import { randomBars } from '../support/series.ts';

const SEED = 20_261_129;
const SYMBOLS = ['ONE', 'TWO', 'THREE'];
const volumes = seededRandom(SEED);
const bars = SYMBOLS.map((symbol, index) => {
  const series = randomBars(SEED + index, { length: 300, symbol });
  return { ...series, volume: series.volume.map((volume) => volume * (1 + volumes())) };
});
const config = parseFeatureConfig({ horizon: 3 }, { symbols: bars.length });

function rowsOf(from: FeatureConfig, series: readonly Bars[]): { values: Float64Array; rows: number } {
  const { rows } = planRows(from, series);
  const values = new Float64Array(rows * from.features.length);
  writeFeatures(from, series, values);
  return { values, rows };
}

/** Every column's first `count` rows. */
function heads({ values, rows }: { values: Float64Array; rows: number }, count: number): number[][] {
  return config.features.map((_, index) => [...values.subarray(index * rows, index * rows + count)]);
}

function changedFrom(series: Bars, from: number, change: (column: Float64Array) => Float64Array): Bars {
  const { open, high, low, close, volume } = series;
  const column = (values: Float64Array) => {
    const copy = values.slice();
    copy.set(change(values.slice(from)), from);
    return copy;
  };
  return {
    ...series,
    open: column(open),
    high: column(high),
    low: column(low),
    close: column(close),
    volume: column(volume),
  };
}

function truncated(series: Bars, to: number): Bars {
  const { time, open, high, low, close, volume } = series;
  const cut = (values: Float64Array) => values.slice(0, to);
  return {
    ...series,
    time: cut(time),
    open: cut(open),
    high: cut(high),
    low: cut(low),
    close: cut(close),
    volume: cut(volume),
  };
}

describe('no feature changes when later bars', () => {
  const whole = rowsOf(config, bars);
  const plan = planRows(config, bars);

  it('are taken away', () => {
    for (let to = plan.firstBar + 1; to < 300; to += 31) {
      const short = rowsOf(
        config,
        bars.map((series) => truncated(series, to)),
      );
      const known = (to - plan.firstBar) * SYMBOLS.length;
      expect(heads(short, known), `${to} bars`).toEqual(heads(whole, known));
    }
  });

  it('are others', () => {
    const random = seededRandom(SEED);
    for (let from = plan.firstBar + 1; from < 300; from += 61) {
      const others = bars.map((series) =>
        changedFrom(series, from, (column) => column.map((value) => value * (0.5 + random()))),
      );
      const known = (from - plan.firstBar) * SYMBOLS.length;
      expect(heads(rowsOf(config, others), known), `other bars from ${from}, seed ${SEED}`).toEqual(
        heads(whole, known),
      );
    }
  });

  it('are others, yet those after do', () => {
    const other = rowsOf(
      config,
      bars.map((series) => changedFrom(series, 200, (column) => column.map((value, t) => value * (2 + (t % 3))))),
    );
    const row = (200 - plan.firstBar) * SYMBOLS.length;

    const changed = config.features.filter((_, index) => {
      const [a, b] = [whole, other].map(({ values, rows }) => values.slice(index * rows + row, (index + 1) * rows));
      return !Object.is(String(a), String(b));
    });

    const constant = new Set(['weekday', 'month_position']);
    expect(changed.map(({ name }) => name)).toEqual(
      config.features.map(({ name }) => name).filter((name) => !constant.has(name)),
    );
  });
});

describe('rows', () => {
  it('begin where every feature is defined, one per symbol of a bar', () => {
    const { values, rows } = rowsOf(config, bars);

    expect(planRows(config, bars)).toEqual({ firstBar: 60, symbols: 3, rows: 720, labelled: 711 });
    expect(rows).toBe(720);
    expect([...values].filter((value) => !Number.isFinite(value))).toEqual([]);
  });

  it('have a label only where the future is known, and it is that', () => {
    const labels = new Float64Array(720);
    const returns = new Float64Array(720);
    writeLabels(config, bars, labels);
    writeLabels({ ...config, label: 'return' }, bars, returns);

    const { labelled } = planRows(config, bars);
    expect([...labels.subarray(labelled)].every(Number.isNaN)).toBe(true);
    for (let row = 0; row < labelled; row++) {
      const close = bars[row % 3]?.close ?? new Float64Array();
      const bar = 60 + Math.floor(row / 3);
      const forward = Math.log((close[bar + 3] ?? 0) / (close[bar] ?? 0));
      expect(returns[row]).toBe(forward);
      expect(labels[row]).toBe(forward > 0 ? 1 : 0);
    }
  });
});

describe('the figures of', () => {
  /** Closes 1, 2, 4, 8, 4 with ranges of their own. */
  const few: Bars = {
    symbol: 'FEW',
    interval: '1d',
    source: 'csv',
    time: Float64Array.from([0, 1, 2, 3, 4].map((day) => Date.UTC(2024, 1, 26 + day))),
    open: Float64Array.of(1, 1, 3, 4, 8),
    high: Float64Array.of(1, 3, 5, 9, 8),
    low: Float64Array.of(1, 1, 2, 4, 3),
    close: Float64Array.of(1, 2, 4, 8, 4),
    volume: Float64Array.of(5, 5, 5, 5, 9),
  };
  const other = { ...few, symbol: 'OTHER', close: Float64Array.of(1, 1, 1, 2, 4) };
  const value = (name: string, params: Record<string, number>, t = 4) =>
    FEATURE_FAMILIES.find((family) => family.name === name)?.compute({ bars: few, others: [other] }, params)[t];

  it.each([
    ['log_return', { window: 2 }, 0],
    ['gap', {}, 0],
    ['sma_distance', { window: 3 }, 4 / (16 / 3) - 1],
    ['ema_distance', { window: 3 }, 4 / (((((1 + 2) / 2 + 4) / 2 + 8) / 2 + 4) / 2) - 1],
    // First means over 2 changes: 1.5 and 0; then 2.75 and 0; then 1.375 and 2.
    ['rsi', { window: 2 }, (100 * 1.375) / 3.375],
    ['bollinger_position', { window: 3 }, (4 - 16 / 3) / (2 * Math.sqrt(16 / 3))],
    ['range_position', { window: 3 }, (4 - 2) / (9 - 2)],
    // Ranges 2, 3, 5, 5; means 2.5, 3.75, 4.375.
    ['atr', { window: 2 }, 4.375 / 4],
    ['volatility', { window: 2 }, Math.SQRT2 * Math.LN2],
    ['volatility_ratio', { short: 2, long: 3 }, (Math.SQRT2 * Math.LN2) / Math.sqrt((4 / 3) * Math.LN2 ** 2)],
    ['volume_zscore', { window: 3 }, (9 - 19 / 3) / Math.sqrt(16 / 3)],
    ['weekday', {}, 5],
    ['month_position', {}, 0],
    ['relative_strength', { window: 2 }, 0 - Math.log(4)],
  ])('%s', (name, params, expected) => {
    expect(value(name, params)).toBeCloseTo(expected, 12);
  });

  it('macd', () => {
    const ema = (values: number[], window: number) =>
      values.reduce<number[]>(
        (means, x) => [...means, means.length === 0 ? x : (2 * x + (window - 1) * (means.at(-1) ?? 0)) / (window + 1)],
        [],
      );
    const closes = [...few.close];
    const slow = ema(closes, 3);
    const distance = ema(closes, 2).map((fast, t) => fast - (slow[t] ?? 0));
    const signal = ema(distance, 2);

    expect(value('macd', { fast: 2, slow: 3, signal: 2 })).toBeCloseTo(((distance[4] ?? 0) - (signal[4] ?? 0)) / 4, 12);
  });

  it('month_position at the last day of a leap February', () => {
    expect(value('month_position', {}, 3)).toBe(28 / 29);
  });
});
