/** Stored bars in the database, imported or a provider's: which series there are, and reading and merging their chunks. */
import { invariant } from '../core/index.ts';
import type { Db } from '../storage/index.ts';
import { type BarColumns, copyRows, lowerBound } from './bars.ts';
import { decodeChunk, encodeChunk, periodOf, splitByPeriod } from './chunk.ts';
import { INTERVALS, type Interval } from './interval.ts';
import { concatenate, mergeBars } from './merge.ts';
import { CSV_SOURCE } from './source.ts';

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
}

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
  const where = { ownerId_symbol_interval_source: { ownerId, symbol, interval, source } };
  const row = await db.barSeries.findUnique({ where });
  return row === null ? undefined : toStoredSeries(row);
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
 * The bars of a series with from <= time < until (instants), possibly none.
 *
 * @throws {InvariantViolation} when stored bytes do not match their checksum
 */
export async function readSeries(
  db: Db,
  series: StoredSeries,
  range: { readonly from: number; readonly until: number },
): Promise<BarColumns> {
  const bars = concatenate([...(await readChunks(db, series, clampToSeries(series, range))).values()]);
  return copyRows(bars, lowerBound(bars.time, range.from), lowerBound(bars.time, range.until));
}

/**
 * Creates a series that has no bars yet, or touches the one that is there, inside the caller's transaction. Either way
 * its row stays locked until the commit on PostgreSQL, so that two imports of one series cannot both read its chunks
 * before either has written.
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
    update: { updatedAt: now },
  });
  return toStoredSeries(row);
}

/** Merges bars (ascending, at least one) into a claimed series; only chunks that change are written. */
export async function mergeIntoSeries(db: Db, series: StoredSeries, incoming: BarColumns): Promise<MergeCounts> {
  const parts = splitByPeriod(incoming, series.interval);
  const firstTime = incoming.time[0] ?? series.firstTime;
  const lastTime = incoming.time.at(-1) ?? series.lastTime;
  const stored = await readChunks(db, series, { from: firstTime, until: lastTime });
  let inserted = 0;
  let updated = 0;
  for (const [period, part] of parts) {
    const before = stored.get(period);
    const merged =
      before === undefined ? { bars: part, inserted: part.time.length, updated: 0 } : mergeBars(before, part);
    if (merged.inserted + merged.updated === 0) continue;
    const chunk = encodeChunk(period, merged.bars);
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

async function readChunks(
  db: Db,
  series: StoredSeries,
  range: { readonly from: number; readonly until: number },
): Promise<ReadonlyMap<string, BarColumns>> {
  const period = { gte: periodOf(range.from, series.interval), lte: periodOf(range.until, series.interval) };
  const chunks = await db.barChunk.findMany({ where: { seriesId: series.id, period }, orderBy: { period: 'asc' } });
  const name = `${series.id} (${series.symbol} ${series.interval})`;
  return new Map(chunks.map((chunk) => [chunk.period, decodeChunk(chunk, name)]));
}

/** Keeps the ends within the series, because a period is only defined for years of four digits. */
function clampToSeries(
  series: StoredSeries,
  range: { readonly from: number; readonly until: number },
): { readonly from: number; readonly until: number } {
  const clamp = (time: number): number => Math.min(Math.max(time, series.firstTime), series.lastTime);
  return { from: clamp(range.from), until: clamp(range.until) };
}

function toStoredSeries(row: {
  readonly id: number;
  readonly symbol: string;
  readonly interval: string;
  readonly source: string;
  readonly rows: number;
  readonly firstTime: bigint;
  readonly lastTime: bigint;
}): StoredSeries {
  const { id, symbol, source, rows } = row;
  const interval = INTERVALS.find((known) => known === row.interval);
  invariant(interval !== undefined, `series ${id} has the unknown interval ${row.interval}`);
  return { id, symbol, interval, source, rows, firstTime: Number(row.firstTime), lastTime: Number(row.lastTime) };
}
