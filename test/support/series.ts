/** Bars for tests: seeded random walks, explicit lists, and the S&P 500 of 2000–2020 that vega-datasets ships. */
import { readFileSync } from 'node:fs';
import type { Bars } from '../../src/market/index.ts';
import { seededRandom } from './random.ts';

const DAY_MS = 86_400_000;

/** Rows `[open, high, low, close]`, one per day from 2020-01-01 on. */
export type Row = readonly [number, number, number, number];

export function barsOf(rows: readonly Row[], symbol = 'TEST'): Bars {
  const column = (read: (row: Row, t: number) => number) => Float64Array.from(rows, read);
  return {
    symbol,
    interval: '1d',
    source: 'test',
    time: column((_, t) => Date.UTC(2020, 0, 1) + t * DAY_MS),
    open: column((row) => row[0]),
    high: column((row) => row[1]),
    low: column((row) => row[2]),
    close: column((row) => row[3]),
    volume: column(() => 1000),
  };
}

/** Bars whose open, high, low and close are all the same price. */
export function flatBars(prices: readonly number[], symbol = 'TEST'): Bars {
  return barsOf(
    prices.map((price) => [price, price, price, price] as const),
    symbol,
  );
}

/** A random walk with gaps between close and open. `start` is the first price, `swing` the largest move of a bar. */
export function randomBars(
  seed: number,
  options: { readonly length: number; readonly start?: number; readonly swing?: number; readonly symbol?: string },
): Bars {
  const random = seededRandom(seed);
  const swing = options.swing ?? 0.03;
  let price = options.start ?? 100;
  const move = (size: number) => 1 + size * (random() - 0.5);
  const rows = Array.from({ length: options.length }, (): Row => {
    const open = price * move(swing / 2);
    const close = open * move(swing);
    price = close;
    return [
      open,
      Math.max(open, close) * (1 + random() * swing * 0.2),
      Math.min(open, close) * (1 - random() * swing * 0.2),
      close,
    ];
  });
  return barsOf(rows, options.symbol);
}

/** The first `length` of 5,104 daily bars of the S&P 500 index. */
export function sp500(length = 5104): Bars {
  const file = new URL('../../node_modules/vega-datasets/data/sp500-2000.csv', import.meta.url);
  const lines = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .slice(1, length + 1);
  const rows = lines.map((line): Row => {
    const [, open = '', high = '', low = '', close = ''] = line.split(',');
    return [Number(open), Number(high), Number(low), Number(close)];
  });
  return barsOf(rows, 'SP500');
}

/** The same bars cut to [from, to). */
export function cut(bars: Bars, from: number, to: number): Bars {
  return {
    ...bars,
    time: bars.time.slice(from, to),
    open: bars.open.slice(from, to),
    high: bars.high.slice(from, to),
    low: bars.low.slice(from, to),
    close: bars.close.slice(from, to),
    volume: bars.volume.slice(from, to),
  };
}
