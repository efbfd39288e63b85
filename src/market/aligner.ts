import { alignToCommonTimes, contentHash, cutAfter } from './align.ts';
import { type Bars, byteLengthOf } from './bars.ts';
import { BoundedCache } from './bounded-cache.ts';

/** Memory that aligned bars may take, in bytes. Where nothing had to be cut it is that of the loaded bars. */
const CACHE_BYTES = 256 * 2 ** 20;

/** Several series of one source with identical times. */
export interface AlignedBars {
  /** In the order of the request; at least one bar each. */
  readonly bars: readonly Bars[];
  readonly source: string;
  /** SHA-256 (hex) over source, interval, symbols and every value. */
  readonly hash: string;
}

/**
 * Aligns and hashes series, and remembers what it did last. Nobody writes to loaded bars, so the same arrays always hold
 * the same bars: a job is hashed when it is submitted and not again when it runs.
 */
export class Aligner {
  readonly #kept = new BoundedCache<AlignedBars>(CACHE_BYTES, ({ bars }) =>
    bars.reduce((sum, columns) => sum + byteLengthOf(columns), 0),
  );
  readonly #ids = new WeakMap<Float64Array, number>();
  #nextId = 0;

  /**
   * The series (at least one, all of one source) cut to their common times up to `until` (epoch ms, inclusive);
   * `undefined` when there are none. A single series is not copied.
   */
  async align(series: readonly Bars[], until: number): Promise<AlignedBars | undefined> {
    const last = Math.min(until, ...series.map(({ time }) => time.at(-1) ?? Number.NEGATIVE_INFINITY));
    const key = JSON.stringify([
      last,
      ...series.map((bars) => [bars.source, bars.interval, bars.symbol, this.#idOf(bars)]),
    ]);
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const bars = cutAfter(alignToCommonTimes(series), until);
    const [first] = bars;
    if (first === undefined || first.time.length === 0) return undefined;
    const aligned = { bars, source: first.source, hash: await contentHash(bars) };
    this.#kept.set(key, aligned);
    return aligned;
  }

  /** The times stand for all six columns, which are made and handed on together. */
  #idOf({ time }: Bars): number {
    const known = this.#ids.get(time);
    if (known !== undefined) return known;
    this.#nextId += 1;
    this.#ids.set(time, this.#nextId);
    return this.#nextId;
  }
}
