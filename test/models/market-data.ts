/** Features that move slowly and jump now and then, and labels that lean on four of them: `data` of `reference-auc.py`. */
import type { Features } from '../../src/models/index.ts';
import { lcg } from './lcg.ts';

export interface MarketData {
  readonly features: Features;
  readonly label: Float64Array;
}

export function marketData(seed: number, rows: number, columns: number): MarketData {
  const below = lcg(seed);
  const levels = new Int32Array(columns);
  const values = new Float64Array(rows * columns);
  const label = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < columns; j++) {
      const jump = below(100) < 4 ? 8 : 1;
      levels[j] = (((levels[j] ?? 0) * (15 + 2 * j)) >> 5) + (below(2001) - 1000) * jump;
      values[j * rows + row] = levels[j] ?? 0;
    }
    label[row] = below(1000) < 480 + leanOf(levels) ? 1 : 0;
  }
  return { features: { names: Array.from({ length: columns }, (_, j) => `f${j}`), rows, values }, label };
}

function leanOf([a = 0, b = 0, c = 0, d = 0]: Int32Array): number {
  return (a > 0 ? 100 : -100) + (b > 300 && c < 0 ? 150 : 0) - (d < -500 ? 80 : 0);
}

/** The rows from `from` up to `to`. */
export function rowsBetween(from: number, to: number): Int32Array {
  return Int32Array.from({ length: to - from }, (_, i) => from + i);
}
