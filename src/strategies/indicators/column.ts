/**
 * Element `index` of a column; NaN where there is none, so that a miss can never pass for a price. One function for
 * Float64Arrays only, which keeps the engine's hot loops monomorphic.
 */
export function at(column: Float64Array, index: number): number {
  return column[index] ?? Number.NaN;
}
