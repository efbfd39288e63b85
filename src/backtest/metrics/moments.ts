import { at, CompensatedSum } from '../../strategies/index.ts';

/** Σx/n, compensated; NaN of nothing. */
export function mean(values: Float64Array): number {
  const sum = new CompensatedSum();
  for (let i = 0; i < values.length; i++) sum.add(at(values, i));
  return sum.value / values.length;
}

/** √(Σ(x − mean)²/(n − 1)), of which no term is negative and nothing cancels; NaN of fewer than two values. */
export function sampleDeviation(values: Float64Array, center: number = mean(values)): number {
  if (values.length < 2) return Number.NaN;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (at(values, i) - center) ** 2;
  return Math.sqrt(squares / (values.length - 1));
}

/** The value, or null where it is NaN or infinite: an undefined metric is null, never a sentinel. */
export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
