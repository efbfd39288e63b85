import { CompensatedSum } from '../../strategies/index.ts';

/** Σx/n, compensated; NaN of nothing. */
export function mean(values: Float64Array): number {
  const sum = new CompensatedSum();
  for (const value of values) sum.add(value);
  return sum.value / values.length;
}

/** √(Σ(x − mean)²/(n − 1)); NaN of fewer than two values. */
export function sampleDeviation(values: Float64Array): number {
  if (values.length < 2) return Number.NaN;
  const center = mean(values);
  const squares = new CompensatedSum();
  for (const value of values) squares.add((value - center) ** 2);
  return Math.sqrt(squares.value / (values.length - 1));
}

/** The value, or null where it is NaN or infinite: an undefined metric is null, never a sentinel. */
export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
