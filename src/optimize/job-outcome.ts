/** Stores what came of a job: its final state, ranking and trials, with the event, in one transaction. */
import type { Journal } from '../events/index.ts';
import { type Bars, formatBarTime } from '../market/index.ts';
import type { Db } from '../storage/index.ts';
import type { CombinationOutcome } from './evaluate.ts';
import { optimizationEvent } from './events.ts';
import { type Holder, heldBy } from './job-lease.ts';
import type { OptimizationResult } from './optimization.ts';
import { type RankedCombination, rankOutcomes } from './ranking.ts';
import type { Fold } from './walk-forward.ts';

/** Ranked combinations that are kept whole. */
const TOP = 20;
/** Rows per insert: bound parameters of a statement are limited. */
const INSERT_ROWS = 500;

/** How a job ended. */
export type JobEnd =
  | { readonly status: 'complete' | 'cancelled'; readonly outcomes: readonly CombinationOutcome[] }
  | { readonly status: 'error'; readonly error: string; readonly outcomes: readonly CombinationOutcome[] };

const EVENT_OF = {
  complete: 'OptimizationCompleted',
  cancelled: 'OptimizationCancelled',
  error: 'OptimizationFailed',
} as const;

/** The columns of a job that ended before anything was computed. */
export const NO_RESULTS = { progressCombo: 0, results: '[]', skipped: '[]', unranked: '[]' } as const;

/** What gives the folds of a result their dates; null when the job ended before its bars were loaded. */
export interface JobBars {
  readonly bars: readonly Bars[];
  readonly folds: readonly Fold[];
}

/** @returns whether it was stored: false when the job is no longer held by `holder` */
export async function storeJobEnd(
  journal: Journal,
  job: { readonly id: number; readonly holder: Holder; readonly total: number; readonly nFolds: number },
  { end, bars, now }: { readonly end: JobEnd; readonly bars: JobBars | null; readonly now: Date },
): Promise<boolean> {
  const outcomes = end.outcomes.toSorted((a, b) => a.index - b.index);
  const { ranked, skipped, unranked } = rankOutcomes(outcomes);
  const [best] = ranked;
  const whole = outcomes.length === job.total;
  return await journal.write(async (write) => {
    const ended = await write.db.optimization.updateMany({
      where: heldBy(job.id, job.holder),
      data: {
        status: end.status,
        error: end.status === 'error' ? end.error : null,
        partial: !whole,
        progressCombo: outcomes.length,
        ...(whole ? { progressFold: job.nFolds } : {}),
        results: JSON.stringify(bars === null ? [] : ranked.slice(0, TOP).map((entry) => resultOf(entry, bars))),
        bestParams: best === undefined ? null : JSON.stringify(best.params),
        bestSharpe: best?.meanSharpe ?? null,
        skipped: JSON.stringify(skipped.map(({ params, reason }) => ({ params, reason }))),
        unranked: JSON.stringify(unranked.map(({ params, reason }) => ({ params, reason }))),
        leaseOwner: null,
        leaseUntil: null,
        finishedAt: now,
      },
    });
    if (ended.count !== 1) return false;
    await insertTrials(write.db, job.id, { ranked, skipped, unranked });
    const row = await write.db.optimization.findUniqueOrThrow({ where: { id: job.id } });
    await write.append(optimizationEvent(EVENT_OF[end.status], row));
    return true;
  });
}

function resultOf(entry: RankedCombination, { bars, folds }: JobBars): OptimizationResult {
  return {
    ...entry,
    strategyType: '',
    folds: entry.folds.map((figures, i) => {
      const fold = folds[i];
      if (fold === undefined) throw new Error(`A result has more folds than the job (${folds.length}).`);
      return {
        fold: i + 1,
        train: { ...figures.train, ...rangeLabels(fold.train, bars) },
        test: { ...figures.test, ...rangeLabels(fold.test, bars) },
      };
    }),
  };
}

/** First and last bar of a half-open range of bars. */
function rangeLabels(range: { readonly from: number; readonly to: number }, bars: readonly Bars[]) {
  const [series] = bars;
  if (series === undefined) throw new Error('A job has at least one series of bars.');
  const label = (index: number): string => formatBarTime(series.time[index] ?? 0, series.interval);
  return { start: label(range.from), end: label(range.to - 1) };
}

async function insertTrials(
  db: Db,
  optimizationId: number,
  { ranked, skipped, unranked }: ReturnType<typeof rankOutcomes>,
): Promise<void> {
  const rows = [
    ...ranked.map((entry) => ({
      index: entry.index,
      status: 'ranked',
      rank: entry.rank,
      params: JSON.stringify(entry.params),
      meanSharpe: entry.meanSharpe,
      sharpeStd: entry.sharpeStd,
      meanReturn: entry.meanReturn,
      maxDrawdown: entry.maxDrawdown,
      meanWinRate: entry.meanWinRate,
      trades: entry.trades,
    })),
    ...skipped.map((entry) => withoutRank(entry, 'skipped')),
    ...unranked.map((entry) => withoutRank(entry, 'unranked')),
  ].map((row) => ({ ...row, optimizationId }));
  for (let from = 0; from < rows.length; from += INSERT_ROWS) {
    await db.optimizationTrial.createMany({ data: rows.slice(from, from + INSERT_ROWS) });
  }
}

function withoutRank(
  entry: { readonly index: number; readonly params: unknown; readonly reason: string },
  status: 'skipped' | 'unranked',
) {
  return { index: entry.index, status, params: JSON.stringify(entry.params), reason: entry.reason };
}
