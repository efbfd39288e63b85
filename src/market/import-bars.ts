import { type Principal, requireScope } from '../access/index.ts';
import { type Clock, DAY_MS, dateOf, formatDate, type IdSource, invalid } from '../core/index.ts';
import type { Journal } from '../events/index.ts';
import { claimSeries, mergeIntoSeries, packBars } from './bar-store.ts';
import { type BarColumns, formatBarTime } from './bars.ts';
import { type CsvSource, parseBarsCsv } from './csv/index.ts';
import type { Interval } from './interval.ts';
import { CSV_SOURCE } from './source.ts';
import { parseSymbol } from './symbol.ts';

/** The stored event of an import that changed something. */
export const BARS_IMPORTED = 'BarsImported';

/** What the command needs. */
export interface ImportDeps {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** A price file and what it holds. */
export interface ImportInput {
  /** Any case, see `parseSymbol`. */
  readonly symbol: string;
  readonly interval: Interval;
  /** See `parseBarsCsv`. */
  readonly csv: CsvSource;
}

/** What an import did. */
export interface ImportResult {
  readonly symbol: string;
  readonly interval: Interval;
  /** Bars in the file. */
  readonly rows: number;
  /** Bars that the series did not have. */
  readonly inserted: number;
  /** Bars that the series had with other values; they are replaced. */
  readonly updated: number;
  /** First and last bar of the file: `2020-01-02`, within the day `2020-01-02T14:30:00Z`. */
  readonly first: string;
  readonly last: string;
  readonly source: typeof CSV_SOURCE;
}

/**
 * Merges a price file into the caller's series of a symbol and interval, by time. All or nothing, together with the event
 * `BarsImported`; the same file again inserts and updates nothing. Holes are not refused here but when a job meets them.
 *
 * @throws {DomainError} FORBIDDEN without the scope `trade`; VALIDATION at `symbol`, `csv` or `csv.<row>`
 */
export async function importBars(deps: ImportDeps, principal: Principal, input: ImportInput): Promise<ImportResult> {
  requireScope(principal, 'trade');
  const symbol = parseSymbol(input.symbol, 'symbol');
  const { interval } = input;
  const bars = await parseBarsCsv(input.csv, interval);
  const { firstTime, lastTime } = timeSpan(bars);
  refuseFuture(lastTime, deps.clock);
  const packed = await packBars(bars, interval);

  return deps.journal.write(async (write) => {
    const ownerId = principal.userId;
    const series = await claimSeries(write.db, {
      ownerId,
      symbol,
      interval,
      firstTime,
      lastTime,
      now: dateOf(deps.clock),
    });
    const counts = await mergeIntoSeries(write.db, series, bars, packed);
    const span = { first: formatBarTime(firstTime, interval), last: formatBarTime(lastTime, interval) };
    const result: ImportResult = { symbol, interval, rows: bars.time.length, ...counts, ...span, source: CSV_SOURCE };
    if (counts.inserted + counts.updated === 0) return result;
    await write.append({
      ownerId,
      type: BARS_IMPORTED,
      subjectType: 'bar_series',
      subjectId: series.id,
      payload: { ...result },
      correlationId: deps.ids.next(),
    });
    return result;
  });
}

function timeSpan(bars: BarColumns): { readonly firstTime: number; readonly lastTime: number } {
  return { firstTime: bars.time[0] ?? 0, lastTime: bars.time.at(-1) ?? 0 };
}

/** One day of grace, because an exchange may be ahead of UTC. */
function refuseFuture(lastTime: number, clock: Clock): void {
  if (lastTime <= clock.now() + DAY_MS) return;
  throw invalid(
    'csv',
    `The last bar is of ${formatDate(lastTime)}, which is still to come (today is ${formatDate(clock.now())}).`,
  );
}
