/** What came of a job, as text for a terminal. */
import type { Job, JobResult } from './job.ts';

/** Ranked combinations that are printed; the report has more. */
const SHOWN = 10;

const VERDICTS = {
  accept: 'ACCEPT: the best result is more than luck, as far as these prices can tell.',
  review: 'REVIEW: the best result may be more than luck, but the evidence is not enough.',
  reject: 'REJECT: the best result is likely luck.',
} as const;

/** Everything that is said at the end, as lines. `url` is that of the server. */
export function jobLines(job: Job, url: string): readonly string[] {
  return [
    ...outcome(job),
    ...(job.results === null ? [] : Array.isArray(job.results) ? ranking(job.results) : sweep(job.results)),
    ...leftOut(job),
    ...verdict(job),
    '',
    `Report: ${new URL(`/api/optimize/${job.id}/report`, url).href}`,
  ];
}

function outcome({ id, status, error, progress: { combo, total }, data_source: source }: Job): readonly string[] {
  const what = {
    complete: `Job ${id} is complete: ${combo} of ${total} combinations.`,
    cancelled: `Job ${id} was cancelled after ${combo} of ${total} combinations.`,
    error: `Job ${id} failed: ${error ?? 'the server does not say why.'}`,
    pending: '',
    running: '',
  }[status];
  const prices =
    source === 'simulated' ? ['The prices are SIMULATED: these figures say nothing about the symbols.'] : [];
  return [what, ...prices];
}

function ranking(results: readonly JobResult[]): readonly string[] {
  if (results.length === 0) return ['', 'Nothing was ranked: no combination was filled in a test window.'];
  const more = results.length > SHOWN ? [`… and ${results.length - SHOWN} more of the best ${results.length}.`] : [];
  return ['', ...resultTable(results.slice(0, SHOWN)), ...more];
}

function sweep({ by_strategy, recommendation }: Extract<Job['results'], { by_strategy: unknown }>): readonly string[] {
  const tables = Object.entries(by_strategy).flatMap(([type, results]) => [
    '',
    type,
    ...(results.length === 0 ? ['Nothing was ranked.'] : resultTable(results)),
  ]);
  const { strategy_type: best, confidence, recommended } = recommendation;
  const sentence =
    best === null
      ? 'Nothing is recommended: nothing was ranked.'
      : recommended
        ? `Recommended: ${best}, with ${confidence} confidence.`
        : `Nothing is recommended: even the best, ${best}, has no positive mean test Sharpe.`;
  return [...tables, '', sentence];
}

/** A column for each parameter, then the figures. */
function resultTable(results: readonly JobResult[]): readonly string[] {
  const names = Object.keys(results[0]?.params ?? {});
  const head = ['rank', ...names, 'sharpe', '± sd', 'return', 'drawdown', 'trades'];
  const rows = results.map((entry) => [
    String(entry.rank),
    ...names.map((name) => parameter(entry.params[name] ?? null)),
    entry.mean_sharpe.toFixed(3),
    entry.sharpe_std.toFixed(3),
    percent(entry.mean_return),
    percent(entry.max_drawdown),
    String(entry.trades),
  ]);
  return aligned([head, ...rows]);
}

/** Numbers of a continuous range have sixteen digits, which nobody reads. */
function parameter(value: number | string | null): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : (value ?? 'none');
}

/** Columns of equal width, to the right. */
function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((text, column) => text.padStart(widths[column] ?? 0)).join('  '));
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(1)} %`;
}

function leftOut({ skipped, unranked }: Job): readonly string[] {
  const parts = [
    ...(skipped?.length ? [`${skipped.length} combinations are invalid`] : []),
    ...(unranked?.length ? [`${unranked.length} never traded in a test window`] : []),
  ];
  return parts.length === 0 ? [] : [`Not ranked: ${parts.join(', ')}.`];
}

function verdict({ overfitting }: Job): readonly string[] {
  if (overfitting === null) return [];
  return ['', VERDICTS[overfitting.verdict], ...overfitting.reasons.map((reason) => `  - ${reason}`)];
}
