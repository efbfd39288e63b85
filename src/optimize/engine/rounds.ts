/**
 * Cuts a run of combinations into rounds whose indicators fit into memory together. Most jobs are one round. Combinations
 * that read the same kinds of indicators stand together in it, so that those of a batch read fewer columns; where the
 * columns are many megabytes they are rounds of their own, so that those of one kind need not be in memory with those of another.
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

/** Combinations by index, and the distinct indicators that they read: by need, then by symbol. */
export interface Round {
  readonly indexes: readonly number[];
  readonly specs: readonly IndicatorSpec[];
}

/** Memory for indicators, in bytes. */
export interface IndicatorRoom {
  /** What those of a round may take. */
  readonly most: number;
  /** What those of several kinds may take together. */
  readonly mixed: number;
}

/** Bytes of one indicator over these bars. */
export function columnBytes(bars: readonly Bars[]): number {
  return (bars[0]?.time.length ?? 0) * Float64Array.BYTES_PER_ELEMENT;
}

/** What rounds are planned for. */
export interface RoundJob {
  readonly type: StrategyType;
  readonly bars: readonly Bars[];
  readonly room: IndicatorRoom;
}

/**
 * The rounds of combinations, those of one kind after those of another and otherwise in order. A combination whose own indicators are beyond the limit is a round by itself.
 *
 * @param params by index
 * @param indexes of the combinations to be computed
 */
export async function* planRounds(
  job: RoundJob,
  params: readonly Parameters[],
  indexes: readonly number[],
): AsyncGenerator<Round> {
  for (const group of await groupsOf(job, params, indexes)) yield* roundsOf(job, params, group);
}

/** By the kinds of indicators that they read; in one group, one kind after the other, where all take little memory. */
async function groupsOf(
  { type, bars, room }: RoundJob,
  params: readonly Parameters[],
  indexes: readonly number[],
): Promise<readonly (readonly number[])[]> {
  const groups = new Map<string, number[]>();
  const needs = new Set<string>();
  for (const [place, index] of indexes.entries()) {
    if (place % SLICE === SLICE - 1) await breathe();
    const wanted = needsOf(type, params[index]);
    for (const need of wanted) needs.add(keyOf(need));
    const kinds = wanted.map(({ kind }) => kind).join();
    const group = groups.get(kinds) ?? [];
    group.push(index);
    groups.set(kinds, group);
  }
  const bytes = needs.size * tradedSeries(type, bars.length).length * columnBytes(bars);
  return bytes <= room.mixed ? [[...groups.values()].flat()] : [...groups.values()];
}

async function* roundsOf(
  { type, bars, room }: RoundJob,
  params: readonly Parameters[],
  indexes: readonly number[],
): AsyncGenerator<Round> {
  const series = tradedSeries(type, bars.length);
  const bytesPerNeed = series.length * columnBytes(bars);
  let needs = new Map<string, IndicatorNeed>();
  let taken: number[] = [];
  for (const [place, index] of indexes.entries()) {
    if (place % SLICE === SLICE - 1) await breathe();
    const wanted = needsOf(type, params[index]);
    const added = wanted.filter((need) => !needs.has(keyOf(need)));
    if ((needs.size + added.length) * bytesPerNeed > room.most && taken.length > 0) {
      yield { indexes: taken, specs: specsOf(needs, series) };
      needs = new Map();
      taken = [];
    }
    for (const need of needs.size === 0 ? wanted : added) needs.set(keyOf(need), need);
    taken.push(index);
  }
  if (taken.length > 0) yield { indexes: taken, specs: specsOf(needs, series) };
}

/** None of a combination that is invalid in itself. */
function needsOf(type: StrategyType, params: Parameters | undefined): readonly IndicatorNeed[] {
  return params !== undefined && type.problem(params) === null ? type.indicators(params) : [];
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
