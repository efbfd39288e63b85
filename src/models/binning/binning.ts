/** Some numbers of a column. */
export interface Column {
  readonly values: Float64Array | Float32Array;
  /** Which of them, in this order; null for all. */
  readonly rows: Int32Array | null;
}

/** The loops that cut columns into bins. There are two, which answer the same to the bit. */
export interface Binning {
  /**
   * Where each column of a table is cut, ascending and finite: at its different values if there are at most `maxBin`, else
   * at those of the `maxBin` quantiles that differ. The smallest value is no cut, because nothing is below it. What is not
   * finite is left out.
   *
   * @param columns all of one length
   * @param maxBin 2 to 255
   */
  cut(columns: readonly Column[], maxBin: number): readonly Float64Array[];
  /**
   * Writes the number of cuts ≤ x for each number x of a column, 255 where it is not finite.
   *
   * @param cuts at most 254, ascending and finite
   * @param bins where they go, as many as there are numbers
   */
  bin(column: Column, cuts: Float64Array, bins: Uint8Array): void;
}

/** How many numbers a column has. */
export function lengthOf({ values, rows }: Column): number {
  return rows?.length ?? values.length;
}
