import { createHash } from 'node:crypto';
import { type Bars, COLUMN_NAMES, pickRows } from './bars.ts';

/** The series cut to the times that all of them have; possibly empty. The series come back in the same order. */
export function alignToCommonTimes(series: readonly Bars[]): readonly Bars[] {
  const first = series[0];
  if (first === undefined || series.length === 1) return series;
  const cursors = series.map(() => 0);
  const picked = series.map((): number[] => []);
  for (const time of first.time) {
    const isCommon = series.every((bars, index) => {
      let row = cursors[index] ?? 0;
      while ((bars.time[row] ?? Number.POSITIVE_INFINITY) < time) row += 1;
      cursors[index] = row;
      return bars.time[row] === time;
    });
    if (isCommon) for (const [index, row] of cursors.entries()) picked[index]?.push(row);
  }
  return series.map((bars, index) => ({ ...bars, ...pickRows(bars, picked[index] ?? []) }));
}

/** The series without the bars that start after `until` (epoch ms); all have the same times. */
export function cutAfter(series: readonly Bars[], until: number): readonly Bars[] {
  const kept = series[0]?.time.findLastIndex((time) => time <= until) ?? -1;
  const rows = Array.from({ length: kept + 1 }, (_, row) => row);
  if (rows.length === series[0]?.time.length) return series;
  return series.map((bars) => ({ ...bars, ...pickRows(bars, rows) }));
}

/**
 * The fingerprint of what a job computed on: SHA-256 (hex) over source, interval, symbols in their order, and every
 * value of every column as little-endian float64.
 */
export function contentHash(series: readonly Bars[]): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify(series.map((bars) => [bars.source, bars.interval, bars.symbol, bars.time.length])));
  for (const bars of series) for (const name of COLUMN_NAMES) hash.update(bars[name]);
  return hash.digest('hex');
}
