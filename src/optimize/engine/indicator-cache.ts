import type { Compute } from '../../compute/index.ts';
import { invariant } from '../../core/index.ts';
import type { Bars } from '../../market/index.ts';
import { type IndicatorSpec, type IndicatorTable, indicatorKey } from '../../strategies/index.ts';
import { takeColumns } from './columns.ts';
import { INDICATORS } from './evaluate-task.ts';
import { inLanes } from './lanes.ts';
import { columnBytes } from './rounds.ts';
import type { SharedMemory } from './shared-memory.ts';
import { areComputed, type SharedPortions, sharePortions } from './shared-portions.ts';

/** Columns for a round, those in it that are still to be computed included. */
export interface OpenColumns {
  /** By `indicatorKey`: [bars] on shared memory. */
  readonly columns: IndicatorTable;
  /** Those that lanes are to compute. */
  readonly missing: SharedPortions;
}

/** The indicators of a job as far as they are in memory: each is computed once while it is needed, on all lanes. */
export class IndicatorCache {
  readonly #compute: Compute;
  readonly #bars: readonly Bars[];
  readonly #memory: SharedMemory;
  readonly #maxBytes: number;
  readonly #table = new Map<string, Float64Array>();

  /** @param options.maxBytes memory to stay within as far as each round allows */
  constructor(
    compute: Compute,
    bars: readonly Bars[],
    options: { readonly memory: SharedMemory; readonly maxBytes: number },
  ) {
    this.#compute = compute;
    this.#bars = bars;
    this.#memory = options.memory;
    this.#maxBytes = options.maxBytes;
  }

  /** The columns that are in memory, until others make them go. */
  get inMemory(): IndicatorTable {
    return this.#table;
  }

  /** Gives all memory back. Call it when no task can be running that reads or writes a column: not after a failure. */
  release(): void {
    for (const column of this.#table.values()) this.#memory.release(column);
    this.#table.clear();
  }

  /**
   * The columns of `specs`, all computed. The lanes take portions of what is missing, so that they end together however fast each
   * of them is.
   *
   * @throws {ComputeFailure} when a worker fails, or `signal` aborts
   */
  async columns(specs: readonly IndicatorSpec[], signal: AbortSignal): Promise<IndicatorTable> {
    const opened = await this.open(specs);
    const { columns, missing } = opened;
    await inLanes(Math.min(this.#compute.parallelism, missing.portions.length), signal, async (both) => {
      await this.#compute.run(INDICATORS, { missing, bars: this.#bars, columns }, { signal: both });
    });
    this.keep(opened);
    return columns;
  }

  /** Columns for `specs`, of which the missing are to be computed; those of earlier rounds go where there is no room. */
  async open(specs: readonly IndicatorSpec[]): Promise<OpenColumns> {
    const wanted = new Map(specs.map((spec) => [indicatorKey(spec), spec]));
    const missing = specs.filter((spec) => !this.#table.has(indicatorKey(spec)));
    this.#makeRoom(missing.length, wanted);
    const added = await takeColumns(this.#memory, missing, this.#bars);
    const columns = new Map<string, Float64Array>();
    for (const key of wanted.keys()) {
      const column = this.#table.get(key) ?? added.get(key);
      if (column !== undefined) columns.set(key, column);
    }
    const bars = this.#bars[0]?.time.length ?? 0;
    return { columns, missing: sharePortions(missing, { bars, lanes: this.#compute.parallelism }) };
  }

  /** Takes columns in for later rounds, now that all of them have been computed. */
  keep({ columns, missing }: OpenColumns): void {
    invariant(areComputed(missing), 'columns are kept when they have been computed');
    for (const [key, column] of columns) this.#table.set(key, column);
  }

  /** Drops columns that are not wanted now, the oldest first. */
  #makeRoom(added: number, wanted: ReadonlyMap<string, unknown>): void {
    const bytes = columnBytes(this.#bars);
    for (const [key, column] of this.#table) {
      if ((this.#table.size + added) * bytes <= this.#maxBytes) return;
      if (wanted.has(key)) continue;
      this.#table.delete(key);
      this.#memory.release(column);
    }
  }
}
