import type { Db } from '../storage/index.ts';
import { AnswerCache } from './answer-cache.ts';
import { readSeries, type SeriesBars, type StoredSeries } from './bar-store.ts';
import { type BarColumns, byteLengthOf } from './bars.ts';

/** Memory that loaded bars may take, in bytes: five series of a million bars. */
const CACHE_BYTES = 256 * 2 ** 20;

/**
 * Reads stored series and keeps what was read last, so that the next job on the same bars shares their memory. A series
 * that has changed since, by whichever process, has another version and is read again.
 */
export class SeriesReader {
  readonly #db: Db;
  readonly #kept: AnswerCache<SeriesBars>;

  /** @param cacheBytes memory that kept bars may take; default 256 MiB */
  constructor(db: Db, cacheBytes: number = CACHE_BYTES) {
    this.#db = db;
    this.#kept = new AnswerCache(cacheBytes, ({ columns }) => byteLengthOf(columns));
  }

  /**
   * The bars of a series, as it was found just now, with from <= time < until (instants); possibly none. The columns are
   * shared with every other reader: nobody writes to them.
   *
   * @throws {DomainError | InvariantViolation} as `readSeries` does
   */
  async read(series: StoredSeries, range: { readonly from: number; readonly until: number }): Promise<BarColumns> {
    const key = `${series.id} ${series.version} ${range.from} ${range.until}`;
    const { columns } = await this.#kept.get(key, () => readSeries(this.#db, series, range));
    return columns;
  }
}
