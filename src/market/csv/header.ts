import { invalid } from '../../core/index.ts';

/** Where each field stands in a row, counted from 0. */
export interface CsvLayout {
  readonly fields: number;
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** `undefined` where the file has no volumes: they are 0 then. */
  readonly volume: number | undefined;
}

const TIME_NAMES = ['date', 'datetime', 'timestamp', 'time'];
const VOLUME_NAMES = ['volume', 'vol'];

/**
 * Reads the header row: a time column (`date`, `datetime`, `timestamp`, `time`, or a first column without a name, as
 * pandas writes its index), `open`, `high`, `low`, `close`, perhaps `volume` or `vol`; in any order and case, bare or in
 * angle brackets. Other columns are ignored, `Adj Close` too: prices are taken as they are given.
 *
 * @throws {DomainError} VALIDATION at `csv.<row>`, naming what is missing or there twice
 */
export function readHeader(cells: readonly string[], row: number): CsvLayout {
  const names = cells.map((cell) =>
    cell
      .trim()
      .toLowerCase()
      .replace(/^<(.*)>$/, '$1'),
  );
  const fail = (reason: string): Error =>
    invalid(
      `csv.${row}`,
      `Row ${row} is the header; ${reason}. Expected date, open, high, low, close and volume, found ${JSON.stringify(cells.join(',').slice(0, 80))}.`,
    );
  const find = (name: string): number | undefined => {
    const index = names.indexOf(name);
    if (index !== names.lastIndexOf(name)) throw fail(`it has two columns "${name}"`);
    return index < 0 ? undefined : index;
  };
  const need = (name: string): number => {
    const index = find(name);
    if (index === undefined) throw fail(`it has no column "${name}"`);
    return index;
  };
  const time = TIME_NAMES.map(find).find((index) => index !== undefined) ?? (names[0] === '' ? 0 : undefined);
  if (time === undefined) throw fail('it has no column of dates');
  return {
    fields: cells.length,
    time,
    open: need('open'),
    high: need('high'),
    low: need('low'),
    close: need('close'),
    volume: VOLUME_NAMES.map(find).find((index) => index !== undefined),
  };
}
