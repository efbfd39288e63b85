import { invariant } from '../core/index.ts';
import { alignToCommonTimes, contentHash, cutAfter } from './align.ts';
import { AnswerCache } from './answer-cache.ts';
import { type Bars, byteLengthOf } from './bars.ts';

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
  readonly #kept = new AnswerCache<AlignedBars>(CACHE_BYTES, ({ bars }) =>
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
    const aligned = await this.#kept.get(key, () => alignedBars(series, until));
    return aligned.bars[0]?.time.length === 0 ? undefined : aligned;
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

async function alignedBars(series: readonly Bars[], until: number): Promise<AlignedBars> {
  const [first] = series;
  invariant(first !== undefined, 'there is a series to be aligned');
  const bars = cutAfter(await alignToCommonTimes(series), until);
  return { bars, source: first.source, hash: await contentHash(bars) };
}
