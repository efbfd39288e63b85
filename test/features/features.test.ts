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
  return between(series, 0, to);
}

function between(series: Bars, from: number, to: number): Bars {
  const { time, open, high, low, close, volume } = series;
  const cut = (values: Float64Array) => values.slice(from, to);
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

describe('a feature is the same to the bit wherever its bars begin', () => {
  const odd = {
    features: {
      sma_distance: { window: [2, 7] },
      ema_distance: { window: [2, 33] },
      rsi: { window: [2, 21] },
      macd: { fast: 1, slow: 9, signal: 5 },
      bollinger_position: { window: [2, 13] },
      range_position: { window: 9 },
      atr: { window: [1, 23] },
      volatility: { window: [2, 11] },
      volatility_ratio: { short: 5, long: 17 },
      volume_zscore: { window: 3 },
      relative_strength: { window: 1 },
    },
  };

  it.each([
    ['with its defaults', {}],
    ['with other parameters', odd],
  ])('%s', (_name, raw) => {
    const chosen = parseFeatureConfig(raw, { symbols: bars.length });
    const whole = rowsOf(chosen, bars);
    const { firstBar } = planRows(chosen, bars);
    for (let from = 1; from < 300 - firstBar; from += 7) {
      const late = rowsOf(
        chosen,
        bars.map((series) => between(series, from, 300)),
      );
      expect(late.rows).toBe(whole.rows - from * SYMBOLS.length);
      for (const [index, { name }] of chosen.features.entries()) {
        const mine = late.values.subarray(index * late.rows, (index + 1) * late.rows);
        const theirs = whole.values.subarray(index * whole.rows + from * SYMBOLS.length, (index + 1) * whole.rows);
        expect([...mine], `${name} from bar ${from}, seed ${SEED}`).toEqual([...theirs]);
      }
    }
  });
});

describe('rows', () => {
  it('begin where every feature is defined, one per symbol of a bar', () => {
    const { values, rows } = rowsOf(config, bars);

    expect(planRows(config, bars)).toEqual({ firstBar: 103, symbols: 3, rows: 591, labelled: 582 });
    expect(rows).toBe(591);
    expect([...values].filter((value) => !Number.isFinite(value))).toEqual([]);
  });

  it('have a label only where the future is known, and it is that', () => {
    const labels = new Float64Array(591);
    const returns = new Float64Array(591);
    writeLabels(config, bars, labels);
    writeLabels({ ...config, label: 'return' }, bars, returns);

    const { labelled } = planRows(config, bars);
    expect([...labels.subarray(labelled)].every(Number.isNaN)).toBe(true);
    for (let row = 0; row < labelled; row++) {
      const close = bars[row % 3]?.close ?? new Float64Array();
      const bar = 103 + Math.floor(row / 3);
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
    ['bollinger_position', { window: 3 }, (4 - 16 / 3) / (2 * Math.sqrt(16 / 3))],
    ['range_position', { window: 3 }, (4 - 2) / (9 - 2)],
    ['volatility', { window: 2 }, Math.SQRT2 * Math.LN2],
    ['volatility_ratio', { short: 2, long: 3 }, (Math.SQRT2 * Math.LN2) / Math.sqrt((4 / 3) * Math.LN2 ** 2)],
    ['volume_zscore', { window: 3 }, (9 - 19 / 3) / Math.sqrt(16 / 3)],
    ['weekday', {}, 5],
    ['month_position', {}, 0],
    ['relative_strength', { window: 2 }, 0 - Math.log(4)],
  ])('%s', (name, params, expected) => {
    expect(value(name, params)).toBeCloseTo(expected, 12);
  });

  it('month_position at the last day of a leap February', () => {
    expect(value('month_position', {}, 3)).toBe(28 / 29);
  });
});

describe('the figures of averages that fade', () => {
  const [series] = bars;
  const { close, high, low } = series ?? {
    close: new Float64Array(),
    high: new Float64Array(),
    low: new Float64Array(),
  };
  const value = (name: string, params: Record<string, number>, t: number) =>
    series === undefined
      ? undefined
      : FEATURE_FAMILIES.find((family) => family.name === name)?.compute({ bars: series, others: [] }, params)[t];

  /** Mean of the last `reach` of f(t), f(t − 1), …, each with (1 − share) times the weight of the one after it. */
  function fadingMean(f: (t: number) => number, t: number, { share, reach }: { share: number; reach: number }): number {
    let [sum, weight] = [0, 0];
    for (let bar = t - reach + 1; bar <= t; bar++) {
      sum = sum * (1 - share) + f(bar);
      weight = weight * (1 - share) + 1;
    }
    return sum / weight;
  }
  const closeAt = (t: number) => close[t] ?? Number.NaN;
  const ema = (f: (t: number) => number, window: number) => (t: number) =>
    fadingMean(f, t, { share: 2 / (window + 1), reach: 3 * window });
  const wilder = (f: (t: number) => number, window: number) => (t: number) =>
    fadingMean(f, t, { share: 1 / window, reach: 5 * window });

  it.each([150, 299])('ema_distance, after bar %i', (t) => {
    expect(value('ema_distance', { window: 12 }, t)).toBeCloseTo(closeAt(t) / ema(closeAt, 12)(t) - 1, 12);
  });

  it.each([150, 299])('macd, after bar %i', (t) => {
    const distance = (bar: number) => ema(closeAt, 5)(bar) - ema(closeAt, 9)(bar);
    const expected = (distance(t) - ema(distance, 4)(t)) / closeAt(t);
    expect(value('macd', { fast: 5, slow: 9, signal: 4 }, t)).toBeCloseTo(expected, 12);
  });

  it.each([150, 299])('rsi, after bar %i', (t) => {
    const gain = wilder((bar) => Math.max(0, closeAt(bar) - closeAt(bar - 1)), 14)(t);
    const loss = wilder((bar) => Math.max(0, closeAt(bar - 1) - closeAt(bar)), 14)(t);
    expect(value('rsi', { window: 14 }, t)).toBeCloseTo((100 * gain) / (gain + loss), 9);
  });

  it.each([150, 299])('atr, after bar %i', (t) => {
    const range = (bar: number) =>
      Math.max(high[bar] ?? 0, closeAt(bar - 1)) - Math.min(low[bar] ?? 0, closeAt(bar - 1));
    expect(value('atr', { window: 14 }, t)).toBeCloseTo(wilder(range, 14)(t) / closeAt(t), 12);
  });

  it('rsi differs from one that never forgets by less than 1 % of their scale', () => {
    let [gains, losses] = [0, 0];
    for (let t = 1; t < 300; t++) {
      gains += (Math.max(0, closeAt(t) - closeAt(t - 1)) - gains) / 14;
      losses += (Math.max(0, closeAt(t - 1) - closeAt(t)) - losses) / 14;
    }
    expect(Math.abs((value('rsi', { window: 14 }, 299) ?? 0) - (100 * gains) / (gains + losses))).toBeLessThan(1);
  });

  it.each([
    ['ema_distance', { window: 12 }, 35],
    ['macd', { fast: 5, slow: 9, signal: 4 }, 37],
    ['rsi', { window: 14 }, 70],
    ['atr', { window: 14 }, 70],
  ])('%s begin where their window is full', (name, params, first) => {
    expect([value(name, params, first - 1), value(name, params, first)]).toEqual([Number.NaN, expect.any(Number)]);
    expect(value(name, params, first)).not.toBeNaN();
  });
});
