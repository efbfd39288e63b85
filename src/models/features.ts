/** The table that models learn from, before its values are sorted into bins. */

/**
 * Named columns of numbers. Column j of n rows is `values[j·n .. (j+1)·n)`, oldest row first; NaN (and what is infinite) is a
 * missing value. The memory may be shared between threads; nothing here writes to it.
 */
export interface Features {
  readonly names: readonly string[];
  readonly rows: number;
  /** [names.length, rows], column-major. */
  readonly values: Float64Array | Float32Array;
}

/** The row numbers 0 … count−1. */
export function allRows(count: number): Int32Array {
  const rows = new Int32Array(count);
  for (let row = 0; row < count; row++) rows[row] = row;
  return rows;
}

/** The values of a feature, row by row, in the memory of the table. */
export function columnOf({ rows, values }: Features, column: number): Float64Array | Float32Array {
  return values.subarray(column * rows, (column + 1) * rows);
}
