/**
 * Cuts a run of combinations into rounds whose indicators fit into memory together. Most jobs are one round.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import type { Bars } from '../../market/index.ts';
import {
  type IndicatorNeed,
  type IndicatorSpec,
  indicatorKey,
  type Parameters,
  type StrategyType,
  tradedSeries,
} from '../../strategies/index.ts';

/** Combinations that are looked at before the event loop has its turn. */
const SLICE = 1000;

/** Combinations [from, to), and the distinct indicators that they read: by need, then by symbol. */
export interface Round {
  readonly from: number;
  readonly to: number;
  readonly specs: readonly IndicatorSpec[];
}

/** Bytes of one indicator over these bars. */
export function columnBytes(bars: readonly Bars[]): number {
  return (bars[0]?.time.length ?? 0) * Float64Array.BYTES_PER_ELEMENT;
}

/**
 * The rounds of `params[from]` to `params[to − 1]`, in order. A combination whose own indicators are beyond the limit is a
 * round by itself.
 *
 * @param job.maxBytes memory that the indicators of a round may take
 */
export async function* planRounds(
  job: { readonly type: StrategyType; readonly bars: readonly Bars[]; readonly maxBytes: number },
  params: readonly Parameters[],
  { from, to }: { readonly from: number; readonly to: number },
): AsyncGenerator<Round> {
  const { type, bars, maxBytes } = job;
  const series = tradedSeries(type, bars.length);
  const bytesPerNeed = series.length * columnBytes(bars);
  let needs = new Map<string, IndicatorNeed>();
  let start = from;
  for (let index = from; index < to; index += 1) {
    if (index > from && index % SLICE === 0) await breathe();
    const combination = params[index];
    const wanted = combination === undefined ? [] : needsOf(type, combination);
    const added = wanted.filter((need) => !needs.has(keyOf(need)));
    if ((needs.size + added.length) * bytesPerNeed > maxBytes && index > start) {
      yield { from: start, to: index, specs: specsOf(needs, series) };
      needs = new Map();
      start = index;
    }
    for (const need of needs.size === 0 ? wanted : added) needs.set(keyOf(need), need);
  }
  if (start < to) yield { from: start, to, specs: specsOf(needs, series) };
}

/** None of a combination that is invalid in itself. */
function needsOf(type: StrategyType, params: Parameters): readonly IndicatorNeed[] {
  return type.problem(params) === null ? type.indicators(params) : [];
}

function keyOf(need: IndicatorNeed): string {
  return indicatorKey({ ...need, series: [] });
}

function specsOf(
  needs: ReadonlyMap<string, IndicatorNeed>,
  series: readonly (readonly number[])[],
): readonly IndicatorSpec[] {
  return series.flatMap((symbols) => Array.from(needs.values(), (need) => ({ ...need, series: symbols })));
}
