/** Series of a provider in the bar store: their bars, and the dates that were asked for, whether or not there were bars. */
import { type DateRange, invariant } from '../core/index.ts';
import type { Db } from '../storage/index.ts';
import { claimSeries, findSeries, mergeIntoSeries, readSeries, type StoredSeries } from './bar-store.ts';
import { type BarColumns, pickRows } from './bars.ts';
import { instantsOf } from './instants.ts';
import type { Interval } from './interval.ts';
import { type Asking, agrees } from './kept-span.ts';

/** Whose series of what, from where. */
export interface KeptKey {
  readonly ownerId: number;
  readonly symbol: string;
  readonly interval: Interval;
  readonly source: string;
}

/** A kept series and the days that were asked for, both included. */
export interface KeptSeries {
  readonly series: StoredSeries;
  readonly asked: DateRange;
}

/** An answer of the provider that is to be kept. */
export interface KeptAnswer {
  /** What was asked for, and whether the answer takes the place of what is kept. */
  readonly asking: Asking;
  /** At least one. */
  readonly bars: BarColumns;
  /** What was kept when the question was asked. */
  readonly before: KeptSeries | undefined;
  /** The last day that need not be asked for again. */
  readonly settledUntil: number;
  readonly now: Date;
}

/** The kept series; `undefined` when there is none. */
export async function findKept(db: Db, { ownerId, ...key }: KeptKey): Promise<KeptSeries | undefined> {
  const series = await findSeries(db, ownerId, key);
  if (series === undefined) return undefined;
  const row = await db.barSeries.findUnique({ where: { id: series.id } });
  if (row?.askedFrom == null || row.askedUntil == null) return undefined;
  return { series, asked: { start: Number(row.askedFrom), end: Number(row.askedUntil) } };
}

/**
 * Keeps an answer, inside the caller's transaction: `stored`; `changed` when another process kept something meanwhile;
 * `rescaled` when bars that were kept have other prices now. Only `stored` has changed anything. Bars that were kept stay as
 * they were to the bit, because running jobs have their hash.
 */
export async function keepAnswer(db: Db, key: KeptKey, answer: KeptAnswer): Promise<'stored' | 'changed' | 'rescaled'> {
  const { asking, bars, before } = answer;
  const [firstTime, lastTime] = [bars.time[0], bars.time.at(-1)];
  invariant(firstTime !== undefined && lastTime !== undefined, 'an answer that is kept has bars');
  const claimed = await claimSeries(db, { ...key, firstTime, lastTime, now: answer.now });
  const kept = await findKept(db, key);
  if (!isSameState(kept, before)) return 'changed';

  if (kept === undefined || asking.replaces) {
    await db.barChunk.deleteMany({ where: { seriesId: claimed.id } });
    const data = { rows: 0, firstTime: BigInt(firstTime), lastTime: BigInt(lastTime) };
    await db.barSeries.update({ where: { id: claimed.id }, data });
    await mergeIntoSeries(db, { ...claimed, rows: 0, firstTime, lastTime }, bars);
    await recordAsked(db, claimed.id, { start: asking.start, end: answer.settledUntil });
    return 'stored';
  }
  const { columns: stored } = await readSeries(db, claimed, instantsOf(key, asking));
  if (!agrees(stored, bars)) return 'rescaled';
  const fresh = without(bars, stored);
  if (fresh.time.length > 0) await mergeIntoSeries(db, claimed, fresh);
  const { start, end } = kept.asked;
  await recordAsked(db, claimed.id, {
    start: Math.min(start, asking.start),
    end: Math.max(end, answer.settledUntil),
  });
  return 'stored';
}

async function recordAsked(db: Db, id: number, { start, end }: DateRange): Promise<void> {
  await db.barSeries.update({ where: { id }, data: { askedFrom: BigInt(start), askedUntil: BigInt(end) } });
}

function isSameState(now: KeptSeries | undefined, before: KeptSeries | undefined): boolean {
  return (
    now?.series.id === before?.series.id &&
    now?.series.rows === before?.series.rows &&
    now?.asked.start === before?.asked.start &&
    now?.asked.end === before?.asked.end
  );
}

/** The bars at times that `known` does not have. */
function without(bars: BarColumns, known: BarColumns): BarColumns {
  const times = new Set(known.time);
  return pickRows(
    bars,
    [...bars.time.keys()].filter((row) => !times.has(bars.time[row] ?? Number.NaN)),
  );
}
