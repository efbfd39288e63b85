/** Tables that models are trained on in the benchmarks. */
import { seededRandom } from '../src/core/index.ts';
import type { Features } from '../src/models/index.ts';

/** Columns that revert to their means at different speeds, with heavy tails; the label leans on three of them. */
export function marketLike(
  count: number,
  columns: number,
): { readonly features: Features; readonly label: Float64Array } {
  const random = seededRandom('bench/models');
  const values = new Float64Array(count * columns);
  for (let j = 0; j < columns; j++) {
    const memory = 1 - 1 / (5 + 10 * j);
    let level = 0;
    for (let row = 0; row < count; row++) {
      level = memory * level + random.normal() * (random.uniform() < 0.05 ? 4 : 1);
      values[j * count + row] = level;
    }
  }
  const labels = Float64Array.from({ length: count }, (_, row) => {
    const lean = [0, 1, 2].reduce((sum, j) => sum + Math.sign(values[j * count + row] ?? 0), 0);
    return random.uniform() < 0.5 + 0.05 * lean ? 1 : 0;
  });
  return {
    features: { names: Array.from({ length: columns }, (_, j) => `f${j}`), rows: count, values },
    label: labels,
  };
}
