/** Stored bars in the database, imported or a provider's: which series there are, and reading and merging their chunks. */
import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { invariant, unavailable } from '../core/index.ts';
import type { Db } from '../storage/index.ts';
import { allocateColumns, type BarColumns, lowerBound, viewRows } from './bars.ts';
import { decodeChunk, encodeChunk, periodOf, type StoredChunk, splitByPeriod } from './chunk.ts';
import { INTERVALS, type Interval } from './interval.ts';
import { mergeBars } from './merge.ts';
import { CSV_SOURCE } from './source.ts';

/** Bars that are read with one query: some hundred KB. They are unpacked chunk by chunk, at most 10 ms each. */
const ROWS_PER_READ = 50_000;
/** How long chunks are merged before other work gets its turn: a transaction that writes is held meanwhile. */
const MERGED_MS_PER_TURN = 25;
/** How often a series may change while it is read. */
const MAX_READ_ATTEMPTS = 5;

/** A stored series without its bars. */
export interface StoredSeries {
  readonly id: number;
  readonly symbol: string;
  readonly interval: Interval;
  /** Where the bars come from: `csv` or a provider's name. */
  readonly source: string;
  readonly rows: number;
  /** Times of the first and the last bar, epoch milliseconds. */
  readonly firstTime: number;
  readonly lastTime: number;
  /** Grows with each change of its bars, whichever process makes it; epoch milliseconds of the last one. */
  readonly version: number;
}

/** Bars of a series, all of one version. */
export interface SeriesBars {
  readonly columns: BarColumns;
  readonly version: number;
}

/** Chunks by their periods. */
type PackedChunks = ReadonlyMap<string, StoredChunk>;

/** What a merge did to a series. */
export interface MergeCounts {
  readonly inserted: number;
  readonly updated: number;
}

/** Which of an owner's series: `source` is `csv`, an import, unless it says otherwise. */
export interface SeriesKey {
  readonly symbol: string;
  readonly interval: Interval;
  readonly source?: string;
}

/** The owner's series of a symbol, interval and source; `undefined` when none is stored. */
export async function findSeries(db: Db, ownerId: number, key: SeriesKey): Promise<StoredSeries | undefined> {
  const { symbol, interval, source = CSV_SOURCE } = key;
  const [row] = await db.$queryRaw<readonly SeriesRow[]>`
    SELECT "id", "symbol", "interval", "source", "rows", "firstTime", "lastTime", "updatedAt" FROM "BarSeries"
    WHERE "ownerId" = ${ownerId} AND "symbol" = ${symbol} AND "interval" = ${interval} AND "source" = ${source}`;
  return row === undefined ? undefined : toStoredSeries(row);
}

/** All series of an owner from the given sources, in their order, then by symbol and interval. */
export async function listSeries(
  db: Db,
  ownerId: number,
  sources: readonly string[],
): Promise<readonly StoredSeries[]> {
  const where = { ownerId, source: { in: [...sources] } };
  const rows = await db.barSeries.findMany({ where, orderBy: [{ symbol: 'asc' }, { interval: 'asc' }] });
  return rows.map(toStoredSeries).toSorted((a, b) => sources.indexOf(a.source) - sources.indexOf(b.source));
}

/**
 * The bars of a series with from <= time < until (instants), possibly none, on one shared buffer. The bars are read in
 * several queries, between which the event loop has its turns; when an import falls between them they are read again.
 *
 * @throws {InvariantViolation} when stored bytes do not match their checksum
 * @throws {DomainError} UNAVAILABLE when the series changes each time that it is read
 */
export async function readSeries(
  db: Db,
  series: StoredSeries,
  range: { readonly from: number; readonly until: number },
): Promise<SeriesBars> {
  let expected = series;
  for (let attempt = 0; attempt < MAX_READ_ATTEMPTS; attempt++) {
    const columns = await readRange(db, expected, range);
    const found = toStoredSeries(await db.barSeries.findUniqueOrThrow({ where: { id: series.id } }));
    if (columns !== null && found.version === expected.version) return { columns, version: found.version };
    expected = found;
  }
  throw unavailable(`The bars of ${series.symbol} are being imported: try again.`);
}

/**
 * Creates a series that has no bars yet, or gives the one that is there its next version, inside the caller's
 * transaction. Either way its row stays locked until the commit on PostgreSQL, so that two imports of one series cannot
 * both read its chunks before either has written.
 */
export async function claimSeries(
  db: Db,
  claim: SeriesKey & {
    readonly ownerId: number;
    readonly firstTime: number;
    readonly lastTime: number;
    readonly now: Date;
  },
): Promise<StoredSeries> {
  const { ownerId, symbol, interval, source = CSV_SOURCE, firstTime, lastTime, now } = claim;
  const row = await db.barSeries.upsert({
    where: { ownerId_symbol_interval_source: { ownerId, symbol, interval, source } },
    create: {
      ownerId,
      symbol,
      interval,
      source,
      rows: 0,
      firstTime: BigInt(firstTime),
      lastTime: BigInt(lastTime),
      createdAt: now,
      updatedAt: now,
    },
    // The same value again: it locks the row.
    update: { source },
  });
  const claimed = toStoredSeries(row);
  // Never the same twice, however coarse the clock is and even if it goes back.
  const version = Math.max(now.getTime(), claimed.version + 1);
  await db.barSeries.update({ where: { id: claimed.id }, data: { updatedAt: new Date(version) } });
  return { ...claimed, version };
}

/**
 * The chunks of bars by their periods, packed in some 10 ms each with turns of the event loop in between. Before the transaction
 * that merges them: others who want to write would wait for every one of those turns.
 */
export async function packBars(bars: BarColumns, interval: Interval): Promise<PackedChunks> {
  const chunks = new Map<string, StoredChunk>();
  for (const [period, part] of splitByPeriod(bars, interval)) {
    await yieldToEvents();
    chunks.set(period, encodeChunk(period, part));
  }
  return chunks;
}

/**
 * Merges bars (ascending, at least one) into a claimed series; only chunks that change are written. The event loop has a turn
 * after some time.
 *
 * @param packed the bars as `packBars` has packed them, for periods that are new; default: they are packed here
 */
export async function mergeIntoSeries(
  db: Db,
  series: StoredSeries,
  incoming: BarColumns,
  packed: PackedChunks = new Map(),
): Promise<MergeCounts> {
  const parts = splitByPeriod(incoming, series.interval);
  const firstTime = incoming.time[0] ?? series.firstTime;
  const lastTime = incoming.time.at(-1) ?? series.lastTime;
  let inserted = 0;
  let updated = 0;
  let turnAt = performance.now();
  for (const [period, part] of parts) {
    if (performance.now() - turnAt > MERGED_MS_PER_TURN) {
      await yieldToEvents();
      turnAt = performance.now();
    }
    const before = await readChunk(db, series, period);
    const merged =
      before === undefined ? { bars: part, inserted: part.time.length, updated: 0 } : mergeBars(before, part);
    if (merged.inserted + merged.updated === 0) continue;
    const chunk = (before === undefined ? packed.get(period) : undefined) ?? encodeChunk(period, merged.bars);
    const where = { seriesId_period: { seriesId: series.id, period } };
    await db.barChunk.upsert({ where, create: { seriesId: series.id, ...chunk }, update: chunk });
    inserted += merged.inserted;
    updated += merged.updated;
  }
  await db.barSeries.update({
    where: { id: series.id },
    data: {
      rows: { increment: inserted },
      firstTime: BigInt(Math.min(series.firstTime, firstTime)),
      lastTime: BigInt(Math.max(series.lastTime, lastTime)),
    },
  });
  return { inserted, updated };
}

async function readChunk(db: Db, series: StoredSeries, period: string): Promise<BarColumns | undefined> {
  const chunk = await db.barChunk.findUnique({ where: { seriesId_period: { seriesId: series.id, period } } });
  if (chunk === null) return undefined;
  const bars = allocateColumns(chunk.rows);
  decodeChunk(chunk, bars, nameOf(series));
  return bars;
}

/** The bars of a range; `null` when the series changed meanwhile, so that they did not fit where they were to go. */
async function readRange(
  db: Db,
  series: StoredSeries,
  range: { readonly from: number; readonly until: number },
): Promise<BarColumns | null> {
  const { from, until } = clampToSeries(series, range);
  const period = { gte: periodOf(from, series.interval), lte: periodOf(until, series.interval) };
  const sizes = await db.barChunk.findMany({
    where: { seriesId: series.id, period },
    orderBy: { period: 'asc' },
    select: { period: true, rows: true },
  });
  const bars = allocateColumns(sizes.reduce((sum, { rows }) => sum + rows, 0));
  let row = 0;
  for (const batch of batchesOf(sizes)) {
    const chunks = await db.barChunk.findMany({
      where: { seriesId: series.id, period: { gte: batch.first, lte: batch.last } },
      orderBy: { period: 'asc' },
    });
    if (chunks.reduce((sum, { rows }) => sum + rows, 0) !== batch.rows) return null;
    for (const chunk of chunks) {
      await yieldToEvents();
      decodeChunk(chunk, viewRows(bars, row, row + chunk.rows), nameOf(series));
      row += chunk.rows;
    }
  }
  return viewRows(bars, lowerBound(bars.time, range.from), lowerBound(bars.time, range.until));
}

/** Neighbouring chunks that are read with one query: at least one, and as many as have few bars together. */
interface Batch {
  readonly first: string;
  readonly last: string;
  readonly rows: number;
}

function batchesOf(sizes: readonly { readonly period: string; readonly rows: number }[]): readonly Batch[] {
  const batches: Batch[] = [];
  for (const { period, rows } of sizes) {
    const batch = batches.at(-1);
    if (batch !== undefined && batch.rows + rows <= ROWS_PER_READ) {
      batches[batches.length - 1] = { ...batch, last: period, rows: batch.rows + rows };
    } else {
      batches.push({ first: period, last: period, rows });
    }
  }
  return batches;
}

function nameOf({ id, symbol, interval }: StoredSeries): string {
  return `${id} (${symbol} ${interval})`;
}

/** Keeps the ends within the series, because a period is only defined for years of four digits. */
function clampToSeries(
  series: StoredSeries,
  range: { readonly from: number; readonly until: number },
): { readonly from: number; readonly until: number } {
  const clamp = (time: number): number => Math.min(Math.max(time, series.firstTime), series.lastTime);
  return { from: clamp(range.from), until: clamp(range.until) };
}

/** A row of `BarSeries` as it is stored. */
interface SeriesRow extends Pick<StoredSeries, 'id' | 'symbol' | 'source' | 'rows'> {
  readonly interval: string;
  readonly firstTime: bigint;
  readonly lastTime: bigint;
  readonly updatedAt: Date;
}

function toStoredSeries(row: SeriesRow): StoredSeries {
  const { id, symbol, source, rows } = row;
  const interval = INTERVALS.find((known) => known === row.interval);
  invariant(interval !== undefined, `series ${id} has the unknown interval ${row.interval}`);
  const [firstTime, lastTime] = [Number(row.firstTime), Number(row.lastTime)];
  return { id, symbol, interval, source, rows, firstTime, lastTime, version: row.updatedAt.getTime() };
}
