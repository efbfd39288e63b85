import { invalid } from '../../core/index.ts';

/** A complaint about one row of the file, at `csv.<row>`; the header is row 1. */
export function rowError(row: number, reason: string): Error {
  return invalid(`csv.${row}`, `Row ${row}: ${reason}.`, { row });
}
